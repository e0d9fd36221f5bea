"""A source: data as they were read, with what it takes to read them again the same way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.frame import Frame
from vaekit.data.layout import blocks
from vaekit.data.pieces import Pieces
from vaekit.kinds import Array


@dataclass(frozen=True, eq=False)
class Source:
    """Data with their provenance.

    X is (n, features), (n, H, W) or (n, C, H, W), memory-mapped where the file allows it; y is (n,) or
    None. Where y came as text it counts the sorted `class_names`, and -1 is unlabelled, as in
    scikit-learn. sha256 is the digest of all that was read: the file, the names and bytes of image
    files, or the bytes of X and then y. `how` is {"reader": name, "options": {...}}; `test` is the test
    part of a data set that has one; `found` says what was found of how a file is written, `said` are sentences about
    what was read. Where columns of words are wanted, X is a `Frame`.
    """

    X: Any
    sha256: str
    name: str = ""
    y: Array | None = None
    feature_names: tuple[str, ...] | None = None
    class_names: tuple[str, ...] | None = None
    image_shape: tuple[int, ...] | None = None
    path: Path | None = None
    how: dict[str, Any] = field(default_factory=dict)
    test: Source | None = None
    found: str = ""
    said: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return len(self.X)

    def some(self, chosen: Array) -> Source:
        """Those of the examples that are chosen, (n,) bool, with their labels and without a test part."""
        X = self.X if isinstance(self.X, Frame) else np.asarray(self.X)
        return replace(self, X=X[chosen], y=None if self.y is None else self.y[chosen], test=None)

    def to_json(self) -> dict[str, Any]:
        """The record, as plain data, from which `reread` reads the same data again."""
        return {
            "name": self.name,
            "path": None if self.path is None else str(self.path),
            "rows": self.rows,
            "shape": [int(length) for length in np.shape(self.X)[1:]],
            "sha256": self.sha256,
            "how": {"reader": self.how.get("reader"), "options": _plain(self.how.get("options", {}))},
            "feature_names": _listed(self.feature_names),
            "class_names": _listed(self.class_names),
            "image_shape": _listed(self.image_shape),
        }


def _listed(values: Iterable[Any] | None) -> list[Any] | None:
    return None if values is None else list(values)


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Options as what JSON holds: a sequence of names becomes a list."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}


def sha256_of_file(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_arrays(*arrays: Array | Pieces | None) -> str:
    """The digest of the arrays' bytes, row by row and one array after the other."""
    digest = hashlib.sha256()
    for array in arrays:
        if array is not None:
            for block in blocks(array):
                digest.update(np.ascontiguousarray(block).tobytes())
    return digest.hexdigest()
