"""The columns of a table of text, each as what all its cells can be read as: numbers, truths, times, or texts.

Nothing is converted that could not be written again as it was: 007 stays a text, and so do 1,234.5 and 12 kg.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from vaekit.data.cells import Cells, as_objects, refuse_mixed_zones
from vaekit.data.dialect import TRUTH, Dialect
from vaekit.kinds import Array

_LEADING_ZERO = re.compile(r"[-+]?0\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d(?::\d\d(?:\.(\d{1,6}))?)?)?\s?(Z|[-+]\d\d:?\d\d)?")


class NumberColumn:
    """The cells of a column, added in blocks, for as long as all of them are numbers."""

    def __init__(self, text: Dialect) -> None:
        self.text = text
        self.whole = True
        self.spelled: Counter[str] = Counter()
        self.blocks: list[Array] = []

    def add(self, cells: list[str]) -> bool:
        """Take a block; False where it holds what is no number."""
        try:
            values = np.array(cells, dtype=np.float64)
            odd = self.text.decimal != "." or any("_" in cell for cell in cells)
        except ValueError:
            odd = True
        if odd:
            found = [self.text.number(cell) for cell in cells]
            if None in found or any(cell.strip().lower() in TRUTH for cell in cells):
                return False
            values = np.array(found, dtype=np.float64)
        if np.isnan(values).any():
            self.spelled.update(cell.strip() for cell in cells if self.text.is_missing(cell))
        if any(_LEADING_ZERO.match(cell.strip()) and cell.strip().lstrip("+-").isdigit() for cell in cells):
            return False
        self.whole = self.whole and not any(mark in cell for cell in cells for mark in ".,eE" if cell.strip())
        self.blocks.append(values)
        return True

    def cells(self) -> Cells:
        """The column: of whole numbers where none was written with a decimal mark."""
        values = np.concatenate(self.blocks)
        missing = np.isnan(values)
        whole = self.whole and (np.abs(values[~missing]) < 2**53).all()
        if whole:
            values = np.where(missing, 0.0, values).astype(np.int64)
        return Cells(values, missing, "int64" if whole else "float64", spelled=dict(self.spelled))


def column_of(name: str, cells: Sequence[str], text: Dialect) -> Cells:
    """A column that is not all numbers: truths, times, or texts."""
    cells = [cell.strip() for cell in cells]
    missing = np.array([text.is_missing(cell) for cell in cells])
    spelled = dict(Counter(cell for cell, gone in zip(cells, missing, strict=True) if gone))
    known = [cell for cell, gone in zip(cells, missing, strict=True) if not gone]
    if known and all(cell.lower() in TRUTH for cell in known):
        return _truths(cells, missing, spelled)
    times = _times(name, cells, missing, spelled) if known else None
    if times is not None:
        return times
    values = as_objects([None if gone else cell for cell, gone in zip(cells, missing, strict=True)])
    return Cells(values, missing, "text", spelled=spelled)


def _truths(cells: list[str], missing: Array, spelled: dict[str, int]) -> Cells:
    """True and false, with how they are written as the name of the type."""
    written = {cell.lower(): cell for cell in cells if cell.lower() in TRUTH}
    values = np.array([TRUTH.get(cell.lower(), 0.0) > 0 for cell in cells])
    return Cells(
        values, missing, f"{written.get('true', 'true')}/{written.get('false', 'false')}", spelled=spelled
    )


def _times(name: str, cells: list[str], missing: Array, spelled: dict[str, int]) -> Cells | None:
    """Dates and times in the order of ISO 8601, all written alike; the pattern is the name of the type."""
    patterns: dict[str, int] = {}
    zones: dict[str | None, int] = {}
    values = np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[us]")
    for row, cell in enumerate(cells):
        if missing[row]:
            continue
        found = _TIME.fullmatch(cell)
        if found is None:
            return None
        try:
            time = datetime.datetime.fromisoformat(cell)
        except ValueError:
            return None
        patterns.setdefault(_pattern(cell, found), row)
        zones.setdefault(None if time.tzinfo is None else str(time.tzinfo), row)
        values[row] = np.datetime64(
            time if time.tzinfo is None else time.astimezone(datetime.UTC).replace(tzinfo=None)
        )
    refuse_mixed_zones(name, zones)
    if len(patterns) > 1:
        return None
    return Cells(values, missing, next(iter(patterns)), zone=next(iter(zones)), spelled=spelled)


def _pattern(cell: str, found: re.Match[str]) -> str:
    """The cell in the letters of strftime, a zone as it is written."""
    separator, fraction, zone = found[1], found[2], found[3] or ""
    bare = cell[: len(cell) - len(zone)].rstrip()
    pattern = "%Y-%m-%d"
    if separator:
        pattern += f"{separator}%H:%M" + (":%S" if bare.count(":") == 2 else "")
    return pattern + (".%f" if fraction else "") + zone


def written(cells: Cells) -> list[Any]:
    """The cells of a column as they are written into a file: '' where missing, else numbers and texts."""
    values = cells.listed()
    if cells.form == "time":
        values = [None if time is None else _time_written(time, cells) for time in values]
    if cells.form == "truth":
        yes, _, no = cells.dtype.partition("/")
        values = [None if value is None else (yes if value else no) if no else str(value) for value in values]
    if cells.form == "number" and cells.dtype.lower().startswith(("int", "uint")):
        values = [None if value is None else int(value) for value in values]
    return ["" if value is None else value for value in values]


def _time_written(time: datetime.datetime, cells: Cells) -> str:
    """A time in UTC as the column writes it, in its zone."""
    if cells.zone is not None:
        time = time.replace(tzinfo=datetime.UTC).astimezone(_zone(cells.zone))
    if "%Y" in cells.dtype:
        return time.strftime(cells.dtype)
    return str(time)


def _zone(name: str) -> datetime.tzinfo:
    """A zone by its name, or by its distance from UTC as in UTC+02:00."""
    import zoneinfo

    found = re.fullmatch(r"UTC([-+])(\d\d):(\d\d)", name)
    if found is None:
        return zoneinfo.ZoneInfo(name)
    away = datetime.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return datetime.timezone(away if found[1] == "+" else -away)
