"""Examples as one picture: a .png in which they stand side by side."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from vaekit.errors import SpecError

if TYPE_CHECKING:
    from vaekit.kinds import Array

SMALLEST_SIDE = 64


def side_by_side(estimator: Any, values: Array) -> bytes:
    """values (n, ...) in the user's units as the bytes of a .png, about as wide as high."""
    import numpy as np
    from PIL import Image

    from vaekit.plots.examples import Look, mosaic

    look = Look.of(estimator)
    if look.picture is None:
        raise SpecError("rows of a table are no pictures; write a .csv, or fit with --image-shape H,W.")
    pictures = look.pictures(values)
    n, height, width, _ = pictures.shape
    whole, _ = mosaic(pictures, columns=max(1, min(n, round(math.sqrt(n * height / width)))))
    larger = math.ceil(SMALLEST_SIDE / min(height, width))
    pixels = np.round(whole * 255).astype(np.uint8).repeat(larger, 0).repeat(larger, 1)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()
