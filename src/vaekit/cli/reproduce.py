"""`vaekit reproduce [NAME]`."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import print_json, print_table, refuse_file

if TYPE_CHECKING:
    from vaekit.reproduce import Result

COLUMNS = ("measure", "published", "ours", "gap", "required", "met")


@click.command(cls=Command)
@click.argument("name", required=False)
@option(
    "--budget",
    metavar="TIME",
    help="Wall time for all of it, such as 90s, 10min or 2h; else its own schedule.",
)
@option("--full", is_flag=True, help="The schedule of the paper, which wants a GPU.")
@option(
    "--seeds",
    type=click.IntRange(1),
    metavar="N",
    help="Seeds 0 to N - 1; else as many as the experiment says.",
)
@option(
    "-o",
    "--out",
    metavar="FOLDER",
    default="reproductions",
    show_default=True,
    help="Where results are kept.",
)
@option("--json", "as_json", is_flag=True, help="JSON to stdout instead of a table.")
@option("--page", metavar="FILE.md", help="Instead of NAME: write a page of all results that FOLDER keeps.")
@option("--force", is_flag=True, help="Replace FILE.md when it is there.")
def command(
    name: str | None,
    budget: str | None,
    full: bool,
    seeds: int | None,
    out: str,
    as_json: bool,
    page: str | None,
    force: bool,
) -> int:
    """Run a result of the literature again and compare: paper, protocol, published, ours, gap.

    Without NAME: list the experiments. What is trained and measured is kept in FOLDER, seed by seed, and taken up when
    the command is given again. Exit code 1: a required row is not met.
    """
    begun = time.monotonic()
    if page is not None:
        if name is not None:
            raise click.UsageError("--page writes all results that are kept; leave NAME out.")
        return _write_page(Path(page), out, force)
    if name is None:
        return _list(as_json)
    from vaekit.reproduce import find_experiment, reproduce
    from vaekit.train.timebox import seconds_of

    experiment = find_experiment(name)
    result = reproduce(
        experiment,
        out,
        seeds=None if seeds is None else range(seeds),
        full=full,
        budget=None if budget is None else seconds_of(budget, "--budget"),
        say=lambda line: click.echo(line, err=True),
        begun=begun,
    )
    if as_json:
        print_json(result.to_json())
    else:
        _print(result)
    return int(not result.met)


def _list(as_json: bool) -> int:
    from vaekit.reproduce import EXPERIMENTS

    found = EXPERIMENTS.values()
    if as_json:
        print_json([{"name": each.name, "summary": each.summary, "paper": each.paper} for each in found])
    else:
        print_table([(each.name, each.summary) for each in found])
    return 0


def _write_page(path: Path, folder: str, force: bool) -> int:
    refuse_file(path, force)
    from vaekit.errors import RunError
    from vaekit.reproduce import EXPERIMENTS, kept_results, page
    from vaekit.run import LARGEST_JSON, from_json, read_plain, write_file

    results = [
        from_json(read_plain(kept, LARGEST_JSON), str(kept))
        for kept in kept_results(folder, list(EXPERIMENTS))
    ]
    if not results:
        raise RunError(f"'{folder}' keeps no result; run `vaekit reproduce NAME -o {folder}` first.")
    write_file(path, page(results, list(EXPERIMENTS.values())).encode())
    click.echo(path)
    return 0


def _print(result: Result) -> None:
    """The paper and its protocol, how ours differs, and the rows."""
    from vaekit.reproduce.page import cells_of

    experiment, told = result.experiment, result.to_json()
    _paragraph("paper", experiment.paper)
    _paragraph("protocol", experiment.protocol)
    for difference in result.differences:
        _paragraph("ours differs", difference)
    seeds = ", ".join(map(str, result.seeds))
    _paragraph("ours", f"schedule {result.schedule}; seeds {seeds}; {told['seconds'] / 60:.1f} minutes")
    click.echo()
    print_table([COLUMNS, *map(cells_of, told["rows"])])
    missed = [line.row.measure for line in result.lines if line.required and not line.met]
    click.echo("\nevery required row is met." if not missed else f"\nnot met: {'; '.join(missed)}.")


def _paragraph(title: str, text: str) -> None:
    click.echo(textwrap.fill(text, 100, initial_indent=f"{title:<13}", subsequent_indent=" " * 13))
