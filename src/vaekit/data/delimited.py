"""Delimited text: .csv, .tsv and .txt tables, also small ones typed by hand.

The delimiter (comma, semicolon, tab, bar or spaces) and the header are found. Lines that start with '#'
and empty lines are passed over. An empty cell, NA, N/A, NaN or null is a missing value; true and false
are 1 and 0; between semicolons a comma is a decimal comma. Columns without a name are called x0, x1, ...;
the first is left out where it alone has no name, since that is how pandas and R write row numbers.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vaekit.data.labels import as_labels
from vaekit.data.source import Source, sha256_of_file
from vaekit.data.tables import Column, choose_columns, refuse_columns
from vaekit.errors import DataError, RunError
from vaekit.kinds import Array

_DELIMITERS = (",", ";", "\t", "|", " ")
_MISSING = ("", "na", "n/a", "nan", "null")
_TRUTH = {"true": 1.0, "false": 0.0}
_BLOCK_ROWS = 4096


def read_csv(
    path: Path,
    *,
    labels: Column | None = None,
    drop: Column | Sequence[Column] = (),
    header: bool | None = None,
    delimiter: str | None = None,
) -> Source:
    """A table as text: float64 (n, columns), with y from the column `labels`.

    header: whether the first row holds names; None: found. delimiter: one character; None: found.
    """
    where = f"'{path}'"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = list(itertools.islice((line for line in file if _is_row(line)), 20))
            file.seek(0)
            text = _Text(where, delimiter or _found_delimiter(start))
            names, rows = text.table(file, header)
            given = [name or f"x{at}" for at, name in enumerate(names)]
            kept, label = choose_columns(given, labels, drop, where)
            if kept[0] == 0 and not names[0] and len(kept) > 1 and all(names[1:]):
                del kept[0]
            X, cells = text.values(rows, kept, label, given)
    except UnicodeDecodeError as error:
        raise RunError(f"{where} is not text in UTF-8 ({error.reason}); save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise RunError(f"{where} is not a table as text ({error}); save it as CSV in UTF-8.") from error
    y, classes = (None, None) if label is None else text.labels(cells)
    return Source(
        X=X,
        y=y,
        sha256=sha256_of_file(path),
        feature_names=tuple(given[at] for at in kept) if any(names) else None,
        class_names=classes,
    )


def _is_row(line: str) -> bool:
    """Whether the line is part of the table."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _found_delimiter(lines: list[str]) -> str:
    """The delimiter that cuts all lines alike and leaves most numbers, and then most cells."""

    def quality(delimiter: str) -> tuple[float, int]:
        text = _Text("", delimiter)
        rows = list(text.cells(lines))
        width = len(rows[0]) if rows else 0
        if width < 2 or any(len(row) != width for row in rows):
            return 0.0, 0
        cells = [cell for row in rows for cell in row]
        return sum(text.number(cell) is not None for cell in cells) / len(cells), width

    return max(_DELIMITERS, key=quality)


@dataclass(frozen=True)
class _Text:
    """A table as text with this delimiter; `where` is what errors call it."""

    where: str
    delimiter: str

    def cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each line; a run of spaces delimits once."""
        if self.delimiter == " ":
            return (line.split() for line in lines)
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True)

    def number(self, cell: str) -> float | None:
        """The cell's number, NaN where it is missing, None where it is text."""
        word = cell.strip().lower()
        if word in _MISSING:
            return float("nan")
        if word in _TRUTH:
            return _TRUTH[word]
        try:
            return float(word.replace(",", ".") if self.delimiter == ";" else word)
        except ValueError:
            return None

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The rows of the table, all of one width."""
        width = 0
        for line, row in enumerate(self.cells(lines), 1):
            if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
                continue
            width = width or len(row)
            if len(row) != width:
                raise DataError(
                    f"{self.where} has {len(row)} cells in line {line} and {width} in the lines before; "
                    f"mend that line, or say which delimiter is meant (now {self.delimiter!r})."
                )
            yield row

    def table(self, lines: Iterable[str], header: bool | None) -> tuple[list[str], Iterator[list[str]]]:
        """(names, rows): empty names where the table has none."""
        rows = self.rows(lines)
        start = list(itertools.islice(rows, 2))
        if not start:
            raise DataError(f"{self.where} is empty; give a table with at least two rows.")
        if self._is_header(start) if header is None else header:
            if len(start) == 1:
                raise DataError(f"{self.where} has a header but no rows; give at least two rows.")
            return [cell.strip() for cell in start[0]], itertools.chain(start[1:], rows)
        return [""] * len(start[0]), itertools.chain(start, rows)

    def _is_header(self, start: list[list[str]]) -> bool:
        """Whether the first row holds names: no number, and some text."""
        first, second = start[0], start[-1]
        text = [self.number(cell) is None for cell in first]
        if any(text) and all(named or not cell.strip() for named, cell in zip(text, first, strict=True)):
            return True
        if any(named and self.number(below) is not None for named, below in zip(text, second, strict=True)):
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
        while block := list(itertools.islice(rows, _BLOCK_ROWS)):
            if label is not None:
                cells += [row[label].strip() for row in block]
            chosen = [[row[at] for at in kept] for row in block]
            try:
                blocks.append(np.array(chosen, dtype=np.float64))
            except ValueError:  # cells that are no plain numbers: missing, true or false, or text
                found = [[self.number(cell) for cell in row] for row in chosen]
                for row, at in np.argwhere(np.array(found, dtype=object) == None):  # noqa: E711
                    place = f"in row {len(blocks) * _BLOCK_ROWS + row + 1}"
                    wrong.setdefault(names[kept[at]], f"{chosen[row][at][:40]!r} {place}")
                blocks.append(np.array(found, dtype=np.float64))
        refuse_columns(wrong, self.where)
        return np.concatenate(blocks), cells

    def labels(self, cells: list[str]) -> tuple[Array, tuple[str, ...] | None]:
        """y and class_names: numbers where all cells are numbers, else text."""
        numbers = [self.number(cell) for cell in cells]
        if None not in numbers:
            return as_labels(np.array(numbers, dtype=np.float64))
        return as_labels(np.array(["" if cell.lower() in _MISSING else cell for cell in cells], dtype=object))
