"""`vaekit inspect DATA`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import print_json, refuse_file
from vaekit.cli.reading import data_argument, how, reading_options
from vaekit.errors import DataError, RunError

_EPILOG = """\b
Examples:
  vaekit inspect people.csv
  vaekit inspect people.csv --schema schema.json    then edit it, and
  vaekit fit people.csv --schema schema.json"""


@click.command(cls=Command, epilog=_EPILOG)
@data_argument
@option("--schema", metavar="FILE", help="Write the schema as JSON, to be edited and given to `vaekit fit`.")
@option("--force", is_flag=True, help="Replace FILE when it is there.")
@option("--json", "as_json", is_flag=True, help="JSON to stdout instead of a page.")
@reading_options
def command(data: str, schema: str | None, force: bool, as_json: bool, **reading: Any) -> None:
    """Say what the columns of DATA are, before any training.

    Kinds with their reasons, ranges, missing cells and how they are spelled, likelihoods that suit, and
    what looks suspicious: values that may stand for nothing, numbers stored as text, mixed units, rows
    and columns that repeat. Nothing is changed.
    """
    if schema is not None:
        refuse_file(Path(schema), force)
    from vaekit.data.inspection import inspect

    try:
        found = inspect(data, **how(reading))
    except RunError as error:
        raise DataError(str(error)) from error
    if schema is not None:
        from vaekit.run import to_json, write_file

        write_file(Path(schema), to_json(found.schema.to_json()))
        click.echo(f"schema: {schema}", err=True)
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(str(found))
