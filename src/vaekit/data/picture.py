"""One picture as whole 8-bit values: what becomes of each kind of file, and how a picture gets a size.

Palettes and CMYK become RGB by Pillow's plain formulas (colour profiles are not applied), transparent parts are laid
on a background, 16-bit values keep their upper 8 bits, and photos are turned as their EXIF says.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np

from vaekit.errors import DataError, RunError, suggestion
from vaekit.kinds import Array

GREY, COLOUR = "L", "RGB"
RESIZES = ("stretch", "crop", "pad")
HIGHEST = 2**16 - 1


def opened(data: bytes, name: object) -> Any:
    """The picture in these bytes, its header read and its pixels not yet; `name` is what errors call it."""
    from PIL import Image

    return _read(lambda: Image.open(io.BytesIO(data)), name)


def plain(image: Any, name: object, background: str = "white") -> Any:
    """A PIL image as one of 8 bits, grey ("L") or in colour ("RGB").

    Raises RunError for a file that is damaged, or that claims more pixels than Pillow takes for honest, DataError for
    numbers that 8 bits cannot hold.
    """
    if image.mode == "F":
        raise DataError(f"image '{name}' holds floating-point numbers; give such data as a .npy file.")
    return _read(lambda: _plain(image, name, background), name)


def pixels(image: Any, name: object) -> Array:
    """A PIL image as uint8 (1, H, W) or (3, H, W)."""
    return values_of(plain(image, name))


def values_of(image: Any) -> Array:
    """A picture of 8 bits as uint8 (channels, H, W)."""
    values: Array = np.asarray(image)
    return values[None] if image.mode == GREY else values.transpose(2, 0, 1)


def resized(image: Any, size: tuple[int, int], resize: str, background: str) -> Any:
    """A picture of this height and width, as one of RESIZES says: stretched to both, scaled until it covers them and
    its middle cut out, or scaled until it fits in and the rest filled with the background.

    Values that fall on one pixel are averaged (bilinear weights).
    """
    from PIL import Image, ImageOps

    width_first, bilinear = size[::-1], Image.Resampling.BILINEAR
    if resize == "crop":
        return ImageOps.fit(image, width_first, bilinear)
    if resize == "pad":
        return ImageOps.pad(image, width_first, bilinear, color=colour_of(background, image.mode))
    return image if image.size == width_first else image.resize(width_first, bilinear)


def colour_of(background: str, mode: str) -> Any:
    """A colour by name or #rrggbb as a value of this mode; DataError for what is none."""
    from PIL import ImageColor

    try:
        return ImageColor.getcolor(background, mode)
    except (ValueError, AttributeError) as error:
        near = suggestion(background, ImageColor.colormap)
        raise DataError(
            f"background={background!r} is no colour; give a name such as 'white', or '#rrggbb'.{near}"
        ) from error


def _plain(image: Any, name: object, background: str) -> Any:
    from PIL import Image, ImageOps

    grey = image.mode in ("1", "L", "LA", "La") or image.mode.startswith("I")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return Image.fromarray(_upper_eight(np.asarray(image).astype(np.int64), name))
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, colour_of(background, "RGBA")), image)
    return image.convert(GREY if grey else COLOUR)


def _upper_eight(values: Array, name: object) -> Array:
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > HIGHEST:
        raise DataError(
            f"image '{name}' holds numbers from {low:,} to {high:,}, and 16 bits hold 0 to {HIGHEST:,}; give such "
            "data as a .npy file."
        )
    return (values >> 8).astype(np.uint8)


def _read(ask: Any, name: object) -> Any:
    """What Pillow answers; RunError in words for whatever a damaged file makes of it."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return ask()
    except DataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RunError(
            f"image '{name}' cannot be read: it claims more than {Image.MAX_IMAGE_PIXELS:,} pixels, as files do that "
            "are made to fill a memory; make it smaller or take it out of the folder."
        ) from error
    except Exception as error:  # decoders of damaged files raise nearly everything
        told = f"{error}" or type(error).__name__
        raise RunError(
            f"image '{name}' cannot be read ({told}); mend it or take it out of the folder."
        ) from error
