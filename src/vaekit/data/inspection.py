"""What a table is like before any training: its schema, its holes, and what looks suspicious."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaekit.data.cells import Cells
from vaekit.data.frame import Frame, as_frame
from vaekit.data.names import as_typed
from vaekit.data.read import read
from vaekit.data.schema import Schema, share_told
from vaekit.data.suspicion import Suspicion, suspicions
from vaekit.errors import DataError


@dataclass(frozen=True)
class Inspection:
    """What `inspect` found; printed, it is a page to read.

    schema: the kinds with their reasons, ranges and suggested likelihoods. holes: column -> how missing values are
    spelled there -> how often. suspicions: what looks wrong, never replaced. found: how a file is written.
    """

    schema: Schema
    holes: dict[str, dict[str, int]]
    suspicions: tuple[Suspicion, ...]
    found: str = ""

    @property
    def advice(self) -> list[str]:
        """What the suggested schema would do, and what to type."""
        refused = [column.name for column in self.schema if column.kind == "identifier"]
        empty = [column.name for column in self.schema if column.missing == self.schema.rows > 0]
        told = []
        for names, what in ((refused, "names rows, which no feature does"), (empty, "has no value")):
            for name in names:
                told.append(f"'{name}' {what}: --drop {as_typed(name)} (in Python schema.drop({name!r}))")
        if self.found:  # a file of text, whose spellings of what is missing can be said
            spelled = dict.fromkeys(word for words in self.holes.values() for word in words if word)
            for one in self.suspicions:
                if one.stands_for_nothing is not None:
                    words = " ".join(f"--na {as_typed(word)}" for word in (one.stands_for_nothing, *spelled))
                    told.append(f"if {one.stands_for_nothing} means missing: {words}")
        return list(dict.fromkeys(told))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "schema": self.schema.to_json(),
            "holes": self.holes,
            "suspicions": [
                {"name": found.name, "columns": list(found.columns), "told": found.told}
                for found in self.suspicions
            ],
            "found": self.found,
        }

    def __str__(self) -> str:
        rows, columns = self.schema.rows, len(self.schema)
        pieces = [f"{rows:,} rows, {columns:,} columns" + (f" ({self.found})" if self.found else ""), ""]
        pieces += [self.schema.show(), "", "Holes"]
        pieces += [f"  {line}" for line in self._holes_told()]
        pieces += ["", "Suspicious"]
        pieces += [f"  {found}." for found in self.suspicions] or ["  nothing that these checks know of."]
        if self.advice:
            pieces += ["", "Before a fit", *(f"  {line}." for line in self.advice)]
        return "\n".join(pieces)

    def _holes_told(self) -> list[str]:
        if not self.holes:
            return ["none: every cell has a value."]
        lines = []
        for name, spelled in self.holes.items():
            count = sum(spelled.values())
            told = ", ".join(f"{spelling or 'empty'} ({often:,})" for spelling, often in spelled.items())
            lines.append(
                f"'{name}': {count:,} of {self.schema.rows:,} cells ({share_told(count, self.schema.rows)}): {told}."
            )
        return lines


def inspect(X: Any, **how: Any) -> Inspection:
    """What a table is like before any training: a file (.csv, .parquet), a frame or an array.

    how: options of the reader of a file, as of `vaekit fit` (delimiter=, decimal=, encoding=, na=, drop=, only=, ...).
    Nothing is changed and nothing is fitted. Raises RunError or DataError for what cannot be read as a table.
    """
    found = ""
    if isinstance(X, str | Path):
        source = read(X, **({**how, "words": True} if Path(X).suffix.lower() in _TABLES else how))
        X, found = source.X, source.found
        if getattr(X, "ndim", 2) != 2:
            raise DataError(f"'{source.name}' holds pictures, and inspect looks at tables.")
    frame = as_frame(X)
    if not len(frame) or not frame.columns:
        raise DataError(
            f"X has {len(frame):,} rows and {len(frame.columns):,} columns; there is nothing to look at."
        )
    return Inspection(Schema.infer(frame), _holes(frame), tuple(suspicions(frame)), found)


_TABLES = (".csv", ".tsv", ".txt", ".parquet", ".pq")


def _holes(frame: Frame) -> dict[str, dict[str, int]]:
    return {
        name: cells.spelled or dict(Counter([_spelling(cells, frame)] * int(cells.missing.sum())))
        for name, cells in frame.columns.items()
        if cells.missing.any()
    }


def _spelling(cells: Cells, frame: Frame) -> str:
    """How a frame or an array has a missing value in a column of this type."""
    if frame.kind == "array":
        return "None or NaN" if cells.dtype == "object" else "NaN"
    if frame.kind == "pandas" and (cells.dtype.startswith("float") or cells.dtype in ("str", "category")):
        return "NaN"
    if cells.form == "time" and frame.kind == "pandas":
        return "NaT"
    return "NA" if frame.kind == "pandas" and cells.dtype != "object" else "null"
