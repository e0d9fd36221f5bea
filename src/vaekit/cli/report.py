"""`vaekit report RUN`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.reading import checked_json, how, read_again, read_like, reading_options, run_argument


@click.command(cls=Command)
@run_argument
@option("--data", metavar="DATA", help="Where the data are now, when the run does not find them itself.")
@reading_options
def command(run: str, data: str | None, **reading: Any) -> None:
    """Write the report of a run again.

    Its data are read again; where the report is goes to stdout.
    """
    record = checked_json(run, "data.json")["source"]
    source = read_again(record) if data is None else read_like(record, data, how(reading))
    from vaekit.report import report_run

    click.echo(report_run(run, data=source))
