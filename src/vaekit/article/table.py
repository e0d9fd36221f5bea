"""What an experiment found: rows of cells under names, and the sentences that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """rows: one tuple of cells each, as many as columns. notes: what must be known to read them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Cell]], notes: Sequence[str] = ()) -> Table:
        """Of dictionaries with the same keys, one a row."""
        columns = tuple(rows[0])
        return cls(columns, tuple(tuple(row[name] for name in columns) for row in rows), tuple(notes))

    def column(self, name: str) -> Array:
        """The cells of a column."""
        if name not in self.columns:
            raise DataError(f"the table has no column '{name}'; it has: {', '.join(self.columns)}.")
        at = self.columns.index(name)
        return np.array([row[at] for row in self.rows])

    def as_dicts(self) -> list[dict[str, Any]]:
        """One dictionary a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean of some repeats and its standard error; nan from one repeat alone."""
    several = np.asarray(values, dtype=float)
    error = several.std(ddof=1) / np.sqrt(len(several)) if len(several) > 1 else np.nan
    return float(several.mean()), float(error)
