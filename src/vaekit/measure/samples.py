"""Two samples as they are compared: A (n, ...) of a model, B (m, ...) of the data, each example as one row of numbers.

Features are named: a distance in one feature space says nothing about a distance in another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array

Features = Callable[[Array], Any]


def two_samples(A: Any, B: Any, least: int = 2) -> tuple[Array, Array]:
    """Both as float64, flat, (n, d) and (m, d); DataError where they cannot be compared."""
    A, B = _flat(A, "A"), _flat(B, "B")
    if A.shape[1] != B.shape[1]:
        raise DataError(
            f"A has {A.shape[1]} values an example and B has {B.shape[1]}; they are of one space."
        )
    if min(len(A), len(B)) < least:
        raise DataError(f"A has {len(A)} rows and B has {len(B)}; wanted are {least} or more of each.")
    return A, B


def two_feature_samples(
    A: Any, B: Any, features: Features | None, feature_name: str, least: int = 2
) -> tuple[Array, Array, str]:
    """Both through `features` (n, ...) -> (n, d), with the name that the space goes by."""
    if features is None:
        return *two_samples(A, B, least), "the values themselves"
    if not feature_name:
        raise DataError(
            "features without a name cannot be told from others; give feature_name, e.g. 'mnist-cnn'."
        )
    return *two_samples(features(np.asarray(A)), features(np.asarray(B)), least), f"'{feature_name}'"


def _flat(values: Any, name: str) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim < 1 or not array.size:
        raise DataError(f"{name} has shape {array.shape}; wanted is (n, ...), one example a row.")
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds values that are not finite; leave out the rows that have them.")
    return array.reshape(len(array), -1)
