"""Shards: a folder of .npz or .parquet files and a manifest, read one file at a time.

A file is compared with its SHA-256 when it is first read, and again when it has changed since; so what is trained on
is what the manifest says.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.arrays import read_npz
from vaekit.data.manifest import NAME, Manifest, ShardFile, read_manifest
from vaekit.data.pieces import Pieces
from vaekit.data.source import Source, sha256_of_file
from vaekit.data.tables import read_parquet
from vaekit.errors import DataError, RunError
from vaekit.kinds import Array

SUFFIXES = (".npz", ".parquet")


class Shards(Pieces):
    """The rows of a folder of shards; `vaekit.open_shards(folder)` gives them."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        super().__init__([shard.rows for shard in manifest.shards], manifest.event, manifest.dtype)
        self.folder, self.files = folder, tuple(manifest.shards)
        self.columns = None if manifest.columns is None else tuple(manifest.columns)
        self._checked: dict[str, tuple[int, int]] = {}

    def read(self, number: int) -> Array:
        """The rows of one file. Raises DataError for a file that is missing, damaged or another."""
        shard = self.files[number]
        path = self.folder / shard.file
        try:
            self._check(shard, path)
            found = rows_of_file(path)
        except OSError as error:  # a RunError is one
            told = (
                error
                if isinstance(error, RunError)
                else f"'{path}' cannot be read ({error.strerror or error})"
            )
            raise DataError(
                f"shard {number + 1} of {len(self.files)} is not there as it was: {told}"
            ) from error
        X, names = found.X, found.feature_names
        if X.shape != (shard.rows, *self.shape[1:]) or names not in (None, self.columns):
            raise DataError(
                f"shard '{path}' holds rows of shape {X.shape} and {NAME} says {(shard.rows, *self.shape[1:])}, or its "
                "columns have other names; write the manifest anew."
            )
        rows: Array = X.astype(self.dtype, copy=False)
        return rows

    def _check(self, shard: ShardFile, path: Path) -> None:
        state = os.stat(path)
        mark = (state.st_size, state.st_mtime_ns)
        if self._checked.get(shard.file) == mark:
            return
        found = sha256_of_file(path)
        if found != shard.sha256:
            raise DataError(
                f"shard '{path}' is not the one that {NAME} names: its SHA-256 is {found[:12]}... and should be "
                f"{shard.sha256[:12]}...; it is damaged or was changed. Take a copy, or write the manifest anew."
            )
        self._checked[shard.file] = mark


def open_shards(folder: str | Path) -> Shards:
    """The rows in a folder of shards, for `fit`: none is read yet.

    Raises DataError when the folder has no manifest, or one that is damaged.
    """
    folder = Path(folder).expanduser()
    return Shards(folder, read_manifest(folder)[0])


def read_shards(path: Path) -> Source:
    """A folder of shards as a source; its digest is that of the manifest, which has those of the files."""
    manifest, content = read_manifest(path)
    names = None if manifest.columns is None else tuple(manifest.columns)
    shards = Shards(path, manifest)
    y, class_names = _labels(path, manifest)
    digest = hashlib.sha256(content).hexdigest()
    return Source(X=shards, y=y, sha256=digest, feature_names=names, class_names=class_names)


def _labels(folder: Path, manifest: Manifest) -> tuple[Array | None, tuple[str, ...] | None]:
    """(the labels of all rows, their class names), None where there are none."""
    if manifest.labels is None:
        return None, None
    path, said = folder / manifest.labels.file, manifest.labels
    try:
        if sha256_of_file(path) != said.sha256:
            raise DataError(
                f"the labels '{path}' are not those that {NAME} names; take a copy, or shard anew."
            )
        y: Array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise DataError(f"the labels '{path}' cannot be read ({error.strerror or error}).") from error
    if y.shape != (manifest.rows,):
        raise DataError(f"the labels '{path}' have shape {y.shape}, and there are {manifest.rows:,} rows.")
    return y, None if said.class_names is None else tuple(said.class_names)


def rows_of_file(path: Path) -> Source:
    """The rows of one file."""
    return read_parquet(path) if path.suffix == ".parquet" else read_npz(path)


def shard_files(folder: Path) -> list[Path]:
    """The files of a folder that may be shards, by their names."""
    return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES and file.name[0] != ".")


def described(files: list[Path], found: list[tuple[Any, tuple[int, ...], str]], columns: Any) -> Manifest:
    """The manifest of files whose rows were found to be (dtype, shape, sha256)."""
    shards = [
        ShardFile(file=file.name, rows=shape[0], sha256=digest)
        for file, (_, shape, digest) in zip(files, found, strict=True)
    ]
    return Manifest(
        format=1,
        rows=sum(shard.rows for shard in shards),
        event=list(found[0][1][1:]),
        dtype=np.result_type(*{dtype for dtype, _, _ in found}).name,
        columns=None if columns is None else list(columns),
        shards=shards,
    )
