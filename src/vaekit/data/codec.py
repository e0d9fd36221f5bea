"""Between a table and the matrix that a model reads: numbers in the user's units, then in the model's.

One column of the matrix a modelled column of the schema, NaN where a cell is missing. `numbers` are in the user's
units and give the table back exactly: a number is itself, a category its place in the schema, a time the count of
its steps. `units` brings them to a size that networks like; `Treatment` does that, and undoes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from vaekit.data.cells import cells_of_objects
from vaekit.data.column import NAMED_VALUES, Column
from vaekit.data.frame import Frame, as_frame
from vaekit.data.schema import Schema
from vaekit.data.sparse import SparseColumns, SparseRows, sparse_of
from vaekit.data.translate import constant, from_text, refuse_unseen, retyped, to_cells, to_numbers
from vaekit.data.treatment import Treatment
from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array, Rng

MOST_CATEGORIES = 10_000
"""Of one column; each is a row of weights in the encoder and in the decoder."""


@dataclass(frozen=True, eq=False)
class Codec:
    """The two ways between tables of this schema and matrices of its modelled columns.

    Raises DataError, before anything is allocated, for a schema that no model can have: no modelled column, or a
    column with more than 10,000 categories.
    """

    schema: Schema

    def __post_init__(self) -> None:
        if not self.schema.modelled:
            kinds = ", ".join(f"'{column.name}' is {column.kind}" for column in self.schema.columns[:4])
            raise DataError(f"no column is left to model: {kinds}.")
        for column in self.schema.modelled:
            if len(column.categories) > MOST_CATEGORIES:
                raise DataError(
                    f"column '{column.name}' has {len(column.categories):,} categories, and at most "
                    f"{MOST_CATEGORIES:,} can be modelled; leave it out, or join some of them."
                )

    @cached_property
    def columns(self) -> list[Column]:
        """The modelled columns, in the order of the matrix."""
        return self.schema.modelled

    def numbers(self, X: Any) -> Array:
        """A table with the columns of the schema -> float64 (n, D) in the user's units, NaN where missing; of a sparse
        table sparse rows.

        Raises DataError for a column of another form, infinite values, and values outside of what its kind takes.
        """
        frame = as_frame(X)
        self.schema.check_names(frame)
        if isinstance(frame.columns, SparseColumns):
            each = (to_numbers(column, frame.columns[column.name]) for column in self.columns)
            return sparse_of(each, (len(frame), len(self.columns)))  # type: ignore[return-value]
        made = np.empty((len(frame), len(self.columns)))
        for at, column in enumerate(self.columns):
            made[:, at] = to_numbers(column, frame.columns[column.name])
        return made

    def table(self, numbers: Array, like: Frame | None = None, drawn: Rng | None = None) -> Frame:
        """float64 (n, D) in the user's units -> a table of all columns but those that name rows.

        like: a table whose kind, types and index it gets; else those that the schema has learned. drawn: a
        generator says that the numbers are draws, not means: they are written with the decimals of the data, and a
        bucket becomes one of its members, as frequent as in the data. Without it a bucket is its most frequent one.
        """
        given = like.columns if like is not None else {}
        places = {column.name: at for at, column in enumerate(self.columns)}
        made = {}
        for column in self.schema.columns:
            if column.kind == "identifier":
                continue
            cells = given.get(column.name)
            typed = column if cells is None else retyped(column, cells)
            if column.kind == "constant":
                made[column.name] = constant(typed, len(numbers))
            else:
                made[column.name] = to_cells(typed, numbers[:, places[column.name]], drawn)
        if like is not None:
            return like.with_columns(made)
        return Frame(made, self.schema.kind, named=self.schema.named)

    def row(self, known: Mapping[str, Any]) -> Array:
        """(D,) the numbers of a row of which only these cells are known, NaN elsewhere.

        A number or a time may be given as text. Raises DataError for a column that is not modelled, and for a value
        that it cannot have or, of categories, that fit has not seen.
        """
        made = np.full(len(self.columns), np.nan)
        names = [column.name for column in self.columns]
        for name, value in known.items():
            if name not in names:
                raise DataError(
                    f"'{name}' is no column that is modelled; there are: {', '.join(names[:12])}"
                    f"{', ...' if len(names) > 12 else ''}.{suggestion(name, names)}"
                )
            column = self.columns[names.index(name)]
            value = from_text(column, value)
            refuse_unseen(column, value)
            cells = cells_of_objects([value], name, column.dtype)
            made[names.index(name)] = to_numbers(column, cells)[0]
        return made

    def holding(self, known: Mapping[str, Any]) -> Codec:
        """The same, but that a bucket stands for the rare value that is known of its column."""
        schema = self.schema
        for column in self.columns:
            value = from_text(column, known.get(column.name))
            if value in column.rare:
                counts = (*column.counts[: len(column.categories)], 1)
                schema = schema.change(column.name, rare=(value,), counts=counts)
        return Codec(schema)

    def filled(self, frame: Frame, numbers: Array) -> Frame:
        """The table with its missing cells from the numbers (n, D); a cell that has a value keeps its bits.

        What names rows stays missing where it is; a constant column is filled with its value.
        """
        return self.overwritten(frame, numbers, np.isnan(self.numbers(frame)))

    def overwritten(self, frame: Frame, numbers: Array, new: Array) -> Frame:
        """The table with the numbers (n, D) where `new` (n, D) says so; every other cell keeps its bits.

        Of columns that are not modelled, a constant one is filled where it is missing.
        """
        places = {column.name: at for at, column in enumerate(self.columns)}
        made = dict(frame.columns)
        for column in self.schema.columns:
            cells = frame.columns[column.name]
            here = new[:, places[column.name]] if column.modelled else cells.missing
            if column.kind == "identifier" or not here.any():
                continue
            typed = retyped(column, cells)
            if column.kind == "constant":
                cell = constant(typed, len(cells))
            else:
                cell = to_cells(typed, numbers[:, places[column.name]])
            values = np.where(here, cell.values, cells.values)
            made[column.name] = replace(
                cells, values=values, missing=np.where(here, cell.missing, cells.missing)
            )
        return frame.with_columns(made)

    def units(self, numbers: Array) -> Treatment:
        """The change of units of these columns: reals and times are standardised, positive ones divided by their
        geometric mean, bounded ones brought to [0, 1]; counts and categories stay."""
        each = numbers.each_column() if isinstance(numbers, SparseRows) else numbers.T
        pairs = [_unit(column, values) for column, values in zip(self.columns, each, strict=True)]
        offset, scale = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
        event = (len(pairs),)
        return Treatment(
            event,
            event,
            offset,
            scale,
            np.zeros(event, dtype=bool),
            "density",
            "each column is in the units that suit its kind",
        )


def _unit(column: Column, numbers: Array) -> tuple[float, float]:
    """(offset, scale): the model sees (number - offset) / scale."""
    known = numbers[~np.isnan(numbers)]
    if column.kind == "bounded" and column.bounds is not None:
        return column.bounds[0], column.bounds[1] - column.bounds[0]
    if not len(known) or column.kind in (*NAMED_VALUES, "count"):
        return 0.0, 1.0
    if column.kind == "positive":
        return 0.0, float(np.exp(np.log(known).mean()))
    mean, spread = float(known.mean()), float(known.std())
    return mean, spread if spread > 10 * np.finfo(np.float64).eps * abs(mean) else 1.0
