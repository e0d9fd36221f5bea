"""A map-style torch Dataset, or anything with a length and items, as one array.

torch itself is not imported: an item's tensor gives its values to numpy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.data.arrays import numbers
from vaekit.data.labels import as_labels
from vaekit.data.picture import pixels
from vaekit.data.source import Source, sha256_of_arrays
from vaekit.errors import DataError
from vaekit.kinds import Array


def read_dataset(given: Any) -> Source:
    """Items x or (x, y), x a tensor, array or image, all of one shape."""
    kind = type(given).__name__
    try:
        rows = len(given)
    except (TypeError, NotImplementedError) as error:
        raise DataError(
            f"X is a {kind} without a length; give a map-style Dataset (__len__ and __getitem__) or an array."
        ) from error
    if rows == 0:
        raise DataError(f"X is a {kind} without items; give at least two.")
    pairs = [_pair(given, row) for row in range(rows)]
    shape = pairs[0][0].shape
    for row, (x, _) in enumerate(pairs):
        if x.shape != shape:
            raise DataError(
                f"item {row} of your {kind} has shape {x.shape} and item 0 has {shape}; make them alike."
            )
    X = numbers(np.stack([x for x, _ in pairs]), f"your {kind}")
    y, classes = None, None
    if all(y is not None for _, y in pairs):
        y, classes = as_labels(np.array([_scalar(y, kind) for _, y in pairs]))
    own = getattr(given, "classes", None)
    return Source(
        X=X,
        y=y,
        sha256=sha256_of_arrays(X, y),
        name=kind,
        class_names=tuple(map(str, own)) if own is not None and y is not None else classes,
    )


def _pair(given: Any, row: int) -> tuple[Array, Any]:
    """(x, y) of an item; y is None where the item is x alone."""
    kind = type(given).__name__
    try:
        item = given[row]
    except Exception as error:
        raise DataError(f"item {row} of your {kind} failed ({type(error).__name__}: {error}).") from error
    x, y = item, None
    if isinstance(item, tuple | list):
        if len(item) not in (1, 2):
            raise DataError(f"item {row} of your {kind} has {len(item)} parts; wanted is x or (x, y).")
        x, y = item if len(item) == 2 else (item[0], None)
    if hasattr(x, "getbands"):
        return pixels(x, f"item {row}"), y
    return np.asarray(x), y


def _scalar(y: Any, kind: str) -> Any:
    """One label: a number or a text."""
    if isinstance(y, str):
        return y
    value = np.asarray(y)
    if value.size != 1:
        raise DataError(f"your {kind} has labels of shape {value.shape}; wanted is one label an item.")
    return value.item()
