"""A folder of images as uint8 (n, C, H, W), in the order of their names; subfolders are classes.

Grey files give one channel and colour files three; in a folder with both, all get three. Palettes become
colours, transparent parts are laid on white, 16-bit grey keeps its upper 8 bits, photos are turned as
their EXIF says, and of a film the first picture is taken.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.labels import as_labels
from vaekit.data.source import Source
from vaekit.errors import DataError, RunError
from vaekit.kinds import Array

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
_SHOWN = 8


def read_images(path: Path) -> Source:
    """All images in the folder and its subfolders.

    With two or more subfolders, y counts their sorted names (class_names); an image beside them is
    unlabelled, -1.
    """
    files = sorted(
        (file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.name[0] != "."),
        key=lambda file: file.relative_to(path).as_posix(),
    )
    if not files:
        raise DataError(f"folder '{path}' holds no images ({', '.join(SUFFIXES)}); give the one that does.")
    digest = hashlib.sha256()
    images = []
    for file in files:
        data = file.read_bytes()
        digest.update(file.relative_to(path).as_posix().encode() + data)
        images.append(pixels(_opened(data, file), file))
    y, classes = _classes(path, files)
    return Source(X=_stacked(images, path), y=y, sha256=digest.hexdigest(), class_names=classes)


def _stacked(images: list[Array], folder: Path) -> Array:
    """(n, C, H, W) of images of one size, grey ones repeated where others have colours."""
    sizes = Counter(image.shape[1:] for image in images)
    if len(sizes) > 1:
        told = ", ".join(f"{h} x {w} ({n})" for (h, w), n in sizes.most_common(_SHOWN))
        raise DataError(
            f"the {len(images)} images in '{folder}' have {len(sizes)} sizes; height x width (and how many): "
            f"{told}{', ...' if len(sizes) > _SHOWN else ''}. Bring them to one size first."
        )
    shape = (max(len(image) for image in images), *images[0].shape[1:])
    return np.stack([np.broadcast_to(image, shape) for image in images])


def pixels(image: Any, name: object) -> Array:
    """A PIL image as uint8 (1, H, W) or (3, H, W); `name` is what errors call it."""
    from PIL import Image, ImageOps

    if image.mode == "F":
        raise DataError(f"image '{name}' holds floating-point numbers; give such data as a .npy file.")
    grey = image.mode in ("1", "L", "LA")
    try:
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I"):
            return (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)[None]
        if image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA"))
        values: Array = np.asarray(image.convert("L" if grey else "RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RunError(_broken(name, error)) from error
    return values[None] if grey else values.transpose(2, 0, 1)


def _opened(data: bytes, file: Path) -> Any:
    """The image, its header read and its pixels not yet."""
    from PIL import Image

    try:
        return Image.open(io.BytesIO(data))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RunError(_broken(file, error)) from error


def _broken(name: object, error: Exception) -> str:
    return f"image '{name}' cannot be read ({error}); mend it or take it out of the folder."


def _classes(folder: Path, files: list[Path]) -> tuple[Array | None, tuple[str, ...] | None]:
    """y and class_names from the first subfolder of each file."""
    parts = [file.relative_to(folder).parts for file in files]
    tops = [part[0] if len(part) > 1 else "" for part in parts]
    return as_labels(np.array(tops, dtype=object)) if len(set(tops) - {""}) > 1 else (None, None)
