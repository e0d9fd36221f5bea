"""Pictures moved by whole or parts of pixels, and an error that does not mind being moved."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.ndimage import shift

from vaekit.errors import DataError
from vaekit.kinds import Array


def shifted(pictures: Array, down: float, right: float) -> Array:
    """Pictures (..., H, W) moved by so many pixels, black where they come from; parts of a pixel by interpolation.

    Linear interpolation: a shift of half a pixel is the mean of two neighbours, so it blurs.
    """
    pictures = np.asarray(pictures, dtype=float)
    _refuse_no_picture(pictures)
    moves = [0.0] * (pictures.ndim - 2) + [down, right]
    return np.asarray(shift(pictures, moves, order=1, mode="constant", cval=0.0, prefilter=False))


def shift_invariant_mse(a: Array, b: Array, reach: int = 2) -> Array:
    """(..., H, W) twice -> (...): the least mean squared error of a and b moved by up to `reach` whole pixels.

    Pictures with a black margin as wide as they were moved have an error of exactly 0 to themselves moved.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    _refuse_no_picture(a)
    if a.shape != b.shape:
        raise DataError(f"the pictures have shapes {a.shape} and {b.shape}; give two of the same shape.")
    if reach < 0 or reach >= min(a.shape[-2:]):
        raise DataError(
            f"reach={reach} is not possible for pictures of {a.shape[-2]} x {a.shape[-1]} pixels."
        )
    moves = itertools.product(range(-reach, reach + 1), repeat=2)
    each = [((a - _moved(b, down, right)) ** 2).mean((-2, -1)) for down, right in moves]
    return np.asarray(np.min(each, axis=0))


def _moved(pictures: Array, down: int, right: int) -> Array:
    """Whole pixels, without interpolation."""
    moved = np.zeros_like(pictures)
    height, width = pictures.shape[-2:]
    moved[..., max(0, down) : height + down, max(0, right) : width + right] = pictures[
        ..., max(0, -down) : height - down, max(0, -right) : width - right
    ]
    return moved


def _refuse_no_picture(pictures: Array) -> None:
    if pictures.ndim < 2:
        raise DataError(
            f"a picture has height and width, and this array has shape {pictures.shape}; reshape it first."
        )
