"""The shape of one example: rows of values, or images as channels x height x width."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vaekit.data.mapped import map_of, refuse_truncated
from vaekit.data.pieces import Pieces
from vaekit.data.sparse import SparseRows
from vaekit.errors import DataError
from vaekit.kinds import Array

_BLOCK_VALUES = 2**21


def blocks(X: Array | Pieces) -> Iterator[Array]:
    """Runs of rows of about two million values, so that a memory-mapped file is never held whole.

    Raises DataError when such a file has become shorter.
    """
    rows = max(1, _BLOCK_VALUES // max(1, math.prod(X.shape[1:])))
    mapped = map_of(X)
    for start in range(0, len(X), rows):
        refuse_truncated(mapped)
        yield X[start : start + rows]


def as_rows(X: Any) -> Any:
    """X as an array, unless it stays in pieces on disk."""
    return X if isinstance(X, Pieces) else np.asanyarray(X)


def examples(X: Any, image_shape: Sequence[int] | None = None) -> Array:
    """X as (n, *event), a view where possible; sparse rows as they are.

    (n, features) stays as it is, (n, H, W) becomes (n, 1, H, W), (n, C, H, W) stays, and flat rows
    become images with image_shape=(H, W) or (C, H, W). Raises DataError for other shapes, and for a
    last axis of 1, 3 or 4, which is where channels-last images have their channels; images that are
    really that narrow are taken when image_shape says so.
    """
    if isinstance(X, SparseRows):
        if image_shape is not None:
            raise DataError("X is sparse, and images are not; leave image_shape out, or give X.toarray().")
        return X  # type: ignore[return-value]
    array: Array = as_rows(X)
    wanted = None if image_shape is None else _event_of(image_shape)
    if array.ndim not in (2, 3, 4):
        cure = " Reshape one feature with X.reshape(-1, 1), one sample with X.reshape(1, -1)."
        raise DataError(
            f"X has shape {array.shape}; wanted are rows (n, features) or images (n, H, W) or (n, C, H, W)."
            f"{cure if array.ndim == 1 else ''}"
        )
    if wanted is not None and array.ndim == 2:
        return _unflattened(array, wanted)
    if array.ndim == 2:
        return array
    if array.ndim == 4 and array.shape[-1] in (1, 3, 4) and array.shape[1:] != wanted:
        raise DataError(
            f"X has shape {array.shape}, whose last axis looks like channels; images are (n, C, H, W): give "
            "X.transpose(0, 3, 1, 2). If they are so already, say "
            f"image_shape={tuple(int(length) for length in array.shape[1:])}."
        )
    images: Array = array.reshape(len(array), 1, *array.shape[1:]) if array.ndim == 3 else array
    if wanted is not None and images.shape[1:] != wanted:
        raise DataError(
            f"X has images of shape {array.shape[1:]}, which is not image_shape={tuple(image_shape or ())}; "
            "leave image_shape out, or give the shape that X has."
        )
    return images


def _event_of(image_shape: Sequence[int]) -> tuple[int, ...]:
    """(H, W) or (C, H, W) as (C, H, W)."""
    try:
        lengths = tuple(int(length) for length in image_shape)
    except (TypeError, ValueError):
        lengths = ()
    if len(lengths) not in (2, 3) or min(lengths) < 1:
        raise DataError(f"image_shape={image_shape!r} is not possible; give (H, W) or (C, H, W).")
    return (1, *lengths)[-3:]


def _unflattened(array: Array, event: tuple[int, ...]) -> Array:
    """(n, features) -> (n, C, H, W)."""
    if math.prod(event) != array.shape[1]:
        raise DataError(
            f"X has {array.shape[1]} values a row, but image_shape {' x '.join(map(str, event))} "
            f"needs {math.prod(event)}."
        )
    images: Array = array.reshape(len(array), *event)
    return images
