"""What a chapter shows, piece by piece: sentences, tables, figures, all of them computed now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vaekit.plots.style import png
from vaekit.tour.text import Text, Words, words

Cell = Words | int | float


@dataclass(frozen=True)
class Said:
    """A paragraph, with what was computed inside."""

    text: Text


@dataclass(frozen=True)
class Table:
    """rows: one tuple of cells each, as many as columns."""

    caption: Text
    columns: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Figure:
    """drawn: a matplotlib figure without words, since its fonts have no Hangul; what it shows stands in the caption."""

    title: Text
    caption: Text
    drawn: Any
    wide: bool = False

    @cached_property
    def content(self) -> bytes:
        """The picture as PNG, drawn once for both languages."""
        return png(self.drawn)


Block = Said | Table | Figure


def is_set_right(cell: Cell) -> bool:
    """Whether a cell stands at the right of its column: numbers, and what is written of them."""
    return not isinstance(cell, Text)


def written(cell: Cell, lang: str) -> str:
    """A cell as the page has it: four figures, a dash where there is no number."""
    if isinstance(cell, str | Text):
        return words(cell, lang)
    if isinstance(cell, int | np.integer):
        return f"{cell:,}"
    if np.isnan(cell):
        return "–"
    if np.isinf(cell):
        return "∞" if cell > 0 else "-∞"
    whole = float(cell).is_integer() and abs(cell) < 1e7
    return f"{cell:,.0f}" if whole else f"{cell:,.1f}" if 1e4 <= abs(cell) < 1e7 else f"{cell:.4g}"
