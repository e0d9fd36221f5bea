"""IDX files, the format of MNIST: a magic number, the lengths of the axes, then the values.

Reference: http://yann.lecun.com/exdb/mnist/ (the format is described at the end of that page).
"""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from pathlib import Path

import numpy as np

from vaekit.data.source import Source, sha256_of_file
from vaekit.errors import RunError
from vaekit.kinds import Array

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
PARTS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def unpacked(data: bytes, name: str) -> bytes:
    """The bytes of a file, unpacked where they are gzip."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise RunError(
            f"'{name}' is a truncated or damaged gzip file ({error}); fetch it again from where it came from."
        ) from error


def parse_idx(data: bytes, name: str) -> Array:
    """The array in the unpacked bytes of an IDX file; `name` is what errors call it."""
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _TYPES:
        raise RunError(
            f"'{name}' is not an IDX file: it starts with the bytes {data[:4].hex(' ') or '(none)'}, and "
            "wanted are 00 00, a type (08 to 0e) and the number of axes; check that it is the file you mean."
        )
    dtype, axes = np.dtype(_TYPES[data[2]]), data[3]
    start = 4 + 4 * axes
    if len(data) < start:
        raise RunError(f"'{name}' is truncated within its header; fetch it again from where it came from.")
    shape = tuple(int(length) for length in np.frombuffer(data[4:start], ">u4"))
    wanted = start + math.prod(shape) * dtype.itemsize
    if len(data) != wanted:
        raise RunError(
            f"'{name}' is {'truncated' if len(data) < wanted else 'longer than its header says'}: "
            f"{' x '.join(map(str, shape))} values take {wanted} bytes, and it has {len(data)}; "
            "fetch it again from where it came from."
        )
    values = np.frombuffer(data, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="), copy=False)


def read_idx(path: Path) -> Source:
    """One IDX file, gzip or not."""
    return Source(X=parse_idx(unpacked(path.read_bytes(), str(path)), str(path)), sha256=sha256_of_file(path))


def find_idx(folder: Path, stem: str) -> Path | None:
    """The file `stem` or `stem`.gz in the folder."""
    return next((f for f in (folder / stem, folder / f"{stem}.gz") if f.is_file()), None)


def is_idx_folder(folder: Path) -> bool:
    """Whether the folder has the four files that MNIST and its kin consist of."""
    return all(find_idx(folder, stem) for stems in PARTS.values() for stem in stems)


def read_idx_folder(path: Path) -> Source:
    """A folder with the four files of MNIST or its kin: images (n, 1, H, W), labels, and the test part."""
    test = _part(path, "test")
    images, labels, digest = _part(path, "train")
    return Source(X=images, y=labels, sha256=digest, test=Source(X=test[0], y=test[1], sha256=test[2]))


def _part(folder: Path, which: str) -> tuple[Array, Array, str]:
    """Images (n, 1, H, W), labels (n,) int64, and the digest of both unpacked files, one after the other."""
    digest, arrays = hashlib.sha256(), []
    for stem, axes in zip(PARTS[which], (3, 1), strict=True):
        file = find_idx(folder, stem)
        if file is None:
            raise RunError(f"'{folder}' has no file {stem} or {stem}.gz; it needs all four files of the set.")
        data = unpacked(file.read_bytes(), str(file))
        array = parse_idx(data, str(file))
        if array.ndim != axes:
            raise RunError(f"'{file}' has {array.ndim} axes where {axes} are wanted; check the file's name.")
        digest.update(data)
        arrays.append(array)
    images, labels = arrays
    if len(images) != len(labels):
        raise RunError(
            f"'{folder}' has {len(images)} images but {len(labels)} labels in its {which} part; "
            "fetch both files again."
        )
    return images[:, None], labels.astype(np.int64), digest.hexdigest()
