"""What looks wrong with a table: each thing in one sentence. Nothing is replaced; the user decides.

A rule is a function of the table that gives its suspicions; RULES is the list of them.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.cells import Cells
from vaekit.data.frame import Frame
from vaekit.kinds import Array

SENTINELS = (-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999, 999999)
EPOCHS = ("1900-01-01", "1899-12-30", "1970-01-01", "9999-12-31")
VERY_FAR = 10.0
"""Times the width of all other values."""
TIMES_APART = (10.0, 100.0, 1000.0)
_QUANTITY = re.compile(
    r"(?P<before>[^\w\s.,+-]{0,2}|[A-Z]{3})\s*(?P<number>[-+]?\d[\d.,' ]*)\s*(?P<after>[^\d\s.,]{0,12})"
)
_CODE = re.compile(r"0\d+")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?$")
_ENOUGH = 0.8
_FEW = 0.05


@dataclass(frozen=True)
class Suspicion:
    """One thing: a name for it, the columns that it is about (none: rows), and what is told.

    stands_for_nothing: what seems to be written where a value is missing, or None.
    """

    name: str
    columns: tuple[str, ...]
    told: str
    stands_for_nothing: str | None = None

    def __str__(self) -> str:
        where = ", ".join(f"'{column}'" for column in self.columns) or "rows"
        return f"{where}: {self.told}"


def suspicions(frame: Frame) -> list[Suspicion]:
    """Everything that looks wrong, rule by rule."""
    return [found for rule in RULES for found in rule(frame)]


def doubtful_values(frame: Frame) -> list[str]:
    """Of these what a fit would learn as if it were meant, in sentences."""
    rules = (_sentinels, _as_text, _mixed_units)
    return [f"{found}." for rule in rules for found in rule(frame)]


def _empty(frame: Frame) -> Iterator[Suspicion]:
    for name, cells in frame.columns.items():
        if not len(cells.known):
            yield Suspicion("empty column", (name,), "no cell has a value; leave the column out")
    hidden = np.all([cells.missing for cells in frame.columns.values()], axis=0)
    if hidden.any():
        many = "1 row has" if hidden.sum() == 1 else f"{hidden.sum():,} rows have"
        yield Suspicion("empty rows", (), f"{many} no value at all ({_rows(hidden)})")


def _infinite(frame: Frame) -> Iterator[Suspicion]:
    for name, cells in _of("number", frame):
        infinite = np.isinf(cells.values) & ~cells.missing
        if infinite.any():
            yield Suspicion("infinity", (name,), f"infinite in {infinite.sum():,} rows ({_rows(infinite)})")


def _sentinels(frame: Frame) -> Iterator[Suspicion]:
    """A number such as -999 that stands at the end of a range, far from the rest of it; very far if only once."""
    for name, cells in _of("number", frame):
        values, counts = cells.distinct
        for at in (0, -1):
            if len(values) < 4 or float(values[at]) not in SENTINELS:
                continue
            rest = values[1:] if at == 0 else values[:-1]
            gap = abs(float(values[at]) - float(rest[at]))
            spread = float(rest[-1] - rest[0])
            if gap > max((spread / 2 if counts[at] > 1 else VERY_FAR * spread), 1.0):
                many = "1 row" if counts[at] == 1 else f"{counts[at]:,} rows"
                yield Suspicion(
                    "sentinel",
                    (name,),
                    f"{values[at]:g} stands in {many}, far from the others ({rest[0]:g} to "
                    f"{rest[-1]:g}); if it means missing, make it so",
                    f"{values[at]:g}",
                )
    for name, cells in _of("time", frame):
        days = Counter(np.datetime_as_string(cells.known.astype("datetime64[D]")).tolist())
        for day in EPOCHS:
            if days[day] > 1 and days[day] > 2 * len(cells.known) / len(days):
                yield Suspicion(
                    "sentinel",
                    (name,),
                    f"{day} stands in {days[day]:,} rows; if it means missing, make it so",
                    day,
                )


def _as_text(frame: Frame) -> Iterator[Suspicion]:
    """Numbers with something around them, and dates in an order of their own, in a column of texts."""
    for name, cells in _of("text", frame):
        texts = [text for text in cells.distinct[0].tolist() if isinstance(text, str)]
        if len(texts) < 3:
            continue
        found = [match for text in texts if (match := _quantity(text.strip()))]
        if sum(bool(_DATE.match(text.strip())) for text in texts) > _ENOUGH * len(texts):
            yield Suspicion(
                "dates as text", (name,), f"dates stored as text ({texts[0]!r}); write them as YYYY-MM-DD"
            )
        elif len(found) > _ENOUGH * len(texts):
            yield _but_for_few(name, cells) or _quantities(name, texts, found)


def _quantity(text: str) -> re.Match[str] | None:
    """The text as an amount, which a code such as 00123 is not."""
    return None if _CODE.fullmatch(text) else _QUANTITY.fullmatch(text)


def _unit(match: re.Match[str]) -> str:
    """What stands around the number of an amount."""
    return (match["before"] + match["after"]).strip().lower()


def _but_for_few(name: str, cells: Cells) -> Suspicion | None:
    """A column of plain numbers in which a few cells hold something else, which is then shown with its row."""
    odd = [
        row
        for row in np.flatnonzero(~cells.missing).tolist()
        if (match := _quantity(str(cells.values[row]).strip())) is None or _unit(match)
    ]
    if not 0 < len(odd) <= _FEW * len(cells.known):
        return None
    shown = ", ".join(f"{cells.values[row]!r} (row {row + 1})" for row in odd[:3])
    more = f" and {len(odd) - 3:,} more" if len(odd) > 3 else ""
    return Suspicion(
        "numbers as text",
        (name,),
        f"numbers, but for {shown}{more}; write a plain number there, or leave the cell empty",
    )


def _quantities(name: str, texts: list[str], found: list[re.Match[str]]) -> Suspicion:
    units = Counter(_unit(match) for match in found)
    if len(units) > 1:
        told = ", ".join(f"{unit or 'none'} ({count:,})" for unit, count in units.most_common(4))
        return Suspicion("mixed units", (name,), f"numbers stored as text in several units: {told}")
    return Suspicion(
        "numbers as text",
        (name,),
        f"numbers stored as text ({texts[0]!r}); if they are amounts, write plain numbers",
    )


def _mixed_units(frame: Frame) -> Iterator[Suspicion]:
    """Two groups of values, each narrow, a power of ten apart: centimetres among metres."""
    for name, cells in _of("number", frame):
        known = cells.known[np.isfinite(cells.known)].astype(np.float64)
        if len(known) < 20 or known.min() <= 0 or len(np.unique(known)) < 10:
            continue
        logs = np.sort(np.log10(known))
        gaps = np.diff(logs)
        cut = int(gaps.argmax()) + 1
        low, high = logs[:cut], logs[cut:]
        apart = 10 ** float(np.median(high) - np.median(low))
        factor = next((f for f in TIMES_APART if 0.8 < apart / f < 1.25), None)
        narrow = max(low[-1] - low[0], high[-1] - high[0]) < gaps[cut - 1]
        if factor and narrow and min(len(low), len(high)) >= max(2, len(known) // 100):
            groups = " and ".join(
                f"{10 ** group[0]:.3g} to {10 ** group[-1]:.3g} ({len(group):,} rows)"
                for group in (low, high)
            )
            yield Suspicion(
                "mixed units",
                (name,),
                f"values of two sizes, about {factor:g} times apart, may be in two units: {groups}",
            )


def _spellings(frame: Frame) -> Iterator[Suspicion]:
    """Texts that are the same but for capitals and spaces."""
    for name, cells in _of("text", frame):
        alike: dict[str, list[str]] = {}
        for text in cells.distinct[0].tolist():
            if isinstance(text, str):
                alike.setdefault(" ".join(text.lower().split()), []).append(text)
        several = [texts for texts in alike.values() if len(texts) > 1]
        if several:
            shown = "; ".join(" and ".join(repr(text) for text in texts[:3]) for texts in several[:3])
            yield Suspicion("spellings", (name,), f"the same but for capitals or spaces: {shown}")


def _duplicates(frame: Frame) -> Iterator[Suspicion]:
    seen = Counter(frame.rows())
    again = len(frame) - len(seen)
    if again:
        yield Suspicion("duplicate rows", (), f"{again:,} of {len(frame):,} rows repeat an earlier one")


def _copies(frame: Frame) -> Iterator[Suspicion]:
    """Columns with the same cells, and numbers that are another column in other units."""
    by_content: dict[Any, list[str]] = {}
    for name, cells in frame.columns.items():
        if len(cells.distinct[0]) > 1:
            by_content.setdefault((cells.form, tuple(cells.listed())), []).append(name)
    for names in by_content.values():
        for copy in names[1:]:
            yield Suspicion("copy", (copy, names[0]), "the two columns hold the same; leave one out")
    firsts = [names[0] for names in by_content.values()]
    for one, other in itertools.combinations(
        [n for n in firsts if frame.columns[n].form == "number"][:200], 2
    ):
        if _in_step(frame.columns[one], frame.columns[other]):
            yield Suspicion(
                "copy", (other, one), "one is a multiple of the other, plus a number; leave one out"
            )


def _in_step(one: Cells, other: Cells) -> bool:
    """Whether one column is a + b times the other, to the precision that they are written with."""
    if (
        not np.array_equal(one.missing, other.missing)
        or min(len(one.distinct[0]), len(other.distinct[0])) < 5
    ):
        return False
    x, y = one.known.astype(np.float64), other.known.astype(np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return False
    x, y = x - x.mean(), y - y.mean()
    product = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return product > 0 and 1 - abs(float((x * y).sum())) / product < 1e-9


def _of(form: str, frame: Frame) -> Iterator[tuple[str, Cells]]:
    for name, cells in frame.columns.items():
        if cells.form == form and len(cells.known):
            yield name, cells


def _rows(where: Array) -> str:
    """'row 3', or 'the first is row 3' of many."""
    at = np.flatnonzero(where)
    return f"row {at[0] + 1}" if len(at) == 1 else f"the first is row {at[0] + 1}"


RULES: tuple[Callable[[Frame], Iterator[Suspicion]], ...] = (
    _empty,
    _infinite,
    _sentinels,
    _as_text,
    _mixed_units,
    _spellings,
    _duplicates,
    _copies,
)
