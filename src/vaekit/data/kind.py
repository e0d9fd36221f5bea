"""Which kind a column is, with the reason in words: the first rule that holds decides.

A table of fewer than 50 rows says little of ranges, and nothing about which column names its rows. A plain array of
numbers never has a column that names rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from vaekit.data.cells import Cells
from vaekit.kinds import Array

FEW_ROWS = 50
MOST_SMALL = 10
HIGHEST_COUNT = 10_000
_NAMES_ROWS = re.compile(
    r"(?i)(^|[_\W])(id|ids|uid|uuid|guid|key|name|names|email|e-?mail|phone|address|url|ssn)$|[a-z](Id|ID|Name)$"
)
_PERCENT = re.compile(r"(?i)%|percent|pct")


def kind_of(name: str, cells: Cells, plain: bool = False) -> tuple[str, str]:
    """(kind, reason) of a column; plain: it is of an array of numbers."""
    values, counts = cells.distinct
    if not len(values):
        return "constant", "no cell has a value"
    if len(values) == 1:
        return "constant", "one value"
    told = _named_rows(name, cells, values, plain)
    if told:
        return "identifier", told
    if cells.form == "truth":
        return "binary", "true or false"
    if cells.form == "time":
        return "datetime", "times"
    if cells.form == "text":
        return _named(cells, values)
    return _number(name, cells.known, values, counts)


def _named_rows(name: str, cells: Cells, values: Array, plain: bool) -> str | None:
    """Why the column names rows, or None."""
    rows, different = len(cells), len(values)
    if plain or rows < FEW_ROWS or cells.form in ("truth", "time"):
        return None
    by_name = bool(_NAMES_ROWS.search(name))
    share = different / len(cells.known)
    if cells.form == "text":
        if cells.levels is not None and share < 0.9:
            return None
        if share >= 0.9 or (by_name and share >= 0.5):
            return f"{different:,} of {len(cells.known):,} texts differ, so they name rows"
        return None
    whole = bool((cells.known == np.floor(cells.known)).all())
    if whole and different == len(cells.known) == rows and values[-1] - values[0] == rows - 1:
        return f"whole numbers {values[0]:.0f} to {values[-1]:.0f}, each once, number the rows"
    if whole and by_name and share >= 0.9:
        return f"{different:,} of {len(cells.known):,} numbers differ and the name says so: they name rows"
    return None


def _named(cells: Cells, values: Array) -> tuple[str, str]:
    """A column of texts, or of the levels of a categorical type."""
    if cells.ordered:
        return "ordinal", "its type declares an order"
    if cells.levels is not None:
        return (
            ("binary", "two levels") if len(values) == len(cells.levels) == 2 else ("categorical", "its type")
        )
    return (
        ("binary", "two texts") if len(values) == 2 else ("categorical", f"{len(values):,} different texts")
    )


def _number(name: str, known: Array, values: Array, counts: Array) -> tuple[str, str]:
    low, high = float(values[0]), float(values[-1])
    if values.tolist() == [0, 1]:
        return "binary", "0 and 1"
    if len(known) < FEW_ROWS:
        return "real", f"{len(known)} values are too few (under {FEW_ROWS}) to say more than numbers"
    if len(values) == 2:
        return "binary", "two numbers"
    return next(found for found in _number_rules(name, known, values, counts, low, high) if found)


def _number_rules(
    name: str, known: Array, values: Array, counts: Array, low: float, high: float
) -> Iterator[tuple[str, str] | None]:
    whole = bool((values == np.floor(values)).all())
    yield _small(values, counts, low, high) if whole else None
    if whole and 0 <= low <= 2 and high <= HIGHEST_COUNT:
        yield "count", f"whole numbers from {low:.0f} to {high:.0f}"
    if low >= 0 and high <= 100 and _PERCENT.search(name) and (high > 1 or not whole):
        yield "bounded", "per cents, by its name"
    if not whole and low >= 0 and high <= 1 and low < 0.1 and high > 0.9:
        yield "bounded", "shares: they fill 0 to 1"
    if low > 0:
        skew, of_logs = _skewness(known), _skewness(np.log(known.astype(np.float64)))
        if skew > 1 and abs(of_logs) < skew / 2:
            yield "positive", f"above 0, skewed ({skew:.1f}; their logarithms {of_logs:.1f})"
    yield "real", "whole numbers, not from 0 on" if whole and low > 0 else "numbers"


def _small(values: Array, counts: Array, low: float, high: float) -> tuple[str, str] | None:
    """Few whole numbers without a gap, the highest not rare: counts thin out, names do not."""
    if low not in (0, 1) or not 3 <= len(values) <= MOST_SMALL or high - low + 1 != len(values):
        return None
    if counts[-1] < 0.5 * counts.mean():
        return None
    told = f"whole numbers {low:.0f} to {high:.0f} without a gap, the highest not rare"
    return ("ordinal", f"{told}: a scale") if low == 1 else ("categorical", f"{told}: names")


def _skewness(values: Array) -> float:
    """The third standardised moment."""
    x = values.astype(np.float64)
    spread = x.std()
    return float((((x - x.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
