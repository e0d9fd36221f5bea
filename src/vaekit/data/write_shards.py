"""Writing shards: rows that come in blocks become files of one size; files that are there get a manifest."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.arrays import numbers
from vaekit.data.dataset import items
from vaekit.data.labels import as_labels
from vaekit.data.layout import as_rows, blocks
from vaekit.data.manifest import NAME, LabelFile, Manifest
from vaekit.data.shards import Shards, described, rows_of_file, shard_files
from vaekit.data.source import sha256_of_file
from vaekit.data.tables import is_frame, read_frame
from vaekit.errors import DataError, OutputExists, RunError
from vaekit.kinds import Array

LABELS = "labels.npy"
SHARD_BYTES = 2**25
ITEMS = 256

Found = tuple[Any, tuple[int, ...], str]
Block = tuple[Array, tuple[str, ...] | None]


def write_shards(
    rows: Any,
    folder: str | Path,
    *,
    rows_per_shard: int | None = None,
    columns: Sequence[str] | None = None,
    labels: Any = None,
    class_names: Sequence[str] | None = None,
) -> Shards:
    """Write rows to a new folder of .npz shards with a manifest, and give them as `fit` takes them.

    rows: an array or memory map (n, *event), a frame, a Dataset of items x or (x, y) of which x is written, or an
    iterator of blocks, each an array (b, *event) or a frame; then only one shard is in memory at a time.
    rows_per_shard: None makes files of about 32 MiB. columns: the names of those of an array. labels: one a row,
    numbers or texts, kept in a file beside them; class_names: what whole numbers count.

    The folder appears whole or not at all. Raises OutputExists when it is there already, DataError for blocks that do
    not fit together, RunError when the disk is full.
    """
    folder = Path(folder).expanduser()
    if os.path.lexists(folder):
        raise OutputExists(f"'{folder}' exists; choose another place for the shards.")
    if rows_per_shard is not None and rows_per_shard < 1:
        raise DataError(f"rows_per_shard={rows_per_shard!r} is not possible; give 1 or more.")
    staging = folder.absolute().parent / f".vaekit-{secrets.token_hex(8)}"
    try:
        staging.mkdir(parents=True)
        manifest = _write(_named(_blocks_of(rows), columns), staging, rows_per_shard)
        if labels is not None:
            manifest = manifest.model_copy(
                update={"labels": _write_labels(labels, class_names, staging, manifest.rows)}
            )
        (staging / NAME).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
        os.rename(staging, folder)  # fails where something has come there since
    except OSError as error:
        if isinstance(error, RunError):
            raise
        raise RunError(
            f"'{folder}' could not be written: {error.strerror or error}. Nothing was changed."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Shards(folder, manifest)


def write_manifest(folder: str | Path) -> Shards:
    """Write the manifest of a folder whose .npz or .parquet files are shards in the order of their names; each is read
    once. Raises OutputExists where there is one, DataError for files that do not fit together."""
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise DataError(f"'{folder}' is no folder; give the one that holds the shards.")
    if os.path.lexists(folder / NAME):
        raise OutputExists(f"'{folder / NAME}' exists; remove it if the shards have changed.")
    files = shard_files(folder)
    if not files:
        raise DataError(f"folder '{folder}' holds no .npz or .parquet files; give the one that does.")
    found: list[Found] = []
    columns = None
    for file in files:
        source = rows_of_file(file)
        X = numbers(source.X, f"'{file}'")
        first = found[0][1][1:] if found else X.shape[1:]
        if X.shape[1:] != first or (found and source.feature_names != columns):
            raise DataError(
                f"'{file}' has examples or columns that are not those of '{files[0]}'; make them alike."
            )
        columns = source.feature_names
        found.append((X.dtype, X.shape, sha256_of_file(file)))
    manifest = described(files, found, columns)
    with (folder / NAME).open("x", encoding="utf-8") as file_of_manifest:
        file_of_manifest.write(manifest.model_dump_json(indent=1) + "\n")
    return Shards(folder, manifest)


def _write(given: Iterator[Block], folder: Path, rows_per_shard: int | None) -> Manifest:
    """Files of the same number of rows, the last one smaller."""
    files: list[Path] = []
    found: list[Found] = []
    names = None
    waiting: list[Array] = []

    def flush(rows: int) -> None:
        whole = waiting[0] if len(waiting) == 1 else np.concatenate(waiting)
        waiting[:] = [whole[rows:]] if len(whole) > rows else []
        file = folder / f"shard-{len(files):05d}.npz"
        np.savez(file, X=whole[:rows])
        files.append(file)
        found.append((whole.dtype, whole[:rows].shape, sha256_of_file(file)))

    for at, (X, columns) in enumerate(given):
        like = waiting[0].shape[1:] if waiting else found[0][1][1:] if found else X.shape[1:]
        if X.ndim < 2 or X.shape[1:] != like or (at and columns != names):
            raise DataError(
                f"block {at} of the rows has shape {X.shape}, or other columns, and wanted are (rows, "
                f"{', '.join(map(str, like)) or 'features'}) as in the first; make them alike."
            )
        names = columns
        rows_per_shard = rows_per_shard or max(1, SHARD_BYTES // max(1, X[:1].nbytes))
        if len(X):
            waiting.append(X)
        while sum(map(len, waiting)) >= rows_per_shard:
            flush(rows_per_shard)
    if waiting:
        flush(sum(map(len, waiting)))
    if not found:
        raise DataError("there are no rows to write; give at least two.")
    return described(files, found, names)


def _write_labels(labels: Any, class_names: Sequence[str] | None, folder: Path, rows: int) -> LabelFile:
    """The labels of all rows in one file."""
    y = np.asarray(labels)
    if y.shape != (rows,):
        raise DataError(f"labels has shape {y.shape}, and there are {rows:,} rows; give one a row.")
    if class_names is None:
        y, class_names = as_labels(y)
    file = folder / LABELS
    np.save(file, y)
    return LabelFile(
        file=file.name,
        sha256=sha256_of_file(file),
        class_names=None if class_names is None else list(class_names),
    )


def _named(given: Iterator[Block], columns: Sequence[str] | None) -> Iterator[Block]:
    """The blocks with these names, unless they have some."""
    for X, names in given:
        if columns is not None and [len(columns)] != list(X.shape[1:]):
            raise DataError(
                f"columns has {len(columns)} names, and a row has shape {X.shape[1:]}; name each column."
            )
        yield X, names or (None if columns is None else tuple(columns))


def _blocks_of(rows: Any) -> Iterator[Block]:
    """Blocks of rows with the names of their columns, whatever they come from."""
    if is_frame(rows):
        source = read_frame(rows)
        yield source.X, source.feature_names
    elif hasattr(rows, "shape"):
        X = as_rows(rows)
        for block in blocks(X):
            yield numbers(np.asarray(block), "X"), None
    elif hasattr(rows, "__next__"):
        for block in rows:
            yield from _blocks_of(block)
    else:
        every = (x for x, _ in items(rows))
        while some := list(islice(every, ITEMS)):
            yield numbers(np.stack(some), f"your {type(rows).__name__}"), None
