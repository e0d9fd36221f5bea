"""A folder of images as uint8 (n, C, H, W), in the order of their names; subfolders are classes.

One image is decoded at a time. Their pixels are an array, or a memory map of a file without a name where they are many,
which fit reads a batch at a time.

Grey files give one channel and colour files three; where both stand in one folder, `channels` says what is meant. What
systems leave in folders (.DS_Store, Thumbs.db, __MACOSX, whatever is hidden) is no image. What becomes of each kind of
file says `vaekit.data.picture`; of a film the first picture is taken.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.labels import as_labels
from vaekit.data.picture import COLOUR, GREY, RESIZES, colour_of, opened, plain, resized, values_of
from vaekit.data.source import Source
from vaekit.errors import DataError, RunError, suggestion
from vaekit.kinds import Array

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
LEFT_BY_SYSTEMS = ("__MACOSX",)
_MODES = {1: GREY, 3: COLOUR}
_SHOWN = 8
RESIDENT_BYTES = 2**29
"""What pixels may take in memory; more of them stand in a file."""


def read_images(
    path: Path,
    *,
    size: int | str | tuple[int, int] | None = None,
    resize: str | None = None,
    channels: int | None = None,
    background: str = "white",
    skip_broken: bool = False,
) -> Source:
    """All images in the folder and its subfolders.

    size: the side of a square, or (height, width), also written "48x64"; how a picture gets it says resize: "stretch"
    (the default), "crop" or "pad". channels: 1 makes all grey (luma of ITU-R 601), 3 gives grey ones three equal
    channels. background: what transparent parts, and the margins of "pad", show. skip_broken leaves files out that
    cannot be read, and says which.

    With two or more subfolders, y counts their sorted names (class_names); an image beside them is
    unlabelled, -1. Raises RunError naming the files that cannot be read, DataError for a folder that cannot become one
    array.
    """
    treat = _treat(size, resize, channels, background)
    files = _files(path)
    digest = hashlib.sha256()
    images, kept, broken = _Stack(len(files)), [], []
    for file in files:
        data = file.read_bytes()
        digest.update(file.relative_to(path).as_posix().encode() + data)
        try:
            images.add(values_of(treat(plain(opened(data, file), file, background))))
            kept.append(file)
        except RunError as error:
            broken.append(str(error))
    if broken and not (skip_broken and kept):
        raise RunError(_told(broken, len(files)))
    y, classes = _classes(path, kept)
    said = (f"left out {len(broken)} of {len(files)} files: {' '.join(broken)}",) if broken else ()
    return Source(
        X=images.stacked(kept, path), y=y, sha256=digest.hexdigest(), class_names=classes, said=said
    )


def size_of(size: int | str | tuple[int, int]) -> tuple[int, int]:
    """(height, width) of 64, "64", "48x64" or (48, 64)."""
    written = "x".join(map(str, size)) if isinstance(size, tuple | list) else str(size)
    found = re.fullmatch(r"([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?", written.strip())
    if found is None:
        raise DataError(
            f"size={size!r} is not possible; give the side of a square, or HEIGHTxWIDTH as in 48x64."
        )
    return int(found[1]), int(found[2] or found[1])


def _treat(size: Any, resize: str | None, channels: int | None, background: str) -> Callable[[Any], Any]:
    """What is done to every picture, when the options can be meant."""
    if channels is not None and channels not in _MODES:
        raise DataError(f"channels={channels!r} is not possible; there are: 1 (grey), 3 (colour).")
    if resize is not None and resize not in RESIZES:
        raise DataError(
            f"resize={resize!r} is not possible; there are: {', '.join(RESIZES)}.{suggestion(resize, RESIZES)}"
        )
    if resize is not None and size is None:
        raise DataError(
            f"resize={resize!r} needs the size to come to; give size=64, for example (--size 64)."
        )
    wanted = None if size is None else size_of(size)
    colour_of(background, COLOUR)

    def treat(image: Any) -> Any:
        image = image if channels is None else image.convert(_MODES[channels])
        return image if wanted is None else resized(image, wanted, resize or "stretch", background)

    return treat


def _files(folder: Path) -> list[Path]:
    """The files that should be images, in the order of their names."""

    def is_image(file: Path) -> bool:
        parts = file.relative_to(folder).parts
        left = any(part[0] == "." or part in LEFT_BY_SYSTEMS for part in parts)
        return file.suffix.lower() in SUFFIXES and not left and file.is_file()

    files = sorted(filter(is_image, folder.rglob("*")), key=lambda file: file.relative_to(folder).as_posix())
    if not files:
        raise DataError(f"folder '{folder}' holds no images ({', '.join(SUFFIXES)}); give the one that does.")
    return files


def _told(broken: list[str], files: int) -> str:
    """What is wrong with each of the broken files."""
    if len(broken) == files > 1:
        return f"none of the {files} images can be read: {' '.join(broken[:_SHOWN])}"
    more = f" And {len(broken) - _SHOWN} more." if len(broken) > _SHOWN else ""
    return f"{' '.join(broken[:_SHOWN])}{more} Or leave such files out with skip_broken=True (--skip-broken)."


class _Stack:
    """Images of one size and kind as one array (n, C, H, W), filled as they are read; on disk where it is large."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.shapes: list[tuple[int, ...]] = []
        self.made: Array | None = None

    def add(self, image: Array) -> None:
        """The next image, (C, H, W); from the first one that is of another shape on, shapes are all that is kept."""
        if self.made is None:
            self.made = _room((self.most, *image.shape))
        self.shapes.append(image.shape)
        if image.shape == self.shapes[0]:
            self.made[len(self.shapes) - 1] = image

    def stacked(self, files: list[Path], folder: Path) -> Array:
        """All of them. DataError where they are not alike."""
        sizes = Counter(shape[1:] for shape in self.shapes)
        if len(sizes) > 1:
            told = ", ".join(f"{h} x {w} ({n})" for (h, w), n in sizes.most_common(_SHOWN))
            raise DataError(
                f"the {len(self.shapes)} images in '{folder}' have {len(sizes)} sizes; height x width (and how many): "
                f"{told}{', ...' if len(sizes) > _SHOWN else ''}. Bring them to one with size=64, for example "
                "(--size 64), and resize='stretch', 'crop' or 'pad'."
            )
        kinds = [shape[0] for shape in self.shapes]
        if len(set(kinds)) > 1:
            grey, colour = (files[kinds.index(channels)].relative_to(folder) for channels in _MODES)
            raise DataError(
                f"'{folder}' holds {kinds.count(1)} grey images ('{grey}') and {kinds.count(3)} in colour "
                f"('{colour}'); say what all shall be: channels=1 or channels=3 (--channels)."
            )
        assert self.made is not None
        return self.made[: len(self.shapes)]


def _room(shape: tuple[int, ...]) -> Array:
    """A new array of uint8, in a file without a name where memory should not hold it."""
    size = math.prod(shape)
    if size <= RESIDENT_BYTES:
        return np.empty(shape, dtype=np.uint8)
    try:
        with tempfile.TemporaryFile() as file:  # the map keeps the file when this closes it
            os.posix_fallocate(file.fileno(), 0, size)
            return np.memmap(file, dtype=np.uint8, mode="r+", shape=shape)
    except OSError as error:
        raise RunError(
            f"{shape[0]:,} images of {' x '.join(map(str, shape[1:]))} take {size / 2**30:.1f} GiB, for which there is "
            f"no room in '{tempfile.gettempdir()}' ({error.strerror or error}); set TMPDIR to a folder with room, or "
            "make them smaller with size=64, for example (--size 64)."
        ) from error


def _classes(folder: Path, files: list[Path]) -> tuple[Array | None, tuple[str, ...] | None]:
    """y and class_names from the first subfolder of each file."""
    parts = [file.relative_to(folder).parts for file in files]
    tops = [part[0] if len(part) > 1 else "" for part in parts]
    return as_labels(np.array(tops, dtype=object)) if len(set(tops) - {""}) > 1 else (None, None)
