"""`vaekit plot WHAT RUN`: one figure of a fitted model, into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vaekit.cli.layout import Command, Group, option, together
from vaekit.cli.output import Output, output_options, refuse_file
from vaekit.cli.reading import (
    Run,
    how,
    load_run,
    read_again,
    read_like,
    reading_options,
    run_argument,
    told_of_data,
)

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
@_file
def manifold(run: str, cells: int, grid: str, reach: float | None, out: str | None, force: bool) -> None:
    """What codes decode to, over a plane of two latent values."""
    path = _path(out, force, run, "manifold")
    fitted = load_run(run)
    from vaekit.plots import Manifold

    _write(Manifold.from_estimator(fitted.estimator, cells, grid, reach=reach), path)


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
    rows, labels = _rows_and_labels(fitted, data, how(reading))
    from vaekit.plots import LatentMap

    with told_of_data():
        _write(LatentMap.from_estimator(fitted.estimator, rows, labels), path)


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
@_file
def prior(run: str, count: int, random_state: int, out: str | None, force: bool) -> None:
    """Draws from the prior."""
    path = _path(out, force, run, "prior")
    fitted = load_run(run)
    from vaekit.plots import PriorDraws

    _write(PriorDraws.from_estimator(fitted.estimator, n=count, random_state=random_state), path)


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


def _rows_and_labels(fitted: Run, data: str | None, reading: dict[str, Any]) -> tuple[Any, Any]:
    """X and the labels, by their names where they have some; the run's own (test) data without `data`."""
    record = fitted.data["source"]
    if data is None:
        source = read_again(record)
        rows, labels = (source.test or source).X, (source.test or source).y
    else:
        source = read_like(record, data, reading)
        rows, labels = fitted.rows(data, reading), source.y
    if labels is None or source.class_names is None:
        return rows, labels
    import numpy as np

    names = np.array([*source.class_names, "unlabelled"])
    return rows, names[labels]
