"""The figures of `vaekit plot` that need a run and rows, and a number or two: a line of a table each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from vaekit.cli.condition import condition_option, given_condition
from vaekit.cli.figure import figure_path, file_options, rows_argument, rows_of_figure, write_figure
from vaekit.cli.layout import Command, option, together
from vaekit.cli.reading import how, load_run, reading_options, run_argument, told_of_data

_WITHOUT_DATA = "Without DATA: those of the run, their test part where there is one."


def _many(names: str, default: int, told: str) -> Callable[..., Any]:
    """A number of something."""
    return option(*names.split(), type=click.IntRange(1), default=default, show_default=True, help=told)


_SEED = option(
    "--random-state",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="A seed: the same draws again.",
)
_UNITS = option(
    "--units",
    type=(click.IntRange(0), click.IntRange(0)),
    metavar="ONE OTHER",
    help="The two latent values to draw. [default: those with the largest KL]",
)
_ROW = option("--row", type=click.IntRange(0), help="Around the code of this row. [default: the mean code]")
_LEVEL = option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.9,
    show_default=True,
    help="How probable it is that an interval holds its value.",
)
_SHARE = option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.25,
    show_default=True,
    help="Of the known cells, how many are hidden.",
)

# name -> (the display, what the model must be able to do, what it shows, options of its own)
_OF_ROWS: dict[str, tuple[str, str, str, tuple[Callable[..., Any], ...]]] = {
    "reconstructions": (
        "Reconstructions",
        "reconstruct",
        "DATA, and what the model makes of them.",
        (
            option(
                "-n", "n", type=click.IntRange(1), help="How many rows. [default: 32 pictures, 6 of a table]"
            ),
        ),
    ),
    "kl-per-unit": ("KLPerUnit", "kl_per_unit", "Which latent values tell something of DATA.", ()),
    "traversals": (
        "Traversals",
        "inverse_transform",
        "What each latent value does to a picture, the largest KL first.",
        (_many("-n n", 8, "How many latent values."), _many("--steps", 9, "Pictures of each."), _ROW),
    ),
    "aggregated-posterior": (
        "AggregatedPosterior",
        "sample",
        "The prior against the codes of DATA, and the holes between them.",
        (_UNITS, _SEED),
    ),
    "interpolation": (
        "Interpolation",
        "inverse_transform",
        "What lies between the codes of two pictures of DATA.",
        (_many("-n n", 6, "How many paths."), _many("--steps", 8, "Pictures of each.")),
    ),
    "two-samples": (
        "TwoSamples",
        "sample",
        "DATA against draws from the model, and whether they are told apart.",
        (_SEED,),
    ),
    "anomaly-scores": (
        "AnomalyScores",
        "score_samples",
        "How normal rows of DATA are, and the strangest ones.",
        (
            option(
                "-n",
                "n",
                type=click.IntRange(1),
                help="How many of them. [default: 8 pictures, 5 of a table]",
            ),
        ),
    ),
    "correlations": (
        "Correlations",
        "sample",
        "How columns go together, in DATA and in samples.",
        (_SEED,),
    ),
    "imputation-intervals": (
        "ImputationIntervals",
        "impute_interval",
        "Cells of DATA that are hidden, and the intervals that the model gives for them.",
        (_LEVEL, _SHARE, _SEED),
    ),
}


def _of_rows(name: str) -> click.Command:
    """The command of this line of the table."""
    display, ability, told, own = _OF_ROWS[name]

    @click.command(name, cls=Command, help=f"{told}\n\n{_WITHOUT_DATA}")
    @run_argument
    @rows_argument
    @together(*own)
    @file_options
    @reading_options
    def draw(run: str, data: str | None, out: str | None, force: bool, **given: Any) -> None:
        path = figure_path(out, force, run, name)
        reading = how(given)
        options = {key: value for key, value in given.items() if key in _named(own)}
        fitted = load_run(run)
        fitted.ability(ability)
        rows, source = rows_of_figure(fitted, data, reading)
        options |= given_condition(fitted, None, source)
        from vaekit import plots

        with told_of_data():
            drawn = getattr(plots, display).from_estimator(fitted.estimator, rows, **options)
        write_figure(drawn, path)

    return draw


def _named(options: tuple[Callable[..., Any], ...]) -> set[str]:
    """The names of these options, as a function gets them."""
    command = click.command()(together(*options)(lambda: None)) if options else None
    return set() if command is None else {str(each.name) for each in command.params}


@click.command("samples", cls=Command)
@run_argument
@rows_argument
@option("-n", "n", type=click.IntRange(1), help="How many. [default: a block of 64 pictures, 2,000 rows]")
@option("--draws", is_flag=True, help="Pictures are draws from p(x | z), not its mean.")
@_SEED
@condition_option
@file_options
@reading_options
def samples(
    run: str,
    data: str | None,
    n: int | None,
    draws: bool,
    random_state: int,
    condition: str | None,
    out: str | None,
    force: bool,
    **reading: Any,
) -> None:
    """What the model makes up: pictures, or the columns of a table against those of DATA."""
    path = figure_path(out, force, run, "samples")
    fitted = load_run(run)
    fitted.ability("sample")
    rows, _ = rows_of_figure(fitted, data, how(reading))
    given = given_condition(fitted, condition, None)
    from vaekit.plots import Samples

    mean = False if draws else None
    with told_of_data():
        display = Samples.from_estimator(
            fitted.estimator, rows, n=n, mean=mean, random_state=random_state, **given
        )
    write_figure(display, path)


@click.command("learning-curves", cls=Command)
@run_argument
@file_options
def learning_curves(run: str, out: str | None, force: bool) -> None:
    """How the training went: the loss and its terms, epoch by epoch."""
    path = figure_path(out, force, run, "learning-curves")
    from vaekit.plots import LearningCurves

    write_figure(LearningCurves.from_estimator(load_run(run).estimator), path)


FIGURES = [samples, learning_curves, *map(_of_rows, _OF_ROWS)]
