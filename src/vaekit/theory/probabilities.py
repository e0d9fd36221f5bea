"""Lists of probabilities, read and checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array

# What single precision leaves of a sum of one over a few thousand values.
TOLERANCE = 1e-6


def real_numbers(values: Any, name: str) -> Array:
    """values as a float64 array without NaN."""
    try:
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError("they are complex")
        array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} cannot be read as an array of numbers: {error}.") from error
    if np.isnan(array).any():
        raise DataError(f"{name} holds NaN; wanted are numbers.")
    return array


def non_negative(values: Any, name: str) -> Array:
    """A list of finite numbers, none below 0."""
    array = real_numbers(values, name)
    if array.ndim != 1 or not array.size:
        raise DataError(f"{name} has shape {array.shape}; wanted is a list with one number for each outcome.")
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds infinite values; wanted are finite numbers.")
    if (array < 0).any():
        raise DataError(f"{name} holds the negative value {array.min():g}; wanted are numbers from 0 up.")
    return array


def probabilities(values: Any, name: str) -> Array:
    """A list of probabilities that sums to one; what rounding left over is divided away."""
    array = non_negative(values, name)
    total = float(array.sum())
    if abs(total - 1) > TOLERANCE:
        cure = f"divide it by its sum, {total:.9g}" if total else "all of them are 0"
        raise DataError(f"{name} sums to {total:.9g}; probabilities sum to 1: {cure}.")
    return np.asarray(array / total)


def same_length(**lists: Array) -> None:
    """Raise DataError unless all these lists have one length."""
    if len({len(values) for values in lists.values()}) > 1:
        lengths = " and ".join(f"{name} has {len(values)}" for name, values in lists.items())
        raise DataError(
            f"the lengths differ: {lengths} values; wanted is one value of each for every outcome."
        )
