"""`vaekit explore RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from vaekit.data.source import Source


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
@option(
    "--beside", metavar="RUN2", help="A second run on the same page; what you do to one, the other follows."
)
@option("--data", metavar="DATA", help="Where the data are now, when the run does not find them itself.")
@reading_options
def command(
    run: str,
    out: str | None,
    points: int,
    no_data: bool,
    weights: str,
    force: bool,
    beside: str | None,
    data: str | None,
    **reading: Any,
) -> None:
    """Make one HTML page in which you walk through the codes of a model.

    It decodes in the browser, loads nothing, and works offline; where it is goes to stdout.
    """
    records = [checked_json(each, "data.json")["source"] for each in (run, beside) if each is not None]
    from vaekit.explorer import explore_run, refuse_file

    if out is not None:
        refuse_file(Path(out), force)
    sources = [_source(record, data, reading, no_data) for record in records]
    with told_of_run(), told_of_data():
        written = explore_run(
            run,
            out,
            source=sources[0],
            points=points,
            embed=not no_data,
            weights=weights,
            force=force,
            beside=beside,
            source_beside=sources[-1],
        )
    page = written.page
    click.echo(f"{page.size / 1e6:.1f} MB, weights in {page.weights}. {page.inside}", err=True)
    for sentence in page.said:
        click.echo(sentence, err=True)
    click.echo(written.path)


def _source(record: Any, data: str | None, reading: dict[str, Any], no_data: bool) -> Source | None:
    """The data of a run: those given, else its own; none where none are wanted and it does not say what it has."""
    if data is not None:
        return read_like(record, data, how(reading))
    return None if record is None and no_data else read_again(record)
