"""One column of a table as numpy: its values, which of them are missing, and what type the user's table calls it.

A column is of one form: numbers, truths (booleans), texts (and whatever levels a categorical type declares) or
times. Whatever table it comes from (pandas, polars, pyarrow, an array, a file), the rest of vaekit reads this.
"""

from __future__ import annotations

import datetime
import decimal
import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from vaekit.errors import DataError, DataTypeError
from vaekit.kinds import Array

FORMS = {"b": "truth", "i": "number", "u": "number", "f": "number", "O": "text", "M": "time"}
_FILL = {"number": 0.0, "truth": False, "text": None, "time": np.datetime64("NaT")}


@dataclass(frozen=True, eq=False)
class Cells:
    """values (n,): whole numbers, float64, bool, objects or datetime64 in UTC; what stands at a missing place says
    nothing. missing (n,): bool. dtype: the type by the name that the user's table has for it.

    zone: of times, None for times without one. levels: what a categorical type declares, in its order. spelled: how
    a file writes what is missing, with how often.
    """

    values: Array
    missing: Array
    dtype: str
    zone: str | None = None
    levels: tuple[Any, ...] | None = None
    ordered: bool = False
    spelled: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def form(self) -> str:
        """ "number", "truth", "text" or "time"."""
        return FORMS[self.values.dtype.kind]

    @cached_property
    def known(self) -> Array:
        """The values that are there."""
        found: Array = self.values[~self.missing] if self.missing.any() else self.values
        return found

    @cached_property
    def distinct(self) -> tuple[Array, Array]:
        """(the different values, how often each is there): sorted, or as they come where they have no order."""
        if self.form != "text":
            values, counts = np.unique(self.known, return_counts=True)
            return values, counts
        found: dict[Any, int] = {}
        for value in self.known.tolist():
            found[value] = found.get(value, 0) + 1
        try:
            order = sorted(found)
        except TypeError:
            order = list(found)
        return as_objects(order), np.array([found[value] for value in order], dtype=np.int64)

    def take(self, rows: Any) -> Cells:
        """The same column in these rows."""
        return replace(self, values=self.values[rows], missing=self.missing[rows])

    def listed(self) -> list[Any]:
        """Python values, None where missing; times in UTC, to the microsecond."""
        as_they_are = self.form != "time"
        values: list[Any] = (self.values if as_they_are else self.values.astype("datetime64[us]")).tolist()
        if not self.missing.any():
            return values
        return [None if gone else value for value, gone in zip(values, self.missing.tolist(), strict=True)]


def as_objects(values: Sequence[Any]) -> Array:
    """A 1-d array of these objects, whatever they are."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def cells_of_array(values: Array, name: str) -> Cells:
    """A column of an array: numbers, booleans, texts, times, or objects that are all of one of these."""
    kind = values.dtype.kind
    if kind in "iub":
        return Cells(values, np.zeros(len(values), dtype=bool), values.dtype.name)
    if kind == "f":
        return Cells(values.astype(np.float64, copy=False), np.isnan(values), values.dtype.name)
    if kind == "M":
        if np.datetime_data(values.dtype)[0] in ("Y", "M", "W"):
            values = values.astype("datetime64[D]")
        return Cells(values, np.isnat(values), str(values.dtype))
    if kind in "UT":
        return Cells(as_objects(values.tolist()), np.zeros(len(values), dtype=bool), "object")
    if kind == "O":
        return cells_of_objects(values.tolist(), name, "object")
    if kind == "c":
        raise DataError("Complex data not supported: X has complex numbers; give their parts as two columns.")
    raise DataError(
        f"column '{name}' holds values of type {values.dtype}; give numbers, texts, booleans or times."
    )


def cells_of_objects(given: list[Any], name: str, dtype: str) -> Cells:
    """A column of Python objects, all of one form. Raises DataError for a mixture, which it names with the rows."""
    missing = np.array([is_missing(value) for value in given], dtype=bool)
    firsts: dict[str, int] = {}
    for row, (value, gone) in enumerate(zip(given, missing.tolist(), strict=True)):
        if not gone:
            firsts.setdefault(_form_of(value, name, row), row)
    if len(firsts) > 1:
        told = " and ".join(f"{form}s ({given[row]!r} in row {row + 1})" for form, row in firsts.items())
        raise DataError(f"column '{name}' mixes {told}; make it one of them.")
    form = next(iter(firsts), "number")
    return _MADE[form](
        [_FILL[form] if gone else v for v, gone in zip(given, missing, strict=True)], missing, name, dtype
    )


def is_missing(value: Any) -> bool:
    """Whether it is None, NaN, NaT or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, np.datetime64):
        return bool(np.isnat(value))
    return isinstance(value, float | np.floating | decimal.Decimal) and value != value


def _form_of(value: Any, name: str, row: int) -> str:
    if isinstance(value, bool | np.bool_):
        return "truth"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime.date | np.datetime64):
        return "time"
    if isinstance(value, decimal.Decimal | numbers.Real):
        return "number"
    told = f"column '{name}' holds a {type(value).__name__} in row {row + 1}"
    cure = "give numbers, texts, booleans or times"
    if isinstance(value, dict | list | tuple | set):
        # scikit-learn's contract knows this as a TypeError with numpy's words.
        raise DataTypeError(f"{told}, and an argument must be a string or a real number; {cure}.")
    if isinstance(value, numbers.Complex):
        raise DataError(f"Complex data not supported: {told}; {cure}.")
    raise DataError(f"{told}; {cure}.")


def _numbers(given: list[Any], missing: Array, name: str, dtype: str) -> Cells:
    whole = all(
        isinstance(value, numbers.Integral) or gone for value, gone in zip(given, missing, strict=True)
    )
    values = np.array([float(value) for value in given])
    if whole and len(given) and np.abs(values).max() < 2**62:
        values = np.array([int(value) for value in given], dtype=np.int64)
    missing = missing | np.isnan(values) if values.dtype.kind == "f" else missing
    return Cells(values, missing, dtype)


def _truths(given: list[Any], missing: Array, name: str, dtype: str) -> Cells:
    return Cells(np.array(given, dtype=bool), missing, dtype)


def _texts(given: list[Any], missing: Array, name: str, dtype: str) -> Cells:
    return Cells(as_objects(given), missing, dtype)


def _times(given: list[Any], missing: Array, name: str, dtype: str) -> Cells:
    """Dates and datetimes, all in one zone or all without."""
    zones: dict[str | None, int] = {}
    values = np.full(len(given), np.datetime64("NaT"), dtype="datetime64[us]")
    for row, value in enumerate(given):
        if missing[row]:
            continue
        zone = getattr(value, "tzinfo", None)
        zones.setdefault(None if zone is None else str(zone), row)
        if zone is not None:
            value = value.astimezone(datetime.UTC).replace(tzinfo=None)
        values[row] = np.datetime64(value)
    refuse_mixed_zones(name, zones)
    return Cells(values, missing, dtype, zone=next(iter(zones), None))


_MADE: dict[str, Callable[[list[Any], Array, str, str], Cells]] = {
    "number": _numbers,
    "truth": _truths,
    "text": _texts,
    "time": _times,
}


def refuse_mixed_zones(name: str, zones: dict[str | None, int]) -> None:
    """DataError where times of one column stand in several zones; zones: zone -> the first row that has it."""
    if len(zones) > 1:
        told = " and ".join(f"{zone or 'no zone'} (row {row + 1})" for zone, row in zones.items())
        raise DataError(f"column '{name}' mixes time zones: {told}; bring all its times into one zone.")
