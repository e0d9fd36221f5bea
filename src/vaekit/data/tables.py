"""Tables: frames given in Python (pandas, polars, pyarrow) and .parquet files, and the rules of columns.

Numeric columns become X. A column named by `labels` becomes y, columns named by `drop` are left out (`only` keeps
those that it names), and any other column that is not numeric is refused by name, unless words are wanted: X is then a
`Frame` of columns of all types.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vaekit.data.frame import as_frame
from vaekit.data.labels import as_labels
from vaekit.data.source import Source, sha256_of_arrays, sha256_of_file
from vaekit.errors import DataError, MissingExtra, RunError, suggestion
from vaekit.kinds import Array

Column = str | int
_SHOWN = 12


def choose_columns(
    names: Sequence[str],
    labels: Column | None,
    drop: Column | Sequence[Column],
    where: str,
    only: Column | Sequence[Column] = (),
) -> tuple[list[int], int | None]:
    """(positions of X's columns, position of the labels): columns by name, or by position from 0."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{where} has more than one column called {twice[0]!r}; give each a name of its own.")
    dropped = {_position(names, column, where) for column in _several(drop)}
    wanted = {_position(names, column, where) for column in _several(only)} or set(range(len(names)))
    label = None if labels is None else _position(names, labels, where)
    kept = [at for at in range(len(names)) if at in wanted - dropped and at != label]
    if not kept:
        raise DataError(f"{where} has no column left to model; its columns are {_listed(names)}.")
    return kept, label


def _several(columns: Column | Sequence[Column]) -> list[Column]:
    return [columns] if isinstance(columns, str | int) else list(columns)


def _position(names: Sequence[str], column: Column, where: str) -> int:
    """Where a column stands, given its name or its position from 0 (negative: from the end)."""
    if isinstance(column, int) and -len(names) <= column < len(names):
        return column % len(names)
    if column not in names:
        near = suggestion(column, names)
        raise DataError(f"{where} has no column {column!r}; it has {_listed(names)}.{near}")
    return names.index(str(column))


def _listed(names: Sequence[str]) -> str:
    """The names, or the first dozen of many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def refuse_columns(wrong: dict[str, str], where: str) -> None:
    """Raise for columns that are not numeric; `wrong` is name -> an example of what they hold."""
    if not wrong:
        return
    names = list(wrong)[:_SHOWN]
    shown = ", ".join(f"{name!r} ({wrong[name]})" for name in names)
    raise DataError(
        f"{where} has columns that are not numeric: {shown}; leave them out with "
        f"{' '.join(f'--drop {name}' for name in names)} (in Python drop={names!r}), take one as "
        f"labels with --labels {names[0]} (in Python labels={names[0]!r}), or model them with --model tabular "
        "(in Python TabularVAE)."
    )


def read_parquet(
    path: Path,
    *,
    labels: Column | None = None,
    drop: Column | Sequence[Column] = (),
    only: Column | Sequence[Column] = (),
    words: bool = False,
) -> Source:
    """A .parquet file; words: X is a `Frame` of columns of all types."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtra(
            f"'{path}' is a parquet file, and reading one needs pyarrow; type: pip install \"vaekit[tables]\""
        ) from error
    try:
        table = pyarrow.parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise RunError(f"'{path}' cannot be read as a parquet file ({error}); write it again.") from error
    return _from_frame(_as_frame(table), labels, drop, f"'{path}'", sha256_of_file(path), only, words)


def is_frame(given: Any) -> bool:
    """Whether it is a frame that narwhals knows: pandas, polars, pyarrow and others."""
    return _as_frame(given) is not None


def read_frame(
    given: Any,
    *,
    labels: Column | None = None,
    drop: Column | Sequence[Column] = (),
    only: Column | Sequence[Column] = (),
    words: bool = False,
) -> Source:
    """A frame given in Python."""
    return _from_frame(_as_frame(given), labels, drop, "the frame", None, only, words)


def _as_frame(given: Any) -> Any:
    """The narwhals view of a frame, None for anything else."""
    import narwhals

    found = narwhals.from_native(given, eager_only=True, pass_through=True)
    return found if isinstance(found, narwhals.DataFrame) else None


def _from_frame(
    frame: Any,
    labels: Column | None,
    drop: Column | Sequence[Column],
    where: str,
    digest: str | None,
    only: Column | Sequence[Column],
    words: bool,
) -> Source:
    """X, y and names from the columns of a frame."""
    names = [str(name) for name in frame.columns]
    kept, label = choose_columns(names, labels, drop, where, only)
    if not len(frame):
        raise DataError(f"{where} has columns but no rows; give at least two rows.")
    y, classes = (None, None) if label is None else as_labels(_values(frame[:, label]))
    if words:
        table = as_frame(frame.to_native()).select([names[at] for at in kept])
        texts = (np.array(cells.listed(), dtype=str) for cells in table.columns.values())
        return Source(table, digest or sha256_of_arrays(*texts, y), "frame", y, tuple(table.names), classes)
    columns = [frame[:, at] for at in kept]
    wrong = {c.name: f"{c.dtype}, {c[0]!r} in row 1" for c in columns if not _is_numeric(c)}
    refuse_columns(wrong, where)
    X = np.column_stack([_values(column) for column in columns])
    return Source(
        X=X,
        y=y,
        sha256=digest or sha256_of_arrays(X, y),
        name="frame",
        feature_names=tuple(names[at] for at in kept),
        class_names=classes,
    )


def _is_numeric(column: Any) -> bool:
    import narwhals

    return bool(column.dtype.is_numeric()) or column.dtype == narwhals.Boolean


def _values(column: Any) -> Array:
    """The column's values; where gaps or decimals make Python objects of numbers, as float64."""
    values: Array = np.asarray(column.to_numpy())
    if values.dtype != object or not _is_numeric(column):
        return values
    known = ~np.asarray(column.is_null().to_numpy(), dtype=bool)
    made = np.full(len(values), np.nan)
    made[known] = values[known].astype(np.float64)
    return made
