"""From columns back to the user's kind of table: the same types, the same levels, the same zones."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from vaekit.data.cells import Cells, as_objects
from vaekit.errors import MissingExtra
from vaekit.kinds import Array

if TYPE_CHECKING:
    from vaekit.data.frame import Frame

_UNIT = re.compile(r"\b(s|ms|us|ns)\b")


def _array(frame: Frame) -> Array:
    """(n, columns): of the numbers' common type, else of objects with None where something is missing."""
    cells = list(frame.columns.values())
    if all(column.form in ("number", "truth") and column.dtype != "object" for column in cells):
        gaps = any(column.missing.any() for column in cells)
        made = [_numbers(column) if gaps else column.values.astype(column.dtype) for column in cells]
        return np.column_stack(made)
    return np.column_stack([as_objects(column.listed()) for column in cells])


def _numbers(cells: Cells) -> Array:
    """float64, NaN where missing."""
    return np.where(cells.missing, np.nan, cells.values.astype(np.float64))


def _pandas(frame: Frame) -> Any:
    pandas = _library("pandas")
    columns = {name: _pandas_series(cells, pandas) for name, cells in frame.columns.items()}
    made = pandas.DataFrame(columns)
    if frame.index is not None:
        made.index = frame.index
    if not frame.named:
        made.columns = range(len(columns))
    return made


def _pandas_series(cells: Cells, pandas: Any) -> Any:
    gaps = bool(cells.missing.any())
    if cells.levels is not None and cells.dtype == "category":
        kind = pandas.CategoricalDtype(list(cells.levels), ordered=cells.ordered)
        return pandas.Series(cells.listed(), dtype=kind)
    if cells.form == "time":
        return _pandas_times(cells, pandas)
    if cells.form == "text" or cells.dtype == "object":
        return pandas.Series(as_objects(cells.listed()), dtype=cells.dtype)
    kind = pandas.api.types.pandas_dtype(cells.dtype)
    if not gaps:
        return pandas.Series(cells.values).astype(kind)
    if isinstance(kind, np.dtype) and kind.kind in "biu":  # they have no place for what is missing
        kind = np.dtype("float64") if kind.kind != "b" else np.dtype("object")
    if isinstance(kind, np.dtype) and kind.kind == "f":
        return pandas.Series(_numbers(cells)).astype(kind)
    return pandas.Series(as_objects([pandas.NA if v is None else v for v in cells.listed()])).astype(kind)


def _pandas_times(cells: Cells, pandas: Any) -> Any:
    values = cells.values.copy()
    values[cells.missing] = np.datetime64("NaT")
    series = pandas.Series(values)
    if cells.zone is not None:
        series = series.dt.tz_localize("UTC").dt.tz_convert(cells.zone)
    if cells.dtype == "object":
        return series.astype(object)
    if cells.dtype.startswith("date32"):
        return pandas.Series(series.dt.date, dtype=object).where(series.notna(), None).astype(cells.dtype)
    return series.astype(cells.dtype)


def _polars(frame: Frame) -> Any:
    polars = _library("polars")
    return polars.DataFrame([_polars_series(name, cells, polars) for name, cells in frame.columns.items()])


def _polars_series(name: str, cells: Cells, polars: Any) -> Any:
    kind, _, options = cells.dtype.partition("(")
    if cells.form == "time":
        unit = _unit(cells.dtype, ("ms", "us", "ns"))
        times = polars.Series(name, _times(cells, unit)).cast(polars.Datetime(unit))
        if kind == "Date":
            return times.cast(polars.Date)
        return (
            times
            if cells.zone is None
            else times.dt.replace_time_zone("UTC").dt.convert_time_zone(cells.zone)
        )
    if kind == "Enum":
        return polars.Series(name, cells.listed(), dtype=polars.Enum(list(cells.levels or ())))
    if kind == "Decimal":
        precision, scale = (int(number) for number in re.findall(r"\d+", options))
        return polars.Series(name, cells.listed()).cast(polars.Decimal(precision, scale))
    known = {
        "number": "Float64" if cells.values.dtype.kind == "f" else "Int64", "truth": "Boolean", "text": "String"
    }  # fmt: skip
    wanted = getattr(polars, kind, None) or getattr(polars, known[cells.form])
    if cells.form == "number" and not cells.missing.any():
        return polars.Series(name, cells.values).cast(wanted)
    return polars.Series(name, cells.listed()).cast(wanted)


def _pyarrow(frame: Frame) -> Any:
    pyarrow = _library("pyarrow")
    columns = {name: _pyarrow_column(cells, pyarrow) for name, cells in frame.columns.items()}
    return pyarrow.table(columns)


def _pyarrow_column(cells: Cells, pyarrow: Any) -> Any:
    if cells.form == "time":
        unit = _unit(cells.dtype, ("s", "ms", "us", "ns"))
        times = pyarrow.array(_times(cells, unit))
        if cells.dtype.startswith("date"):
            return times.cast(pyarrow.date64() if cells.dtype.startswith("date64") else pyarrow.date32())
        return times.cast(pyarrow.timestamp(unit, tz=cells.zone))
    dictionary = re.fullmatch(r"dictionary<values=(\w+), indices=(\w+), ordered=(\d)>", cells.dtype)
    if dictionary:
        return _pyarrow_dictionary(cells, pyarrow, *dictionary.groups())
    decimals = re.fullmatch(r"decimal(\d+)\((\d+), (\d+)\)", cells.dtype)
    if decimals:
        made = getattr(pyarrow, f"decimal{decimals[1]}")(int(decimals[2]), int(decimals[3]))
        # By way of text, which is what a decimal number is.
        texts = [None if v is None else f"{v:.{int(decimals[3])}f}" for v in cells.listed()]
        return pyarrow.array(texts).cast(made)
    known = {"number": cells.values.dtype.name, "truth": "bool", "text": "string"}
    try:
        wanted = pyarrow.type_for_alias(cells.dtype)
    except ValueError:
        wanted = pyarrow.type_for_alias(known[cells.form])
    return pyarrow.array(cells.listed()).cast(wanted)


def _pyarrow_dictionary(cells: Cells, pyarrow: Any, values: str, indices: str, ordered: str) -> Any:
    levels = list(cells.levels or ())
    at = {level: place for place, level in enumerate(levels)}
    places = [None if value is None else at[value] for value in cells.listed()]
    return pyarrow.DictionaryArray.from_arrays(
        pyarrow.array(places, type=pyarrow.type_for_alias(indices)),
        pyarrow.array(levels, type=pyarrow.type_for_alias(values)),
        ordered=ordered == "1",
    )


def _unit(dtype: str, possible: tuple[str, ...]) -> str:
    """The unit of times in the name of a type."""
    found = _UNIT.search(dtype)
    return found[1] if found and found[1] in possible else possible[-2]


def _times(cells: Cells, unit: str) -> Array:
    values = cells.values.astype(f"datetime64[{unit}]")
    values[cells.missing] = np.datetime64("NaT")
    return values


def _library(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(
            f"the model was fitted on a {name} frame, and giving one back needs {name}; type: pip install {name}"
        ) from error


MAKERS: dict[str, Callable[[Frame], Any]] = {
    "array": _array,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
}
