"""Densities of points of a plane, on a grid: estimated with gaussian kernels.

Reference: Scott, 1992, https://doi.org/10.1002/9780470316849
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from vaekit.kinds import Array

CELLS = 70
MARGIN = 0.12
_THINNEST = 1e-6
"""Spread in one direction, as a share of that in the other, below which points are a line and have no density."""


@dataclass(frozen=True)
class Grid:
    """x and y, (CELLS,) each: where densities are asked for."""

    x: Array
    y: Array

    @classmethod
    def around(cls, *points: Array) -> Self:
        """A grid around all but the outermost of these points (n, 2)."""
        low, high = np.percentile(np.concatenate(points), [0.5, 99.5], axis=0)
        margin = MARGIN * (high - low) + 1e-9
        (left, below), (right, above) = low - margin, high + margin
        return cls(np.linspace(left, right, CELLS), np.linspace(below, above, CELLS))

    @property
    def nodes(self) -> Array:
        """(CELLS ** 2, 2), row by row."""
        return np.stack(np.meshgrid(self.x, self.y), -1).reshape(-1, 2)


def density(points: Array, at: Array) -> Array | None:
    """points (n, 1 or 2), at (m, 1 or 2) -> (m,); None where the points are one, or lie on a line."""
    from scipy.stats import gaussian_kde

    if len(points) < 3:
        return None
    spreads = np.sqrt(np.maximum(np.linalg.eigvalsh(np.atleast_2d(np.cov(points.T))), 0))
    if not spreads[0] > _THINNEST * max(_THINNEST, spreads[-1]):
        return None
    found: Array = gaussian_kde(points.T)(at.T)
    return found


def levels_holding(values: Array, shares: Sequence[float]) -> list[float]:
    """The densities above which these shares of the points lie; values (n,): the density at each point. Rising."""
    return sorted(float(np.quantile(values, 1 - share)) for share in shares)
