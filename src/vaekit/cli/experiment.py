"""What an experiment found, as a table to read, as CSV or as JSON; its notes go to stderr."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import option, together
from vaekit.cli.output import Output, print_json, print_table, write_csv

if TYPE_CHECKING:
    from vaekit.article.table import Table

table_options = together(
    option("-o", "--out", metavar="FILE", help="Write the table to a file too: .csv or .json."),
    option("--force", is_flag=True, help="Replace FILE when it is there."),
    option("--json", "as_json", is_flag=True, help="JSON to stdout instead of a table."),
)


class TableOutput:
    """Where a table goes: refused before anything is computed when it cannot go there."""

    def __init__(self, out: str | None, force: bool, as_json: bool) -> None:
        self.as_json = as_json
        self.output = Output(out, force, as_json=False)
        if self.output.path is not None and self.output.kind not in (".csv", ".json"):
            raise click.UsageError(f"a table has words in it, so '{out}' cannot hold it; use .csv or .json.")

    def write(self, table: Table) -> None:
        """To stdout, into the file if there is one, and the notes to stderr."""
        if self.output.path is not None:
            self.output.write_bytes(self._content(table))
        if self.as_json:
            print_json(_plain(table))
            return
        print_table([list(table.columns), *([_shown(cell) for cell in row] for row in table.rows)])
        for note in table.notes:
            click.echo(note, err=True)

    def _content(self, table: Table) -> bytes:
        if self.output.kind == ".json":
            return (json.dumps(_plain(table), indent=1, allow_nan=False) + "\n").encode()
        text = io.StringIO()
        write_csv(table.rows, list(table.columns), text)
        return text.getvalue().encode()


def _plain(table: Table) -> dict[str, Any]:
    rows = [{name: _finite(cell) for name, cell in row.items()} for row in table.as_dicts()]
    return {"columns": list(table.columns), "rows": rows, "notes": list(table.notes)}


def _finite(cell: Any) -> Any:
    """A cell as JSON has it: none for nan."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return "" if math.isnan(cell) else f"{cell:.5g}"
    return str(cell)
