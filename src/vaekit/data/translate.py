"""The cells of one column as numbers, and numbers as cells: exact both ways.

A number is itself, a category its place in the schema, a time the count of its steps since the column's origin.
"""

from __future__ import annotations

import contextlib
import datetime
from dataclasses import replace
from typing import Any

import numpy as np

from vaekit.data.cells import Cells, as_objects, is_missing
from vaekit.data.column import NAMED_VALUES, Column
from vaekit.data.facts import MOST_RARE_KEPT, PER_UNIT, STEPS
from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array, Rng

_INTEGER = ("int", "Int", "uint", "UInt")


def to_numbers(column: Column, cells: Cells) -> Array:
    """The cells of a modelled column as float64, NaN where missing; DataError for what its kind does not take."""
    if column.kind in NAMED_VALUES:
        return _places(column, cells)
    if cells.form != column.form and {cells.form, column.form} != {"number", "truth"} and len(cells.known):
        row = int(np.flatnonzero(~cells.missing)[0])
        raise DataError(
            f"column '{column.name}' held {column.form}s ({column.dtype}) in fit and holds {cells.form}s now "
            f"({cells.values[row]!r} in row {row + 1}); convert it."
        )
    if column.kind == "datetime":
        return _steps(column, cells)
    values = np.where(cells.missing, np.nan, cells.values.astype(np.float64))
    _refuse_outside(column, values)
    return values


def _refuse_outside(column: Column, values: Array) -> None:
    """DataError with the first value that this kind of column cannot have."""
    infinite = np.isinf(values)
    if infinite.any():
        row = int(np.flatnonzero(infinite)[0])
        raise DataError(
            f"column '{column.name}' holds infinity in row {row + 1}; replace it by a number, or make it missing."
        )
    takes, wrong = _outside(column, values)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"column '{column.name}' is {column.kind} ({takes}) and holds {values[row]:g} in row {row + 1}; correct "
            "the value, make it missing, or give the column another kind in the schema."
        )


def _outside(column: Column, values: Array) -> tuple[str, Array]:
    """(what the kind takes, which values it does not take); a missing value is none of these."""
    if column.kind == "count":
        return "whole numbers from 0 on", (values < 0) | (np.floor(values) != values) & ~np.isnan(values)
    if column.kind == "positive":
        return "numbers above 0", values <= 0
    if column.kind == "bounded" and column.bounds is not None:
        low, high = column.bounds
        return f"numbers from {low:g} to {high:g}", (values < low) | (values > high)
    return "numbers", np.zeros(len(values), dtype=bool)


def _places(column: Column, cells: Cells) -> Array:
    """The place of each value among the categories; a categorical column's rare and unseen ones at their end."""
    values, inverse = _factorised(cells)
    at = {value: place for place, value in enumerate(column.categories)}
    if cells.form == "number":
        at = {**at, **{number: at[text] for number, text in _numbers_as_texts(column).items() if text in at}}
    bucket = float(len(column.categories)) if column.kind == "categorical" else None
    places = []
    for value in values:
        place = at.get(value, bucket)
        if place is None:
            raise DataError(
                f"column '{column.name}' holds {value!r}, which fit has not seen; it is {column.kind}, one of "
                f"{', '.join(repr(c) for c in column.categories[:8])}: correct it, make it missing, or declare the "
                "column categorical, whose bucket takes what is unseen."
            )
        places.append(place)
    made = np.full(len(cells), np.nan)
    made[~cells.missing] = np.array(places, dtype=np.float64)[inverse] if places else np.nan
    return made


def _numbers_as_texts(column: Column) -> dict[float, str]:
    """The texts of a column that read as numbers, by these: a file in which all of its cells do has lost the texts."""
    found = {}
    for text in (*column.categories, *column.rare) if column.form == "text" else ():
        with contextlib.suppress(ValueError):
            found[float(text)] = text
    return found


def _factorised(cells: Cells) -> tuple[list[Any], Array]:
    """(the different known values, which of them each known cell is)."""
    if cells.form != "text":
        values, inverse = np.unique(cells.known, return_inverse=True)
        return values.tolist(), inverse
    found: dict[Any, int] = {}
    inverse = np.array(
        [found.setdefault(value, len(found)) for value in cells.known.tolist()], dtype=np.int64
    )
    return list(found), inverse


def from_text(column: Column, value: Any) -> Any:
    """A number, a truth, a time or a level that was given as text as itself, and a number that is one of the column's
    texts as that; anything else as it is."""
    if isinstance(value, int | float):
        return _numbers_as_texts(column).get(value, value)
    if not isinstance(value, str):
        return value
    levels = {str(category): category for category in (*column.categories, *column.rare)}
    if value in levels or column.form == "text":
        return levels.get(value, value)
    try:
        if column.form == "time":
            return datetime.datetime.fromisoformat(value)
        return {"true": True, "false": False}[value.lower()] if column.form == "truth" else float(value)
    except (ValueError, KeyError) as error:
        raise DataError(f"column '{column.name}' holds {column.form}s, and {value!r} is none.") from error


def refuse_unseen(column: Column, value: Any) -> None:
    """DataError for a category that fit has not seen, where it is asked for by name."""
    seen = (*column.categories, *column.rare)
    all_kept = len(column.rare) < MOST_RARE_KEPT
    if column.kind == "categorical" and all_kept and not is_missing(value) and value not in seen:
        raise DataError(
            f"column '{column.name}' never had {value!r} in fit; it had {', '.join(repr(c) for c in seen[:8])}"
            f"{', ...' if len(seen) > 8 else ''}: give one of these.{suggestion(value, map(str, seen))}"
        )


def to_cells(column: Column, numbers: Array, drawn: Rng | None = None) -> Cells:
    """float64 (n,) in the user's units -> the cells of a modelled column, of its type."""
    missing = np.isnan(numbers)
    known = np.where(missing, 0.0, numbers)
    if column.kind in NAMED_VALUES:
        values = _of_places(column, known, drawn)
        return Cells(values, missing, column.dtype, levels=column.levels, ordered=column.ordered)
    if column.kind == "datetime":
        return Cells(_times(column, known), missing, column.dtype, zone=column.zone)
    if column.form == "truth":
        return Cells(known >= 0.5, missing, column.dtype)
    known = nearest(column, known)
    if is_whole(column) or (drawn is not None and column.kind == "count"):
        return Cells(_within(column.dtype, np.rint(known)), missing, column.dtype)
    if drawn is not None and column.decimals is not None:
        known = np.round(known, column.decimals)
    return Cells(known, missing, column.dtype)


def nearest(column: Column, numbers: Array) -> Array:
    """The numbers (n,) with those that the kind of the column does not take brought to the nearest that it does; those
    that are not above 0 in a positive column become the lowest of the data."""
    if column.kind == "count":
        return numbers.clip(min=0)
    if column.kind == "positive" and isinstance(column.low, float):
        return np.where(numbers <= 0, column.low, numbers)
    return numbers if column.bounds is None else np.clip(numbers, *column.bounds)


def is_whole(column: Column) -> bool:
    """Whether the type of the column holds whole numbers only."""
    if column.dtype.startswith(_INTEGER):
        return True
    return column.dtype == "object" and column.decimals == 0


def _within(dtype: str, whole: Array) -> Array:
    """Whole numbers as int64 or uint64, no larger and no smaller than the type can hold."""
    bare = dtype.lower().removesuffix("[pyarrow]")
    kind = np.dtype(bare) if bare in np.sctypeDict and np.dtype(bare).kind in "iu" else np.dtype("int64")
    info = np.iinfo(kind)
    # The largest float64 that is no larger than the type's largest number.
    top = np.nextafter(float(info.max), 0.0) if info.bits == 64 else float(info.max)
    made: Array = np.clip(whole, float(info.min), top).astype(np.uint64 if kind.kind == "u" else np.int64)
    return made.astype(kind)


def _of_places(column: Column, numbers: Array, drawn: Rng | None) -> Array:
    """Places among the categories as the values that stand there; anything where no value was ever seen."""
    if not (column.categories or column.rare):
        return np.zeros(len(numbers), dtype={"number": float, "truth": bool}.get(column.form, object))
    top = len(column.categories) - (column.kind != "categorical")
    places = np.clip(np.rint(numbers), 0, max(top, 0)).astype(np.int64)
    table = as_objects([*column.categories, None])
    values = table[places]
    inside = places == len(column.categories)
    if inside.any():
        values[inside] = _of_bucket(column, int(inside.sum()), drawn)
    if column.form == "number":
        return np.array(values.tolist())
    return values.astype(bool) if column.form == "truth" else values


def _of_bucket(column: Column, n: int, drawn: Rng | None) -> Array:
    """n members of the bucket; one that is empty stands for the whole column."""
    members, counts = column.rare, np.array(column.counts[len(column.categories) :], dtype=np.float64)
    if not members:
        members, counts = column.categories, np.array(column.counts, dtype=np.float64)
    if not members:
        return as_objects([None] * n)  # of a column that was empty in fit
    chosen = (
        np.full(n, counts.argmax())
        if drawn is None
        else drawn.choice(len(members), n, p=counts / counts.sum())
    )
    return as_objects(list(members))[chosen]


def _steps(column: Column, cells: Cells) -> Array:
    """Times as counts of the column's steps since its origin."""
    if (cells.zone is None) != (column.zone is None):
        has = f"the zone {cells.zone}" if cells.zone else "no zone"
        raise DataError(
            f"column '{column.name}' has {has} now and had {column.zone or 'no zone'} in fit; bring it into that."
        )
    since = cells.values - np.datetime64(column.origin)
    per_unit = PER_UNIT[np.datetime_data(since.dtype)[0]]
    step = STEPS[column.step or "nanosecond"]
    whole = since.astype(np.int64)
    # A whole quotient first, which is exact where a product of large numbers would not be.
    numbers = whole / (step // per_unit) if step >= per_unit else whole * float(per_unit / step)
    return np.where(cells.missing, np.nan, numbers)


def _times(column: Column, numbers: Array) -> Array:
    """Counts of steps as times, in the unit that the origin is written in."""
    origin: Any = np.datetime64(column.origin)
    unit = np.datetime_data(origin.dtype)[0]
    in_units = STEPS[column.step or "nanosecond"] // PER_UNIT[unit]
    farthest = 2**62 // in_units
    steps = np.clip(np.rint(numbers), -farthest, farthest).astype(np.int64)
    made: Array = origin + (steps * in_units).astype(f"timedelta64[{unit}]")
    return made


def constant(column: Column, n: int) -> Cells:
    """A column that is always the same."""
    gone = column.value is None
    missing = np.full(n, gone)
    if column.form == "time" and not gone:
        return Cells(np.full(n, np.datetime64(column.value)), missing, column.dtype, zone=column.zone)
    if column.form == "number" or gone:
        return Cells(np.full(n, np.nan if gone else column.value), missing, column.dtype)
    values = np.full(n, column.value, dtype=bool if column.form == "truth" else object)
    return Cells(values, missing, column.dtype, levels=column.levels, ordered=column.ordered)


def retyped(column: Column, cells: Cells) -> Column:
    """The column as the table of these cells has it: its type, and what that declares."""
    declared = cells.levels is None or set(column.categories) <= set(cells.levels)
    if cells.form != column.form or not declared:
        return column
    return replace(column, dtype=cells.dtype, levels=cells.levels, ordered=cells.ordered, zone=cells.zone)
