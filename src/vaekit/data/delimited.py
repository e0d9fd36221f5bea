"""Delimited text: .csv, .tsv and .txt tables, also small ones typed by hand.

The encoding, the delimiter (comma, semicolon, tab, bar or spaces), quotes, the decimal mark and the header are found
(`dialect.py`). Lines that start with '#' and empty lines are passed over. An empty cell, NA, N/A, NaN, null, ? or -
is a missing value; true and false are 1 and 0. Columns without a name are called x0, x1, ...; the first is left out
where it alone has no name, since that is how pandas and R write row numbers.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vaekit.data.dialect import Dialect, find_dialect, find_encoding, is_row
from vaekit.data.frame import Frame
from vaekit.data.labels import as_labels
from vaekit.data.source import Source, sha256_of_file
from vaekit.data.tables import Column, choose_columns, refuse_columns
from vaekit.data.typed import NumberColumn, column_of
from vaekit.errors import DataError, RunError
from vaekit.kinds import Array

_BLOCK_ROWS = 4096
_SAMPLE_LINES = 1000


def read_csv(
    path: Path,
    *,
    labels: Column | None = None,
    drop: Column | Sequence[Column] = (),
    only: Column | Sequence[Column] = (),
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
    na: Sequence[str] | None = None,
    words: bool = False,
) -> Source:
    """A table as text: float64 (n, columns), with y from the column `labels`.

    header: whether the first row holds names; delimiter, decimal (. or ,), quote: one character; encoding; na: what
    is written for a missing value beside the empty cell. None: found. words: X is a `Frame` of columns of all types
    instead, and no column is refused.
    """
    where = f"'{path}'"
    found = find_encoding(path, encoding)
    try:
        with path.open(encoding=found, newline="") as file:
            start = list(itertools.islice((line for line in file if is_row(line)), _SAMPLE_LINES))
        text = _Text(path, where, find_dialect(start, found, delimiter, quote, decimal, na), header)
        with text.table() as (names, rows):
            given = [name or f"x{at}" for at, name in enumerate(names)]
            kept, label = choose_columns(given, labels, drop, where, only)
            if kept[0] == 0 and not names[0] and len(kept) > 1 and all(names[1:]):
                del kept[0]
            if words:
                columns, cells = text.numbers(rows, kept, label)
            else:
                X, cells = text.values(rows, kept, label, given)
    except UnicodeDecodeError as error:
        raise RunError(f"{where} is not text in UTF-8 ({error.reason}); save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise RunError(f"{where} is not a table as text ({error}); save it as CSV in UTF-8.") from error
    y, classes = (None, None) if label is None else text.labels(cells)
    return Source(
        X=text.frame(columns, given) if words else X,
        y=y,
        sha256=sha256_of_file(path),
        feature_names=tuple(given[at] for at in kept) if any(names) else None,
        class_names=classes,
        found=f"{text.dialect.told()}, {'names' if any(names) else 'no names'} in the first row",
    )


@dataclass(frozen=True)
class _Text:
    """A table as text in this file; `where` is what errors call it, header whether it has names (None: found)."""

    path: Path
    where: str
    dialect: Dialect
    header: bool | None

    @contextmanager
    def table(self) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
        """(names, rows): empty names where the table has none."""
        with self.path.open(encoding=self.dialect.encoding, newline="") as lines:
            rows = self._rows(lines)
            start = list(itertools.islice(rows, 2))
            if not start:
                raise DataError(f"{self.where} is empty; give a table with at least two rows.")
            if self._is_header(start) if self.header is None else self.header:
                if len(start) == 1:
                    raise DataError(f"{self.where} has a header but no rows; give at least two rows.")
                yield [cell.strip() for cell in start[0]], itertools.chain(start[1:], rows)
            else:
                yield [""] * len(start[0]), itertools.chain(start, rows)

    def _rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The rows of the table, all of one width."""
        width = 0
        for line, row in enumerate(self.dialect.cells(lines), 1):
            if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
                continue
            width = width or len(row)
            if len(row) != width:
                raise DataError(
                    f"{self.where} has {len(row)} cells in line {line} and {width} in the lines before; "
                    f"mend that line, or say which delimiter is meant (now {self.dialect.delimiter!r})."
                )
            yield row

    def _is_header(self, start: list[list[str]]) -> bool:
        """Whether the first row holds names: no number, and some text."""
        first, second = start[0], start[-1]
        text = [self.dialect.number(cell) is None for cell in first]
        if any(text) and all(named or not cell.strip() for named, cell in zip(text, first, strict=True)):
            return True
        if any(
            named and self.dialect.number(below) is not None
            for named, below in zip(text, second, strict=True)
        ):
            raise DataError(
                f"the first row of {self.where} holds names and numbers ({', '.join(first[:6])}), so that it "
                "may be a header or not; say --header or --no-header (in Python header=True or header=False)."
            )
        return False

    def values(
        self, rows: Iterator[list[str]], kept: list[int], label: int | None, names: list[str]
    ) -> tuple[Array, list[str]]:
        """The numbers (n, kept columns), read in blocks of rows, and the cells of the labels."""
        blocks: list[Array] = []
        cells: list[str] = []
        wrong: dict[str, str] = {}
        for block in _blocks(rows):
            if label is not None:
                cells += [row[label].strip() for row in block]
            chosen = [[row[at] for at in kept] for row in block]
            plain = self._plain(chosen)
            if plain is None:
                found = [[self.dialect.number(cell) for cell in row] for row in chosen]
                for row, at in np.argwhere(np.array(found, dtype=object) == None):  # noqa: E711
                    place = f"in row {len(blocks) * _BLOCK_ROWS + row + 1}"
                    wrong.setdefault(names[kept[at]], f"{chosen[row][at][:40]!r} {place}")
                plain = np.array(found, dtype=np.float64)
            blocks.append(plain)
        refuse_columns(wrong, self.where)
        return np.concatenate(blocks), cells

    def _plain(self, rows: list[list[str]]) -> Array | None:
        """The cells of these rows where all are plain numbers: none is missing, true or false, or text."""
        if self.dialect.decimal != ".":
            return None
        try:
            return np.array(rows, dtype=np.float64)
        except ValueError:
            return None

    def numbers(
        self, rows: Iterator[list[str]], kept: list[int], label: int | None
    ) -> tuple[dict[int, NumberColumn | None], list[str]]:
        """The kept columns that are all numbers, None for the others, and the cells of the labels."""
        columns: dict[int, NumberColumn | None] = {at: NumberColumn(self.dialect) for at in kept}
        cells: list[str] = []
        for block in _blocks(rows):
            if label is not None:
                cells += [row[label].strip() for row in block]
            for at, column in columns.items():
                if column is not None and not column.add([row[at] for row in block]):
                    columns[at] = None
        return columns, cells

    def frame(self, columns: dict[int, NumberColumn | None], names: list[str]) -> Frame:
        """All columns; those that are not numbers are read in a second pass, so that numbers need no texts."""
        texts: dict[int, list[str]] = {at: [] for at, column in columns.items() if column is None}
        with self.table() as (_, rows):
            for block in _blocks(rows) if texts else ():
                for at, cells in texts.items():
                    cells += [row[at] for row in block]
        return Frame(
            {
                names[at]: column_of(names[at], texts[at], self.dialect) if column is None else column.cells()
                for at, column in columns.items()
            }
        )

    def labels(self, cells: list[str]) -> tuple[Array, tuple[str, ...] | None]:
        """y and class_names: numbers where all cells are numbers, else text."""
        numbers = [self.dialect.number(cell) for cell in cells]
        if None not in numbers:
            return as_labels(np.array(numbers, dtype=np.float64))
        texts = ["" if self.dialect.is_missing(cell) else cell for cell in cells]
        return as_labels(np.array(texts, dtype=object))


def _blocks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Rows by a few thousand."""
    while block := list(itertools.islice(rows, _BLOCK_ROWS)):
        yield block
