"""The style of strokes: how thick they are and how far they lean, as two numbers a picture.

A condition for a CVAE, and a probe of codes: what of the style a code tells.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt, zoom

from vaekit.errors import DataError
from vaekit.kinds import Array

NAMES = ("thickness", "slant")
FINER = 4
"""Pixels are cut into 4 x 4 before distances are taken, since strokes are a few pixels wide."""
BEYOND = 0.4
"""Distances run to the middle of the next empty cell: half a cell beyond an upright edge, less beyond a slanted one."""


def style_features(X: Any) -> Array:
    """Light strokes on black, (n, H, W), (n, 1, H, W) or flat squares (n, side * side) -> (n, 2): thickness, slant.

    thickness  width of the strokes in pixels, by the distances of the ink to its edge
    slant      degrees from the upright, positive where strokes lean to the right, by second moments; shearing a
               picture by an angle adds exactly its tangent to that of the slant

    A picture without ink has thickness 0 and slant 0. Raises DataError for what are no pictures of one channel.
    """
    pictures = as_pictures(X)
    return np.array([(thickness(picture), slant(picture)) for picture in pictures]).reshape(-1, 2)


def slant(picture: Array) -> float:
    """Degrees from the upright of the ink's axis; 0 without ink."""
    ink = picture / max(float(picture.sum()), 1e-12)
    y, x = np.arange(picture.shape[0])[:, None], np.arange(picture.shape[1])[None]
    y, x = y - (ink * y).sum(), x - (ink * x).sum()
    upright = float((ink * y**2).sum())
    # Rows count downwards, so that leaning to the right is a negative moment.
    return math.degrees(math.atan2(-float((ink * x * y).sum()), upright)) if upright > 0 else 0.0


def thickness(picture: Array) -> float:
    """The width of the strokes in pixels; 0 without ink.

    Across a stroke of width w the distances d to the edge are even from 0 to w/2, so that E[d^3] / E[d^2] = 3 w / 8;
    these powers give the round ends of strokes, where distances are shorter, less weight than the mean does.
    """
    if picture.max() <= 0:
        return 0.0
    fine = zoom(np.pad(picture, 1), FINER, order=1, mode="nearest", grid_mode=True, prefilter=False)
    distance = (distance_transform_edt(fine > picture.max() / 2) - BEYOND).clip(0) / FINER
    squares = float((distance**2).sum())
    return 8 / 3 * float((distance**3).sum()) / squares if squares > 0 else 0.0


def as_pictures(X: Any) -> Array:
    """Pictures of one channel as float64 (n, H, W); flat rows of a square number of values are squares."""
    pictures = np.asarray(X, dtype=np.float64)
    if pictures.ndim == 4 and pictures.shape[1] == 1:
        return pictures[:, 0]
    side = math.isqrt(pictures.shape[1]) if pictures.ndim == 2 else 0
    if pictures.ndim == 2 and side * side == pictures.shape[1]:
        return pictures.reshape(len(pictures), side, side)
    if pictures.ndim == 3:
        return pictures
    raise DataError(
        f"X has shape {pictures.shape}; wanted are pictures of one channel: (n, H, W), (n, 1, H, W), or flat rows "
        "of a square number of values."
    )
