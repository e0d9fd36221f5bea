"""The family of p(x | z) that suits a column: from its kind, and from how its values are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaekit.data.cells import Cells
from vaekit.data.heaps import share_in_heaps

if TYPE_CHECKING:
    from vaekit.data.column import Column

HEAVY_TAILS = 6.0
"""Excess kurtosis above which a column counts as having heavy tails (that of a Laplace distribution is 3)."""
HEAPED_ROWS, HEAPED_SHARE = 500, 0.25
"""From so many known values on, with this share of them in heaps or with heavy tails, a column is 'heaped'."""
_OF_KIND = {
    "positive": "log-normal",
    "binary": "bernoulli",
    "categorical": "categorical",
    "ordinal": "ordinal",
    "datetime": "gaussian",
}


def family_of(column: Column, cells: Cells, wide: bool = False) -> str | None:
    """The name of a family, None for a column that is not modelled. wide: the table has many columns, so that each
    gets a family of few numbers."""
    if not column.modelled:
        return None
    roomy = len(cells.known) >= HEAPED_ROWS and not wide
    if roomy and column.kind in ("real", "positive", "count") and _heaped(cells):
        return "heaped"
    if column.kind == "count":
        return _count(cells)
    if column.kind == "bounded":
        low, high = column.bounds or (0.0, 1.0)
        reached = len(cells.known) and (cells.known.min() <= low or cells.known.max() >= high)
        return "logistic" if reached else "beta"
    if column.kind == "real":
        if _kurtosis(cells) <= HEAVY_TAILS:
            return "gaussian"
        return "heaped" if roomy else "student-t"
    return _OF_KIND[column.kind]


def _heaped(cells: Cells) -> bool:
    """Whether many rows have one of a few values, which a smooth law would spread over those between."""
    return share_in_heaps(cells.distinct[1]) >= HEAPED_SHARE


def _count(cells: Cells) -> str:
    """poisson where the variance is about the mean; else negative-binomial; zero-inflated where zeros are too many."""
    known = cells.known.astype(np.float64)
    mean, variance = known.mean(), known.var()
    if variance <= 1.5 * mean:
        return "poisson"
    size = mean**2 / (variance - mean)
    expected = (size / (size + mean)) ** size
    many = (known == 0).mean() > expected + 0.05
    return "zero-inflated-negative-binomial" if many else "negative-binomial"


def _kurtosis(cells: Cells) -> float:
    x = cells.known.astype(np.float64)
    spread = x.std() if len(x) >= 50 else 0.0
    return float((((x - x.mean()) / spread) ** 4).mean()) - 3.0 if spread > 0 else 0.0
