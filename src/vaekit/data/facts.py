"""What is learned of a column under its kind: categories and their bucket, range, decimals, steps of time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from vaekit.data.cells import Cells
from vaekit.data.column import NAMED_VALUES, Column
from vaekit.data.family import family_of
from vaekit.data.kind import kind_of
from vaekit.errors import DataError
from vaekit.kinds import Array

MOST_DECIMALS = 6
MOST_RARE_KEPT = 1000
STEPS = {
    "day": 86_400_000_000_000,
    "hour": 3_600_000_000_000,
    "minute": 60_000_000_000,
    "second": 1_000_000_000,
    "millisecond": 1_000_000,
    "microsecond": 1_000,
    "nanosecond": 1,
}
PER_UNIT = {
    "D": 86_400_000_000_000,
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 10**9,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
_NUMERIC = ("real", "positive", "bounded", "count")


def learn(column: Column, cells: Cells, plain: bool = False, wide: bool = False) -> Column:
    """The column with what its cells say; kind, likelihood, bounds and categories that are given stay.

    plain: it is of an array of numbers; wide: of a table with many columns.
    """
    kind, reason = (column.kind, column.reason) if column.kind else kind_of(column.name, cells, plain)
    found: dict[str, Any] = {
        "kind": kind,
        "reason": reason,
        "form": cells.form,
        "dtype": cells.dtype,
        "levels": cells.levels,
        "ordered": cells.ordered,
        "zone": cells.zone,
        "missing": int(cells.missing.sum()),
        "decimals": decimals_of(cells.known) if cells.form == "number" else None,
    }
    made = replace(column, **found)
    _refuse_form(made)
    made = replace(made, **_range(made, cells))
    if kind in NAMED_VALUES:
        made = replace(made, **_categories(made, cells))
    if kind == "identifier":
        made = replace(made, counts=(len(cells.known),))
    if kind == "bounded" and made.bounds is None:
        made = replace(made, bounds=_bounds(made))
    return made if made.likelihood else replace(made, likelihood=family_of(made, cells, wide))


def _refuse_form(column: Column) -> None:
    """DataError for a kind that a column of this form cannot be."""
    numeric = column.kind in _NUMERIC
    if (numeric and column.form not in ("number", "truth")) or (
        column.kind == "datetime" and column.form != "time"
    ):
        wanted = "numbers" if numeric else "times"
        raise DataError(
            f"column '{column.name}' is said to be {column.kind}, which takes {wanted}, and holds {column.form}s "
            f"({column.dtype}); convert it, or give another kind."
        )


def _range(column: Column, cells: Cells) -> dict[str, Any]:
    """The range; of times also where their steps start and how long one is; of a constant its value."""
    if not len(cells.known):
        return {"value": None}
    if column.kind == "constant":
        value = cells.known[:1]
        return {"value": str(value[0]) if cells.form == "time" else value.tolist()[0]}
    if cells.form == "number":
        finite = cells.known[np.isfinite(cells.known)]
        return {"low": float(finite.min()), "high": float(finite.max())} if len(finite) else {}
    if cells.form == "time":
        first = cells.known.min()
        return {
            "low": np.datetime_as_string(first, unit="auto"),
            "high": np.datetime_as_string(cells.known.max(), unit="auto"),
            "origin": str(first),
            "step": step_of(cells.known),
        }
    return {}


def decimals_of(known: Array) -> int | None:
    """The decimal places that the values are written with, None for more than 6."""
    if known.dtype.kind != "f":
        return 0
    finite = known[np.isfinite(known)]
    if len(finite) and np.abs(finite).max() > 2**53:
        return None
    return next((d for d in range(MOST_DECIMALS + 1) if (np.round(finite, d) == finite).all()), None)


def step_of(times: Array) -> str:
    """The longest step (day ... nanosecond) in which all times are whole numbers of steps from the first."""
    unit = np.datetime_data(times.dtype)[0]
    since = (times - times.min()).astype(np.int64)
    per = PER_UNIT[unit]
    for name, length in STEPS.items():
        if length < per or not (since % (length // per)).any():
            return name
    return "nanosecond"


def _bounds(column: Column) -> tuple[float, float]:
    """0 to 1 or 0 to 100 where that holds the values, else their own range."""
    low, high = float(column.low or 0.0), float(column.high or 0.0)
    for bounds in ((0.0, 1.0), (0.0, 100.0)):
        if bounds[0] <= low and high <= bounds[1]:
            return bounds
    return low, high


def _categories(column: Column, cells: Cells) -> dict[str, Any]:
    """The values in order, those of the bucket, and how frequent each is."""
    values, counts = cells.distinct
    found = dict(zip(values.tolist(), counts.tolist(), strict=True))
    if column.kind == "categorical":
        return _with_bucket(column, found, len(cells))
    categories = column.categories or _all(cells, list(found))
    unknown = [value for value in found if value not in categories]
    if unknown:
        raise DataError(
            f"column '{column.name}' holds {unknown[0]!r}, which is none of its categories "
            f"({', '.join(map(str, categories[:8]))}); declare it, or make the cell missing."
        )
    if column.kind == "binary" and len(categories) > 2:
        raise DataError(
            f"column '{column.name}' is said to be binary and holds {len(categories)} values "
            f"({', '.join(map(str, categories[:4]))}, ...); give kind='categorical'."
        )
    return {"categories": tuple(categories), "rare": (), "counts": tuple(found.get(c, 0) for c in categories)}


def _all(cells: Cells, found: list[Any]) -> tuple[Any, ...]:
    """Every level of a type that declares them in an order, else what was found, sorted."""
    return (
        cells.levels
        if cells.levels is not None and (cells.ordered or len(cells.levels) == 2)
        else tuple(found)
    )


def _with_bucket(column: Column, found: dict[Any, int], rows: int) -> dict[str, Any]:
    """Categories with few rows go into the bucket, unless they are declared."""
    least = fewest(rows)
    kept = column.categories or tuple(value for value, count in found.items() if count >= least)
    rest = sorted((value for value in found if value not in set(kept)), key=lambda value: -found[value])
    rare = tuple(rest[:MOST_RARE_KEPT])
    return {
        "categories": kept,
        "rare": rare,
        "counts": tuple(found.get(value, 0) for value in (*kept, *rare)),
    }


def fewest(rows: int) -> int:
    """The rows that a category needs to stand for itself: 5, in small tables one in fifty, at least 2."""
    return min(5, max(2, rows // 50))
