"""`vaekit explore RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.reading import (
    checked_json,
    how,
    read_again,
    read_like,
    reading_options,
    run_argument,
    told_of_data,
    told_of_run,
)


@click.command(cls=Command)
@run_argument
@option("-o", "--out", metavar="FILE", help="Where the page goes; else explorer.html in the run.")
@option("--points", type=click.IntRange(1), default=2000, show_default=True, help="The most rows inside.")
@option("--no-data", is_flag=True, help="No rows of the data inside.")
@option(
    "--weights",
    type=click.Choice(["auto", "float32", "float16"]),
    default="auto",
    show_default=True,
    help="How weights are stored; float16 halves a large page.",
)
@option("--force", is_flag=True, help="Replace FILE, and write a page of more than 25 MB.")
@option("--data", metavar="DATA", help="Where the data are now, when the run does not find them itself.")
@reading_options
def command(
    run: str,
    out: str | None,
    points: int,
    no_data: bool,
    weights: str,
    force: bool,
    data: str | None,
    **reading: Any,
) -> None:
    """Make one HTML page in which you walk through the codes of a model.

    It decodes in the browser, loads nothing, and works offline; where it is goes to stdout.
    """
    record = checked_json(run, "data.json")["source"]
    from vaekit.explorer import explore_run, refuse_file

    if out is not None:
        refuse_file(Path(out), force)
    source = None
    if data is not None:
        source = read_like(record, data, how(reading))
    elif record is not None or not no_data:
        source = read_again(record)
    with told_of_run(), told_of_data():
        written = explore_run(
            run, out, source=source, points=points, embed=not no_data, weights=weights, force=force
        )
    page = written.page
    click.echo(f"{page.size / 1e6:.1f} MB, weights in {page.weights}. {page.inside}", err=True)
    for sentence in page.said:
        click.echo(sentence, err=True)
    click.echo(written.path)
