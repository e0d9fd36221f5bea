"""Disentanglement as modularity: a unit that knows one factor and no other."""

from __future__ import annotations

from typing import Any

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.factors import BINS, codes_and_factors, discrete_codes, discrete_factors, information
from vaekit.measure.record import Measure
from vaekit.measure.resampling import COUNTED, with_error


def modularity(
    codes: Any, factors: Any, *, bins: int = BINS, groups: int = 20, rng: Rng | int = 0
) -> Measure:
    """1 - sum over other factors of I^2 / (I_best^2 (F - 1)), I the information of a unit; averaged over units.

    codes (n, L), factors (n, F), F at least 2. A unit without information counts 0. It falls to 0 as a unit shares
    its information evenly over all factors; by chance alone it is far above 0, since the best of several small
    numbers stands out.

    Reference: Ridgeway and Mozer, 2018, https://arxiv.org/abs/1802.05312
    """
    codes, factors = codes_and_factors(codes, factors)
    if factors.shape[1] < 2:
        raise DataError("modularity holds factors against each other; give two or more.")
    levels = discrete_factors(factors, bins)
    labels = discrete_codes(codes, levels, bins)

    def of(rows: Array) -> float:
        squared = information(labels[rows], levels[rows])[0] ** 2
        best = squared.max(1)
        knows = best > 1e-20  # what rounding leaves of independent counts is no information
        others = (squared.sum(1) - best)[knows] / (best[knows] * (squared.shape[1] - 1))
        return float((1 - others).sum() / len(squared))

    name = f"modularity, counts in {int(labels.max()) + 1} bins"
    return with_error(of, len(codes), groups, rng, name, no_interval=COUNTED)
