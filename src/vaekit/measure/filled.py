"""How far filled values are from those that were hidden on purpose, and how often intervals hold them.

truth, filled, low and high (n, ...) are of the same rows, hidden (n, ...) says which cells were hidden. Errors are over
the rows: cells of one row are not independent of each other.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.measure.record import Measure


def imputation_error(truth: Any, filled: Any, hidden: Any) -> Measure:
    """The mean squared error of the hidden cells, in the squared units of truth: give it standardised for columns of
    unlike units."""
    truth, filled, cells = _of_one_shape(hidden, truth=truth, filled=filled)
    return _over_hidden(
        (truth - filled) ** 2, cells, "squared error of hidden values, the mean over the cells"
    )


def interval_coverage(truth: Any, low: Any, high: Any, hidden: Any) -> Measure:
    """The share of the hidden cells that lie between low and high: `level` where intervals are what they say."""
    truth, low, high, cells = _of_one_shape(hidden, truth=truth, low=low, high=high)
    return _over_hidden(
        (low <= truth) & (truth <= high), cells, "share of hidden values that their intervals hold"
    )


def _of_one_shape(hidden: Any, **values: Any) -> tuple[Array, ...]:
    """All as rows (n, d), or DataError for what does not fit together."""
    cells = np.asarray(hidden, dtype=bool)
    arrays = {name: np.asarray(given, dtype=np.float64) for name, given in values.items()}
    for name, array in arrays.items():
        if array.shape != cells.shape or array.ndim < 1:
            raise DataError(
                f"{name} has shape {array.shape} and hidden {cells.shape}; wanted is one of each a cell."
            )
        if not np.isfinite(array[cells]).all():
            raise DataError(f"{name} holds values that are not finite where cells were hidden.")
    if not cells.any():
        raise DataError("no cell was hidden, so nothing was filled.")
    return tuple(array.reshape(len(cells), -1) for array in (*arrays.values(), cells))


def _over_hidden(each: Array, hidden: Array, name: str) -> Measure:
    """The mean over the hidden cells; its error is that of a ratio of sums over the rows that hide something."""
    sums, counts = np.where(hidden, each, 0.0).sum(1), hidden.sum(1)
    n = int((counts > 0).sum())
    value = float(sums.sum() / counts.sum())
    if n < 2:
        return Measure(value, None, n, name, "one row says nothing of others")
    error = math.sqrt(n / (n - 1) * float(((sums - value * counts) ** 2).sum())) / int(counts.sum())
    return Measure(value, error, n, name)
