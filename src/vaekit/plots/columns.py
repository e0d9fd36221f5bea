"""The columns of a table as figures need them: names for what is stored as a place in a list, and numbers for names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from vaekit.data.column import NAMED_VALUES, Column
from vaekit.data.translate import to_cells
from vaekit.kinds import Array

OTHERS = "others"
"""What rare categories, and those that fit has not seen, are together called."""


def categories_of(column: Column | None) -> list[str] | None:
    """The names of the values of a column, in the order of the places that stand for them; None for numbers."""
    if column is None or column.kind not in NAMED_VALUES:
        return None
    return [*map(str, column.categories), *([OTHERS] if column.kind == "categorical" else [])]


def is_time(column: Column | None) -> bool:
    """Whether its numbers count the steps of times."""
    return column is not None and column.kind == "datetime"


def written(column: Column | None, value: float) -> str:
    """A value of a column as a person reads it: the name of a category, a day, a number of three digits."""
    if np.isnan(value):
        return "missing"
    names = categories_of(column)
    if names is not None:
        return names[int(np.clip(np.rint(value), 0, len(names) - 1))]
    if column is not None and is_time(column):
        return str(to_cells(column, np.array([value])).values[0])[:10]
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def months_on(axis: Any, column: Column | None) -> None:
    """Let an axis of times say months, and few of them."""
    axis.set_major_locator(MaxNLocator(nbins=2))
    axis.set_major_formatter(lambda value, _: written(column, value)[:7])


def shares(column: Column, values: Array) -> Array:
    """(K,) how frequent each category is among the known values (n,) of a column."""
    names = categories_of(column)
    assert names is not None
    places = np.clip(np.rint(values[~np.isnan(values)]), 0, len(names) - 1).astype(int)
    counts: Array = np.bincount(places, minlength=len(names)) / max(1, len(places))
    return counts


def indicators(numbers: Array, columns: Sequence[Column | None]) -> list[Array]:
    """numbers (n, D) -> for each column (n, 1) of its numbers, or (n, K) with a 1 under the category of a row.

    What is missing has the mean of its column.
    """
    made = []
    for values, column in zip(numbers.T, columns, strict=True):
        names = categories_of(column)
        block = values[:, None]
        if names is not None:
            places = np.rint(values)[:, None] == np.arange(len(names))
            block = np.where(np.isnan(values)[:, None], np.nan, places)
        known = np.ma.masked_invalid(block)
        made.append(np.where(np.isnan(block), known.mean(0).filled(0), block))
    return made
