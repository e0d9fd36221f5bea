"""`vaekit plot WHAT RUN`: one figure of a fitted model, into a file."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.condition import condition_option, given_condition
from vaekit.cli.figure import (
    figure_path,
    file_options,
    named_labels,
    rows_argument,
    rows_of_figure,
    write_figure,
)
from vaekit.cli.layout import Command, Group, option, together
from vaekit.cli.output import Output, output_options
from vaekit.cli.plot_rows import FIGURES
from vaekit.cli.reading import (
    Run,
    how,
    load_run,
    read_again,
    reading_options,
    run_argument,
    told_of_data,
)
from vaekit.errors import SpecError

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
@file_options
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
    path = figure_path(out, force, run, "manifold")
    fitted = load_run(run)
    given = given_condition(fitted, condition, None)
    from vaekit.plots import Manifold

    write_figure(Manifold.from_estimator(fitted.estimator, cells, grid, reach=reach, **given), path)


@command.command("analogy", cls=Command)
@run_argument
@option("--source", metavar="CLASS", help="The class of the first column. [default: the first class]")
@file_options
def analogy(run: str, source: str | None, out: str | None, force: bool) -> None:
    """One style a row, every class a column: of a model with labels for its condition."""
    path = figure_path(out, force, run, "analogy")
    fitted = load_run(run)
    _refuse_unconditioned(fitted)
    chosen = None if source is None else fitted.estimator.condition_.read(source)
    from vaekit.plots import Analogy

    write_figure(Analogy.from_estimator(fitted.estimator, source=chosen), path)


@command.command("style-transfer", cls=Command)
@run_argument
@rows_argument
@option("-n", "count", type=click.IntRange(1), default=8, show_default=True, help="How many rows of DATA.")
@condition_option
@file_options
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
    path = figure_path(out, force, run, "style-transfer")
    fitted = load_run(run)
    _refuse_unconditioned(fitted)
    rows, source = rows_of_figure(fitted, data, how(reading))
    given = given_condition(fitted, condition, source)
    if condition is not None:
        given = {"c": [given["c"]] * len(rows)}
    from vaekit.plots import StyleTransfer

    with told_of_data():
        write_figure(StyleTransfer.from_estimator(fitted.estimator, rows, n=count, **given), path)


@command.command("latent-map", cls=Command)
@run_argument
@rows_argument
@option("--lines", is_flag=True, help="Lines of equal density, around 50, 80 and 95 % of the codes.")
@option(
    "--ellipses",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Rows whose q(z | x) is drawn, two standard deviations wide.",
)
@file_options
@reading_options
def latent_map(
    run: str,
    data: str | None,
    lines: bool,
    ellipses: int,
    out: str | None,
    force: bool,
    **reading: Any,
) -> None:
    """Where DATA live among the codes, by their labels.

    Without DATA: those of the run, their test part where there is one.
    """
    path = figure_path(out, force, run, "latent-map")
    fitted = load_run(run)
    rows, source = rows_of_figure(fitted, data, how(reading))
    given = given_condition(fitted, None, source)
    from vaekit.plots import LatentMap

    with told_of_data():
        display = LatentMap.from_estimator(
            fitted.estimator, rows, named_labels(source), lines=lines, ellipses=ellipses, **given
        )
    write_figure(display, path)


@command.command("mean-distance-table", cls=Command)
@run_argument
@rows_argument
@option("--metric", type=click.Choice(["mse", "mae", "l2"]), default="mse", show_default=True)
@_grid
@condition_option
@output_options
@reading_options
def mean_distance_table(
    run: str,
    data: str | None,
    metric: str,
    cells: int,
    grid: str,
    reach: float | None,
    condition: str | None,
    out: str | None,
    force: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """How far each picture of the latent plane is from all of DATA.

    Numbers to stdout, or a FILE.png; what they say goes to stderr. Without DATA: those that the run was fitted on.
    With -c the pictures are of that class; DATA are still all of them.
    """
    output = Output(out, force, as_json, pictures=True)
    fitted = load_run(run)
    given = given_condition(fitted, condition, None)
    rows = read_again(fitted.data["source"]).X if data is None else fitted.rows(data, how(reading))
    from vaekit.plots import MeanDistances, png

    with told_of_data():
        display = MeanDistances.from_estimator(
            fitted.estimator, rows, cells, grid, metric=metric, reach=reach, **given
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
@file_options
def prior(
    run: str, count: int, random_state: int, condition: str | None, out: str | None, force: bool
) -> None:
    """Draws from the prior, of a class with -c where classes have priors of their own."""
    path = figure_path(out, force, run, "prior")
    fitted = load_run(run)
    reads = "prior" in fitted.estimator.spec_.condition
    given = given_condition(fitted, condition, None) if reads or condition is not None else {}
    from vaekit.plots import PriorDraws

    write_figure(
        PriorDraws.from_estimator(fitted.estimator, n=count, random_state=random_state, **given), path
    )


def _refuse_unconditioned(fitted: Run) -> None:
    """SpecError for a model that was fitted without a condition."""
    if not hasattr(fitted.estimator, "style_transfer"):
        raise SpecError(f"'{fitted.path}' has no classes to decode a code as; fit with --model cvae.")


for figure in FIGURES:
    command.add_command(figure)
