"""Labels that stand in a file of their own: one a row of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vaekit.data.idx import parse_idx, unpacked
from vaekit.data.labels import as_labels
from vaekit.errors import DataError, RunError
from vaekit.kinds import Array

SUFFIXES = (".npy", ".csv", ".tsv", ".txt")


def is_label_file(labels: object) -> bool:
    """Whether `labels` is a file that is there, and not the name or position of a column."""
    path = Path(str(labels))
    known = path.suffix.lower() in SUFFIXES or "ubyte" in path.name
    return isinstance(labels, str | Path) and known and path.is_file()


def read_labels(path: Path, rows: int) -> tuple[Array, tuple[str, ...] | None]:
    """(y, class_names) of so many rows, as `as_labels` gives them: a .npy, an IDX file, or a text with one a line.

    A text may have a name in its first line. Raises RunError for a file that cannot be read, DataError for another
    number of labels.
    """
    values = _values(path)
    if values.dtype.kind in "OU" and len(values) == rows + 1:
        values = values[1:]
    if values.shape != (rows,):
        raise DataError(
            f"'{path}' has labels of shape {values.shape} for {rows} rows of data; give one label a row."
        )
    return as_labels(_as_numbers(values))


def _values(path: Path) -> Array:
    try:
        if path.suffix.lower() == ".npy":
            return np.asarray(np.load(path, allow_pickle=False))
        if path.suffix.lower() in SUFFIXES:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            return np.array([line.strip().strip('"') for line in lines], dtype=object)
        return parse_idx(unpacked(path.read_bytes(), str(path)), str(path))
    except (OSError, ValueError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"'{path}' cannot be read as labels ({error}).") from error


def _as_numbers(values: Array) -> Array:
    """Texts that are all numbers (or missing) as numbers."""
    if values.dtype.kind not in "OU":
        return values
    try:
        return np.array([float(value) if value else np.nan for value in values.tolist()])
    except ValueError:
        return values
