"""The values that a likelihood can score, and the sentence for those that it cannot."""

from __future__ import annotations

import math

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array

_AT_ONCE = 2**16


def check_values(
    name: str,
    x: Array,
    *,
    needs: str,
    cure: str,
    low: float = -math.inf,
    high: float = math.inf,
    whole: bool = False,
    cure_between: str = "",
) -> None:
    """DataError unless every value is finite, in [low, high] and, where `whole`, whole; NaN is let by.

    `needs` and `cure` are the words of the sentence; `cure_between` is the cure for values that are only
    not whole.
    """
    known = np.asarray(x).ravel()
    if known.size and np.isnan(known.min()):
        known = known[~np.isnan(known)]
    if not known.size:
        return
    lowest, highest = float(known.min()), float(known.max())
    if not (max(low, -np.finfo(float).max) <= lowest and highest <= min(high, np.finfo(float).max)):
        raise DataError(
            f"likelihood '{name}' needs {needs}; x has values from {_short(lowest)} to {_short(highest)}. "
            f"{cure}"
        )
    if not whole or known.dtype.kind != "f":
        return
    for start in range(0, known.size, _AT_ONCE):
        some = known[start : start + _AT_ONCE]
        between = some[some != np.rint(some)]
        if between.size:
            raise DataError(
                f"likelihood '{name}' needs {needs}; x has values between whole numbers, such as "
                f"{_short(between[0])}. {cure_between or cure}"
            )


def check_categories(name: str, x: Array, categories: int) -> None:
    """The same for categories numbered from 0."""
    check_values(
        name,
        x,
        low=0,
        high=categories - 1,
        whole=True,
        needs=f"categories numbered 0 to {categories - 1}",
        cure=f'Number the categories from 0 on, or give more with part("{name}", categories=...).',
        cure_between="Number the categories from 0 on, or use likelihood 'gaussian'.",
    )


def _short(value: float) -> float:
    """Six digits: what float32 holds."""
    return float(f"{value:.6g}")
