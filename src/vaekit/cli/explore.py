"""`vaekit explore RUN`."""

from __future__ import annotations

from collections.abc import Callable
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
@option(
    "--runtime",
    type=click.Choice(["vaekit", "ort"]),
    default="vaekit",
    show_default=True,
    help="What runs the networks; ort (onnxruntime-web) also those that are not our mlp or conv.",
)
@option(
    "--ort-dir",
    metavar="DIR",
    help="With --runtime ort: the folder in which npm installed onnxruntime-web.",
)
@option(
    "--live",
    is_flag=True,
    help="Serve the page on this machine while RUN trains (`vaekit fit DATA --out RUN --live`).",
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
    runtime: str,
    ort_dir: str | None,
    live: bool,
    data: str | None,
    **reading: Any,
) -> None:
    """Make one HTML page in which you walk through the codes of a model.

    It decodes in the browser, loads nothing, and works offline; where it is goes to stdout.
    """
    if live:
        if out is not None or beside is not None or force or no_data or runtime == "ort" or ort_dir:
            raise click.UsageError(
                "--live serves a page of RUN and writes none; leave out -o, --force, --beside, --no-data, --runtime "
                "and --ort-dir."
            )
        _serve(run, points, weights, lambda: _source(_record(run), data, reading, no_data))
        return
    records = [_record(each) for each in (run, beside) if each is not None]
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
            runtime=runtime,
            ort_dir=ort_dir,
        )
    page = written.page
    click.echo(f"{page.size / 1e6:.1f} MB, weights in {page.weights}. {page.inside}", err=True)
    if page.runtime is not None:
        click.echo(
            f"{page.runtime.size / 1e6:.1f} MB of it are onnxruntime-web {page.runtime.version}.", err=True
        )
    for sentence in page.said:
        click.echo(sentence, err=True)
    click.echo(written.path)


def _source(record: Any, data: str | None, reading: dict[str, Any], no_data: bool) -> Source | None:
    """The data of a run: those given, else its own; none where none are wanted and it does not say what it has."""
    if data is not None:
        return read_like(record, data, how(reading))
    return None if record is None and no_data else read_again(record)


def _record(run: str) -> Any:
    """Where the data of a run came from."""
    return checked_json(run, "data.json")["source"]


def _serve(run: str, points: int, weights: str, read: Callable[[], Source | None]) -> None:
    """Serve the run until Ctrl-C, from the moment that it is there."""
    from vaekit.explorer import Live, serve

    live = Live(run, read, points, weights)
    try:
        if not live.is_there:
            click.echo(f"waiting for the first epoch of '{run}'", err=True)
        with told_of_run(), told_of_data():
            live.wait()
        with serve(live) as server:
            click.echo(server.address)
            click.echo("It follows the run and answers this machine alone; Ctrl-C ends it.", err=True)
            server.serve_forever()
    except KeyboardInterrupt:
        click.echo("the server has ended; the run is as it was.", err=True)
