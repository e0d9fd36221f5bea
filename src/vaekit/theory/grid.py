"""Integrals of densities over a grid, by the trapezoid rule."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import trapezoid

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.theory.probabilities import real_numbers

# A density that misses more than this of its mass on the grid is cut off, or the grid is too coarse.
TOLERANCE = 1e-3


def axis(values: Any, name: str = "grid") -> Array:
    """The places of a grid along one axis: at least two, finite, rising."""
    grid = real_numbers(values, name)
    if grid.ndim != 1 or grid.size < 2 or not np.isfinite(grid).all() or (np.diff(grid) <= 0).any():
        raise DataError(
            f"{name} has shape {grid.shape}; wanted is a list of at least two finite numbers, each larger "
            "than the one before, as numpy.linspace gives."
        )
    return grid


def integral(values: Array, axes: list[Array]) -> float:
    """The integral of values (n_1, ..., n_d) over the grid of these d axes."""
    for grid in reversed(axes):
        values = trapezoid(values, grid, axis=-1)
    return float(values)


def must_integrate_to_one(density: Array, axes: list[Array], name: str) -> None:
    """Raise DataError where the grid does not hold the density."""
    total = integral(density, axes)
    if not abs(total - 1) <= TOLERANCE:
        raise DataError(
            f"{name} integrates to {total:.6g} over the grid, and a density integrates to 1; "
            "widen or refine the grid, or divide the values by that integral."
        )
