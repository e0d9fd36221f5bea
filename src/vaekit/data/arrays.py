"""Arrays: .npy files (memory-mapped), .npz files, and arrays given in Python."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.labels import as_labels
from vaekit.data.source import Source, sha256_of_arrays, sha256_of_file
from vaekit.errors import DataError, RunError, suggestion
from vaekit.kinds import Array

_PICKLE = (
    "holds Python objects (a pickle), which are never loaded, since loading them can run code; "
    "save plain numbers, as in numpy.save(path, numpy.asarray(X, dtype=float))."
)


def numbers(array: Array, where: str) -> Array:
    """The array itself, when it holds real numbers."""
    if array.dtype.kind not in "buif":
        raise DataError(
            f"{where} holds values of type {array.dtype}, and wanted are real numbers; convert it first."
        )
    return array


def read_npy(path: Path) -> Source:
    """A .npy file, memory-mapped: its values are read from the disk when they are needed."""
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"\x80"):
        raise RunError(f"'{path}' {_PICKLE}")
    if start != b"\x93NUMPY":
        raise RunError(
            f"'{path}' is not a .npy file: it starts with the bytes {start.hex(' ') or '(none)'}; "
            "write one with numpy.save."
        )
    try:
        X = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise RunError(_unloadable(str(path), error)) from error
    return Source(X=numbers(X, f"'{path}'"), sha256=sha256_of_file(path))


def read_npz(path: Path, *, x: str | None = None, y: str | None = None) -> Source:
    """A .npz file: the array called X (or the only one that is not y), and labels from the one called y.

    x and y name other arrays of the file.
    """
    if not zipfile.is_zipfile(path):
        raise RunError(f"'{path}' is truncated, or no .npz file; write it again with numpy.savez.")
    with np.load(path, allow_pickle=False) as file:
        chosen, labels = _chosen(path, list(file.files), x, y)
        X = numbers(_member(file, path, chosen), f"array {chosen!r} of '{path}'")
        given = None if labels is None else _member(file, path, labels)
    if given is not None and given.shape != X.shape[:1]:
        raise DataError(
            f"'{path}' has {len(X)} rows in {chosen!r} and labels of shape {given.shape} in {labels!r}; "
            "wanted is one label a row."
        )
    named, classes = (None, None) if given is None else as_labels(given)
    return Source(X=X, y=named, sha256=sha256_of_file(path), class_names=classes)


def _member(file: Any, path: Path, name: str) -> Array:
    """One array of an open .npz file."""
    try:
        return np.asarray(file[name])
    except (zipfile.BadZipFile, EOFError, ValueError, zlib.error) as error:
        raise RunError(_unloadable(f"{path}: {name}", error)) from error


def _unloadable(name: str, error: Exception) -> str:
    """What is wrong with a file that numpy could not load."""
    if "object" in str(error).lower():
        return f"'{name}' {_PICKLE}"
    return f"'{name}' is truncated or damaged ({error}); write it again or fetch it again."


def _chosen(path: Path, names: list[str], x: str | None, y: str | None) -> tuple[str, str | None]:
    """The names of the arrays that are X and y."""
    for wanted in (x, y):
        if wanted is not None and wanted not in names:
            raise DataError(
                f"'{path}' has no array {wanted!r}; there are: {', '.join(names) or 'none'}."
                f"{suggestion(wanted, names)}"
            )
    labels = y or next((name for name in names if name in ("y", "Y") and name != x), None)
    others = [name for name in names if name != labels]
    chosen = x or next((name for name in others if name in ("X", "x")), None)
    if chosen is None and len(others) == 1:
        chosen = others[0]
    if chosen is None:
        raise DataError(
            f"'{path}' has the arrays {', '.join(names) or '(none)'}, and none is called X; "
            "say which is meant, as in x='data' (and y='labels')."
        )
    return chosen, labels


def read_array(given: Any) -> Source:
    """An array, memory map, tensor or nested list given in Python; a memory map stays one."""
    if hasattr(given, "toarray"):
        raise DataError("X is sparse, and wanted is a dense array; give X.toarray().")
    if hasattr(given, "detach"):
        given = given.detach().cpu()
    try:
        array = np.asanyarray(given)
    except (TypeError, ValueError) as error:
        raise DataError(f"X ({type(given).__name__}) cannot be read as numbers: {error}") from error
    if array.ndim == 0:
        raise DataError("X is a single value; wanted are rows (n, features) or images (n, H, W).")
    X = numbers(array, "X")
    return Source(X=X, sha256=sha256_of_arrays(X), name="array")
