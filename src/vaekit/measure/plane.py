"""A grid over two latent values, as pictures of a latent plane have it.

Cell [row, column] of the grid decodes z = (axis[column], axis[row]): the first value runs to the right and the second
runs down, its most negative in the top row, as in the TensorFlow tutorial.
"""

from __future__ import annotations

from numbers import Integral

import numpy as np
from scipy.special import ndtri

from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array

GRIDS = ("quantile", "linear")
LEVELS = (0.05, 0.95)
REACH = 2.0


def axis(n: int, grid: str = "quantile", reach: float | None = None) -> Array:
    """(n,) positions on one axis, rising.

    "quantile": the quantiles of a standard normal at n even levels from 0.05 to 0.95, so that every cell has about
    the same share of the prior (reach None: to 1.644854). "linear": even steps. reach: the last position; 2 for
    "linear". An odd n has a position at exactly 0; an even n has none, and its nearest to the centre are half a
    step off.
    """
    if not isinstance(n, Integral) or isinstance(n, bool) or n < 2:
        raise DataError(f"n={n!r} is not possible; give the cells of one side, 2 or more.")
    if grid not in GRIDS:
        raise DataError(
            f"no grid is called {grid!r}; there are: {', '.join(GRIDS)}.{suggestion(grid, GRIDS)}"
        )
    if reach is not None and not 0 < reach < np.inf:
        raise DataError(f"reach={reach!r} is not possible; give a number above 0.")
    if grid == "quantile":
        positions = ndtri(np.linspace(*LEVELS, int(n)))
        positions = positions if reach is None else reach * (positions / positions[-1])
    else:
        positions = np.linspace(-1, 1, int(n)) * (REACH if reach is None else reach)
    # Both halves alike to the bit, so that the middle of an odd number is exactly 0.
    return np.asarray((positions - positions[::-1]) / 2)


def plane(positions: Array, latent_dim: int = 2, units: tuple[int, int] = (0, 1)) -> Array:
    """(n,) -> (n * n, latent_dim) codes, row by row from the top; the units that are not shown are 0."""
    if latent_dim < 2 or len(set(units)) != 2 or not all(0 <= unit < latent_dim for unit in units):
        raise DataError(
            f"a plane shows two latent values; units={units} of latent_dim={latent_dim} are not two of them."
        )
    down, right = np.meshgrid(positions, positions, indexing="ij")
    codes = np.zeros((down.size, latent_dim))
    codes[:, units[0]], codes[:, units[1]] = right.ravel(), down.ravel()
    return codes
