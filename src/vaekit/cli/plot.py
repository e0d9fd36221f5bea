"""`vaekit plot WHAT RUN`: one figure of a fitted model, into a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.condition import condition_option, given_condition
from vaekit.cli.layout import Command, Group, option, together
from vaekit.cli.output import Output, output_options, refuse_file
from vaekit.cli.reading import (
    Run,
    how,
    labels_of,
    load_run,
    read_again,
    reading_options,
    run_argument,
    told_of_data,
)
from vaekit.errors import SpecError

if TYPE_CHECKING:
    from vaekit.data.source import Source

_file = together(
    option("-o", "--out", metavar="FILE.png", help="[default: RUN-WHAT.png in this folder]"),
    option("--force", is_flag=True, help="Replace FILE when it is there."),
)
_data = click.argument("data", required=False)
_grid = together(
    option(
        "-n",
        "cells",
        type=click.IntRange(2),
        default=21,
        show_default=True,
        help="Cells of a side; odd numbers have a centre.",
    ),
    option(
        "--grid",
        type=click.Choice(["quantile", "linear"]),
        default="quantile",
        show_default=True,
        help="Quantiles of a standard normal, or even steps.",
    ),
    option("--reach", type=float, help="The last position. [default: 1.645, or 2 with linear]"),
)


@click.group(cls=Group)
def command() -> None:
    """Draw one figure of a fitted model."""


@command.command("manifold", cls=Command)
@run_argument
@_grid
@condition_option
@_file
def manifold(
    run: str,
    cells: int,
    grid: str,
    reach: float | None,
    condition: str | None,
    out: str | None,
    force: bool,
) -> None:
    """What codes decode to, over a plane of two latent values."""
    path = _path(out, force, run, "manifold")
    fitted = load_run(run)
    given = given_condition(fitted, condition, None)
    from vaekit.plots import Manifold

    _write(Manifold.from_estimator(fitted.estimator, cells, grid, reach=reach, **given), path)


@command.command("analogy", cls=Command)
@run_argument
@option("--source", metavar="CLASS", help="The class of the first column. [default: the first class]")
@_file
def analogy(run: str, source: str | None, out: str | None, force: bool) -> None:
    """One style a row, every class a column: of a model with labels for its condition."""
    path = _path(out, force, run, "analogy")
    fitted = load_run(run)
    _refuse_unconditioned(fitted)
    chosen = None if source is None else fitted.estimator.condition_.read(source)
    from vaekit.plots import Analogy

    _write(Analogy.from_estimator(fitted.estimator, source=chosen), path)


@command.command("style-transfer", cls=Command)
@run_argument
@_data
@option("-n", "count", type=click.IntRange(1), default=8, show_default=True, help="How many rows of DATA.")
@condition_option
@_file
@reading_options
def style_transfer(
    run: str,
    data: str | None,
    count: int,
    condition: str | None,
    out: str | None,
    force: bool,
    **reading: Any,
) -> None:
    """Pictures of DATA in their own style, under every class.

    Without DATA: those of the run, their test part where there is one.
    """
    path = _path(out, force, run, "style-transfer")
    fitted = load_run(run)
    _refuse_unconditioned(fitted)
    rows, source = _rows_of(fitted, data, how(reading))
    given = given_condition(fitted, condition, source)
    if condition is not None:
        given = {"c": [given["c"]] * len(rows)}
    from vaekit.plots import StyleTransfer

    with told_of_data():
        _write(StyleTransfer.from_estimator(fitted.estimator, rows, n=count, **given), path)


@command.command("latent-map", cls=Command)
@run_argument
@_data
@_file
@reading_options
def latent_map(run: str, data: str | None, out: str | None, force: bool, **reading: Any) -> None:
    """Where DATA live among the codes, by their labels.

    Without DATA: those of the run, their test part where there is one.
    """
    path = _path(out, force, run, "latent-map")
    fitted = load_run(run)
    rows, source = _rows_of(fitted, data, how(reading))
    given = given_condition(fitted, None, source)
    from vaekit.plots import LatentMap

    with told_of_data():
        _write(LatentMap.from_estimator(fitted.estimator, rows, _named(source), **given), path)


@command.command("mean-distance-table", cls=Command)
@run_argument
@_data
@option("--metric", type=click.Choice(["mse", "mae", "l2"]), default="mse", show_default=True)
@_grid
@output_options
@reading_options
def mean_distance_table(
    run: str,
    data: str | None,
    metric: str,
    cells: int,
    grid: str,
    reach: float | None,
    out: str | None,
    force: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """How far each picture of the latent plane is from all of DATA.

    Numbers to stdout, or a FILE.png; what they say goes to stderr. Without DATA: those that the run was fitted on.
    """
    output = Output(out, force, as_json, pictures=True)
    fitted = load_run(run)
    rows = read_again(fitted.data["source"]).X if data is None else fitted.rows(data, how(reading))
    from vaekit.plots import MeanDistances, png

    with told_of_data():
        display = MeanDistances.from_estimator(
            fitted.estimator, rows, cells, grid, metric=metric, reach=reach
        )
    if output.is_picture:
        output.write_bytes(png(display.figure_))
    else:
        output.write(display.table.values, [f"z0={at:.4f}" for at in display.table.axis])
    for sentence in display.table.sentences():
        click.echo(sentence, err=True)


@command.command("prior", cls=Command)
@run_argument
@option("-n", "count", type=click.IntRange(2), default=5000, show_default=True, help="How many draws.")
@option(
    "--random-state",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="A seed: the same draws again.",
)
@condition_option
@_file
def prior(
    run: str, count: int, random_state: int, condition: str | None, out: str | None, force: bool
) -> None:
    """Draws from the prior, of a class with -c where classes have priors of their own."""
    path = _path(out, force, run, "prior")
    fitted = load_run(run)
    reads = "prior" in fitted.estimator.spec_.condition
    given = given_condition(fitted, condition, None) if reads or condition is not None else {}
    from vaekit.plots import PriorDraws

    _write(PriorDraws.from_estimator(fitted.estimator, n=count, random_state=random_state, **given), path)


def _refuse_unconditioned(fitted: Run) -> None:
    """SpecError for a model that was fitted without a condition."""
    if not hasattr(fitted.estimator, "style_transfer"):
        raise SpecError(f"'{fitted.path}' has no classes to decode a code as; fit with --model cvae.")


def _path(out: str | None, force: bool, run: str, what: str) -> Path:
    """The file to write, refused before anything is computed when it cannot be written."""
    path = Path(f"{Path(run).resolve().name}-{what}.png" if out is None else out)
    if path.suffix.lower() != ".png":
        raise click.UsageError(f"'{path}' is no .png; figures are written as one.")
    refuse_file(path, force)
    return path


def _write(display: Any, path: Path) -> None:
    """The figure into its file, and what it shows to stdout."""
    from vaekit.plots import png
    from vaekit.run import write_file

    write_file(path, png(display.figure_))
    click.echo(f"{path}: {display.describe()}")


def _named(source: Source) -> Any:
    """The labels as they were written, with a name for those that are missing; None without labels."""
    labels = labels_of(source)
    if labels is None or labels.dtype != object:
        return labels
    return [name or "unlabelled" for name in labels]


def _rows_of(fitted: Run, data: str | None, reading: dict[str, Any]) -> tuple[Any, Source]:
    """X and its source, with class names for the labels; the run's own (test) data without `data`."""
    if data is not None:
        return fitted.rows_of(data, reading)
    source = read_again(fitted.data["source"])
    part = source.test or source
    return part.X, replace(part, class_names=source.class_names)
