"""The area under the receiver operating curve, with its error."""

from __future__ import annotations

import numpy as np

from vaekit.kinds import Array


def area_under_curve(positive: Array, negative: Array) -> tuple[float, float]:
    """P(a positive scores above a negative), ties counted half, and its standard error.

    positive (n,) and negative (m,) are scores. The error comes from where each score falls among the others.

    Reference: DeLong et al., 1988, https://doi.org/10.2307/2531595
    """
    from scipy.stats import rankdata

    n, m = len(positive), len(negative)
    ranks = rankdata(np.concatenate([positive, negative]))
    of_positive = (ranks[:n] - rankdata(positive)) / m
    of_negative = 1 - (ranks[n:] - rankdata(negative)) / n
    area = float(of_positive.mean())
    if min(n, m) < 2:
        return area, float("nan")
    return area, float(np.sqrt(of_positive.var(ddof=1) / n + of_negative.var(ddof=1) / m))
