"""What a command found, to stdout as CSV or JSON, or into a file that was not there before."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from vaekit.cli.layout import option, together
from vaekit.cli.table import cells_written, parquet, table_of, write_json
from vaekit.errors import DataError, OutputExists, RunError, suggestion

if TYPE_CHECKING:  # numpy is not read for help
    from vaekit.data.frame import Frame
    from vaekit.kinds import Array

SUFFIXES = (".csv", ".npy", ".json", ".parquet")
TABLES = (".csv", ".json", ".parquet")
PICTURE = ".png"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

output_options = together(
    option("-o", "--out", metavar="FILE", help=f"A file instead of stdout: {', '.join(SUFFIXES)}."),
    option("--force", is_flag=True, help="Replace FILE when it is there."),
    option("--json", "as_json", is_flag=True, help="JSON to stdout instead of CSV."),
)


class Output:
    """Where numbers go: refused before anything is computed when they cannot go there."""

    def __init__(self, out: str | None, force: bool, as_json: bool, pictures: bool = False) -> None:
        """pictures: whether a .png is possible."""
        self.path = None if out is None else Path(out)
        self.kind = ".json" if as_json else ".csv"
        if self.path is None:
            return
        if as_json:
            raise click.UsageError("--json writes to stdout; for a file use -o FILE.json.")
        self.kind = self.path.suffix.lower()
        possible = [*SUFFIXES, PICTURE] if pictures else list(SUFFIXES)
        if self.kind not in possible:
            near = suggestion(self.kind, possible)
            told = f"'{out}' is of no kind that can be written; use {', '.join(possible)}.{near}"
            raise click.UsageError(told)
        refuse_file(self.path, force)

    @property
    def is_picture(self) -> bool:
        """Whether a picture is wanted."""
        return self.path is not None and self.kind == PICTURE

    def write(self, values: Any, columns: Sequence[str]) -> None:
        """values (n, ...), which CSV, JSON and Parquet hold flat, (n, columns); or a table of words and numbers."""
        table = table_of(values, columns)
        if table is not None:
            self._write_table(table)
            return
        flat = values.reshape(len(values), -1)
        if self.path is None:
            _write_text(self.kind, flat, columns, sys.stdout)
        elif self.kind == ".npy":
            self.write_bytes(_npy(values))
        elif self.kind == ".parquet":
            self.write_bytes(parquet(_as_columns(flat, columns)))
        else:
            text = io.StringIO()
            _write_text(self.kind, flat, columns, text)
            self.write_bytes(text.getvalue().encode())

    def _write_table(self, table: Frame) -> None:
        if self.kind == ".npy":
            raise DataError(
                f"'{self.path}' cannot hold a table of words and numbers; use {', '.join(TABLES)}."
            )
        if self.kind == ".parquet":
            self.write_bytes(parquet(table))
            return
        text = io.StringIO()
        if self.kind == ".csv":
            write_csv(cells_written(table, safe=True), table.names, text)
        else:
            write_json(table, text)
        if self.path is None:
            sys.stdout.write(text.getvalue())
        else:
            self.write_bytes(text.getvalue().encode())

    def write_examples(self, estimator: Any, examples: Any, columns: Sequence[str]) -> None:
        """The same, or a picture of examples (n, ...) in the user's units."""
        if self.is_picture:
            from vaekit.cli.pictures import side_by_side

            self.write_bytes(side_by_side(estimator, examples))
        else:
            self.write(examples, columns)

    def write_bytes(self, content: bytes) -> None:
        """The whole file, in one rename."""
        from vaekit.run import write_file

        assert self.path is not None
        write_file(self.path, content)


def refuse_file(path: Path, force: bool) -> None:
    """OutputExists unless the file is free, or force is set and it is a file; RunError without its folder."""
    if os.path.lexists(path) and not (force and path.is_file()):
        cure = "choose another place" if path.is_dir() else "choose another place, or replace it with --force"
        raise OutputExists(f"'{path}' exists; {cure}.")
    if not path.absolute().parent.is_dir():
        raise RunError(f"'{path}' cannot be written: there is no folder '{path.parent}'; make it first.")


def write_csv(rows: Iterable[Sequence[Any]], columns: Sequence[str], file: TextIO) -> None:
    """CSV with a header; numbers at full precision, texts that no spreadsheet takes for a formula."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows(rows)


def safe_cell(text: str) -> str:
    """A text with ' before it where a spreadsheet would run it as a formula."""
    plain = text.replace("\r", " ")  # which csv leaves bare, and readers take for the end of a row
    return f"'{plain}" if text.startswith(_FORMULA) else plain


def print_json(value: Any) -> None:
    """Plain data to stdout."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def print_red(text: str) -> None:
    """A line to stdout, red where it is a terminal and NO_COLOR is not set."""
    plain = bool(os.environ.get("NO_COLOR"))
    click.echo(text if plain else click.style(text, fg="red"))


def print_wrapped(text: str, indent: str) -> None:
    """A paragraph to stdout, in lines that fit a terminal."""
    import textwrap

    click.echo(
        textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
    )


def number(value: float, error: float | None) -> str:
    """A number with as many digits as its error bears: '-12.34 ± 0.56', '3'."""
    if error is None or not math.isfinite(error) or error <= 0:
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:,.{digits}f} ± {error:,.{digits}f}"


def print_table(rows: Iterable[Sequence[str]]) -> None:
    """Rows of texts to stdout, their columns below each other."""
    rows = [list(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _write_text(kind: str, flat: Array, columns: Sequence[str], file: TextIO) -> None:
    if kind == ".csv":
        write_csv(flat.tolist(), columns, file)
    else:
        json.dump({"columns": list(columns), "rows": flat.tolist()}, file, allow_nan=False)
        file.write("\n")


def _as_columns(flat: Array, columns: Sequence[str]) -> Frame:
    from dataclasses import replace

    from vaekit.data.frame import as_frame

    frame = as_frame(flat)
    return replace(frame, columns=dict(zip(columns, frame.columns.values(), strict=True)))


def _npy(values: Array) -> bytes:
    import numpy as np

    content = io.BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()
