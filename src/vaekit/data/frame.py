"""A table as named columns, whatever it came from, and the way back to what it was.

pandas, polars and pyarrow are read through narwhals; an array is a table with the columns x0, x1, ...; a file of
text gives a `Frame` itself. `Frame.native` gives the user's kind of table back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.cells import Cells, as_objects, cells_of_array, cells_of_objects
from vaekit.data.sparse import SparseColumns
from vaekit.errors import DataError, DataTypeError
from vaekit.kinds import Array

KINDS = ("pandas", "polars", "pyarrow")


@dataclass(frozen=True, eq=False)
class Frame:
    """Named columns of one length. kind: "pandas", "polars", "pyarrow", "array" or "frame" (of a file).

    plain: an array of numbers, whose columns are never taken for names of rows. named: False where the names are
    ours (x0, x1, ...). index: that of a pandas frame.
    """

    columns: Mapping[str, Cells]
    kind: str = "frame"
    plain: bool = False
    named: bool = True
    index: Any = None

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return len(self), len(self.columns)

    def __getitem__(self, rows: Any) -> Frame:
        """The same table in these rows: a slice, a mask or numbers."""
        index = None if self.index is None else self.index[rows]
        return self._with({name: cells.take(rows) for name, cells in self.columns.items()}, index)

    def select(self, names: Sequence[str]) -> Frame:
        """These columns, in this order."""
        return self._with({name: self.columns[name] for name in names}, self.index)

    def renamed(self, names: Sequence[str]) -> Frame:
        """The same columns under other names."""
        columns = self.columns
        if isinstance(columns, SparseColumns):
            return self._with(SparseColumns(columns.matrix, names), self.index)
        return self._with(dict(zip(names, columns.values(), strict=True)), self.index)

    def with_columns(self, columns: Mapping[str, Cells]) -> Frame:
        """Other columns in the same kind of table, with the same index."""
        return self._with(columns, self.index)

    def _with(self, columns: Mapping[str, Cells], index: Any) -> Frame:
        return Frame(columns, self.kind, self.plain, self.named, index)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Row by row, as Python values, None where missing."""
        return zip(*(cells.listed() for cells in self.columns.values()), strict=True)

    def native(self) -> Any:
        """The table as the user's kind: a pandas, polars or pyarrow frame, an array, or this Frame."""
        from vaekit.data.native import MAKERS

        return MAKERS[self.kind](self) if self.kind in MAKERS else self


def is_frame(given: Any) -> bool:
    """Whether it has named columns: a pandas, polars or pyarrow frame, or a `Frame`."""
    import narwhals

    found = narwhals.from_native(given, eager_only=True, pass_through=True) if _has_columns(given) else None
    return isinstance(given, Frame) or isinstance(found, narwhals.DataFrame)


def as_frame(given: Any) -> Frame:
    """The columns of a frame, an array (n, columns), a tensor or a list of rows.

    Raises DataError for duplicate or mixed names, for columns that mix things or hold none of numbers, texts,
    booleans and times, and for what is no table.
    """
    import narwhals

    if isinstance(given, Frame):
        return given
    if type(given).__name__ == "LazyFrame":
        raise DataError("X is a LazyFrame, whose rows are not read yet; give X.collect().")
    if _has_columns(given):
        _refuse_duplicates(given)
        found = narwhals.from_native(given, eager_only=True, pass_through=True)
        if isinstance(found, narwhals.DataFrame):
            return _of_narwhals(found, given)
    return _of_array(given)


def _has_columns(given: Any) -> bool:
    return hasattr(given, "columns") or hasattr(given, "column_names")


def _refuse_duplicates(given: Any) -> None:
    found = getattr(given, "column_names", None)
    names = list(given.columns if found is None else found)
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise DataError(f"X has more than one column called {twice[0]!r}; give each a name of its own.")


def _of_narwhals(found: Any, given: Any) -> Frame:
    kind = found.implementation.value
    if kind not in KINDS:
        raise DataError(f"X is a frame of {kind}; give one of {', '.join(KINDS)}, or an array.")
    labels = list(given.columns) if kind == "pandas" else found.columns
    counted = labels == list(range(len(labels)))
    if not counted and not all(isinstance(label, str) for label in labels):
        odd = next(label for label in labels if not isinstance(label, str))
        raise DataTypeError(
            f"X has the column name {odd!r}, a {type(odd).__name__}; feature names are only supported if all are "
            "strings: rename it, as in X.columns = X.columns.map(str)."
        )
    named = not counted or not labels
    names = [f"x{at}" for at in range(len(labels))] if counted else labels
    columns = {
        str(name): _of_series(found[label] if kind != "pandas" else found[:, at], str(name), kind)
        for at, (name, label) in enumerate(zip(names, labels, strict=True))
    }
    return Frame(columns, kind, named=named, index=given.index if kind == "pandas" else None)


def _of_series(series: Any, name: str, kind: str) -> Cells:
    """A column of a frame that narwhals reads."""
    import narwhals as nw

    dtype, native = series.dtype, dtype_name(series.to_native(), kind)
    if kind == "pandas" and getattr(series.to_native().dtype, "tz", None) is not None:
        return _zoned(series.to_native())
    missing = np.asarray(series.is_null().to_numpy(), dtype=bool)
    if isinstance(dtype, nw.Categorical | nw.Enum) or dtype in (nw.Categorical, nw.Enum):
        levels, ordered = _levels(series, kind)
        return Cells(_objects(series, missing), missing, native, levels=levels, ordered=ordered)
    if dtype == nw.Boolean:
        filled = series.fill_null(False) if missing.any() else series
        return Cells(np.asarray(filled.to_numpy(), dtype=bool), missing, native)
    if dtype == nw.String:
        return Cells(_objects(series, missing), missing, native)
    if dtype == nw.Datetime or dtype == nw.Date:
        zone = getattr(dtype, "time_zone", None)
        values = np.asarray((series.cast(nw.Datetime("ms")) if dtype == nw.Date else series).to_numpy())
        return Cells(values, missing, native, zone=zone)
    if dtype.is_numeric():
        if dtype.is_integer():
            return Cells(
                np.asarray((series.fill_null(0) if missing.any() else series).to_numpy()), missing, native
            )
        values = np.asarray(series.cast(nw.Float64).to_numpy())
        values = np.where(missing, np.nan, values).astype(np.float64) if missing.any() else values
        return Cells(values, np.isnan(values), native)
    if dtype == nw.Object:
        return cells_of_objects(series.to_list(), name, native)
    if dtype == nw.Unknown and missing.all():  # a column of nothing, as pyarrow and polars have it
        return Cells(np.full(len(missing), np.nan), missing, native)
    raise DataError(
        f"column '{name}' holds values of type {native}; give numbers, texts, booleans or times, or leave it out."
    )


def _zoned(native: Any) -> Cells:
    """A pandas column of times in a zone, whose name narwhals may not know."""
    values = native.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return Cells(values, np.isnat(values), str(native.dtype), zone=str(native.dt.tz))


def _objects(series: Any, missing: Array) -> Array:
    values = as_objects(series.to_list())
    values[missing] = None
    return values


def _levels(series: Any, kind: str) -> tuple[tuple[Any, ...], bool]:
    """(the levels that a categorical type declares, whether they are ordered)."""
    native = series.to_native()
    if kind == "pandas" and hasattr(native, "cat"):
        return tuple(native.cat.categories.tolist()), bool(native.cat.ordered)
    if kind == "polars" and hasattr(native.dtype, "categories") and type(native.dtype).__name__ == "Enum":
        return tuple(native.dtype.categories.to_list()), False
    ordered = bool(getattr(native.type, "ordered", False)) if kind == "pyarrow" else False
    return tuple(series.cat.get_categories().to_list()), ordered


def dtype_name(native: Any, kind: str) -> str:
    """What the user's table calls the type of a column, so that it can be made again."""
    if kind == "pyarrow":
        return str(native.type)
    found = str(native.dtype)
    if kind == "pandas" and type(native.dtype).__name__ == "StringDtype" and found == "string":
        return f"string[{native.dtype.storage}]"
    return found


def _of_array(given: Any) -> Frame:
    if hasattr(given, "toarray"):
        names = [f"x{at}" for at in range(given.shape[1])]
        return Frame(SparseColumns(given, names), "array", plain=True, named=False)
    if hasattr(given, "detach"):
        given = given.detach().cpu().numpy()
    try:
        array: Array = np.asarray(given)
        if array.dtype.kind in "US" and not hasattr(given, "__array__"):
            array = np.array(given, dtype=object)  # a list of rows: numbers beside texts stay numbers
    except (TypeError, ValueError) as error:
        raise DataError(f"X ({type(given).__name__}) cannot be read as a table: {error}") from error
    if array.ndim != 2:
        cure = " Reshape your data: X.reshape(-1, 1) is one column, X.reshape(1, -1) one row."
        raise DataError(
            f"X has shape {array.shape}; wanted is a table (rows, columns).{cure if array.ndim < 2 else ''}"
        )
    if array.dtype.names:
        raise DataError("X is a structured array; give a frame of pandas, polars or pyarrow.")
    names = [f"x{at}" for at in range(array.shape[1])]
    columns = {name: cells_of_array(array[:, at], name) for at, name in enumerate(names)}
    return Frame(columns, "array", plain=array.dtype.kind in "buif", named=False)
