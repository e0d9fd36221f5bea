"""Codes beside the factors that made the data: read, made discrete, and held against each other by information.

Letters: n rows, L latent values, F factors; codes (n, L), factors (n, F), any numbers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.theory.information import entropy

BINS = 20
"""Bins of a code or factor that has no values of its own to be counted, as in disentanglement_lib."""
ROWS_A_VALUE = 10
"""Rows that a value of a factor has on average, at least, where values are counted rather than binned."""


def codes_and_factors(codes: Any, factors: Any) -> tuple[Array, Array]:
    """Both as float64 (n, L) and (n, F), or DataError with what is wrong."""
    codes, factors = _columns(codes, "codes"), _columns(factors, "factors")
    if len(codes) != len(factors):
        raise DataError(
            f"codes have {len(codes)} rows and factors {len(factors)}; they are of the same examples."
        )
    return codes, factors


def discrete_factors(factors: Array, bins: int = BINS) -> Array:
    """(n, F) whole numbers from 0: a factor's own values where they repeat, else `bins` bins of equal width."""
    most = max(bins, len(factors) // ROWS_A_VALUE)
    return np.stack([_levels(column, most, bins) for column in factors.T], axis=1)


def discrete_codes(codes: Array, levels: Array, bins: int = BINS) -> Array:
    """(n, L) whole numbers from 0, with as many bins as the factor with the most levels has, or more.

    A code with no more values than that keeps them, so that the bins of a copy of a factor never merge its values.
    """
    most = max(bins, int(levels.max()) + 1)
    return np.stack([_levels(column, most, most) for column in codes.T], axis=1)


def information(codes: Array, levels: Array) -> tuple[Array, Array]:
    """(L, F) mutual information of each code with each factor, and (F,) the entropy of each factor, in nats.

    Of counts: it is above 0 by chance, by about (bins - 1) (values - 1) / 2n.
    """
    of_codes = [_entropy(code) for code in codes.T]
    of_factors = [_entropy(level) for level in levels.T]
    shared = [
        [
            max(0.0, h_code + h_level - _entropy(code * (int(level.max()) + 1) + level))
            for level, h_level in zip(levels.T, of_factors, strict=True)
        ]
        for code, h_code in zip(codes.T, of_codes, strict=True)
    ]
    return np.array(shared), np.array(of_factors)


def _entropy(labels: Array) -> float:
    counts = np.bincount(labels)
    return entropy(counts / len(labels), base=math.e)


def _levels(values: Array, most: int, bins: int) -> Array:
    distinct, labels = np.unique(values, return_inverse=True)
    if len(distinct) <= most:
        return np.asarray(labels)
    low, high = distinct[0], distinct[-1]
    binned: Array = np.minimum(((values - low) / (high - low) * bins).astype(np.int64), bins - 1)
    return binned


def _columns(values: Any, name: str) -> Array:
    array = np.asarray(values, dtype=np.float64)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or len(array) < 2:
        raise DataError(f"{name} have shape {array.shape}; wanted is (n, columns) with two rows or more.")
    if not np.isfinite(array).all():
        raise DataError(f"{name} hold values that are not finite; leave out the rows that have them.")
    return array
