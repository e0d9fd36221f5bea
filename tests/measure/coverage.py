"""How often intervals cover what they should."""


def coverage(measured, truth, repeats=400):
    """The share of the 95 % intervals of measured(seed), seed 0, 1, ..., that hold the truth."""
    intervals = [measured(seed).interval for seed in range(repeats)]
    claimed = [interval for interval in intervals if interval is not None]
    assert len(claimed) >= 0.95 * repeats
    return sum(low <= truth <= high for low, high in claimed) / len(claimed)


def holds(measure, truth, errors=4):
    """The truth lies within this many standard errors of the measure."""
    return abs(measure.value - truth) <= errors * measure.standard_error
