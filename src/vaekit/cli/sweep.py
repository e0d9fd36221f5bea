"""`vaekit sweep DATA`: one model at many betas, sizes and seeds, and the curve that they make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import Command, option, together
from vaekit.cli.output import print_json, print_table
from vaekit.cli.place import RUNS, refuse_place, write_to
from vaekit.cli.program import INTERRUPTED, typed
from vaekit.cli.reading import data_argument, how, read_data, reading_options, told_of_data
from vaekit.cli.values import Value
from vaekit.cli.wanted import OF_ESTIMATORS, Wanted, plain_name

if TYPE_CHECKING:
    from vaekit.data.source import Source

_NUMBERS = Value({"kinds": ["tuple"], "words": []})
# Those that the sweep itself sets; beta belongs to the bound 'elbo'.
_SWEPT = ("latent_dim", "bound", "random_state")
_OF_MODELS = {name: decorate for name, decorate in OF_ESTIMATORS.items() if name not in _SWEPT}
_EPILOG = """\b
FOLDER holds sweep.csv (a row a model), rate-distortion.png and sweep.json (the knee and what it suggests).

\b
Examples:
  vaekit sweep digits --latent-dim 16
  vaekit sweep mnist --beta 0.5,1,2,4 --latent-dim 8,32 --seeds 3 --out runs/betas
  vaekit sweep table.csv --labels species --recipe vamp_vae --max-epochs 50"""


@click.command(cls=Command, epilog=_EPILOG)
@data_argument
@option(
    "--beta",
    type=_NUMBERS,
    metavar="NUMBER,...",
    default="0.25,0.5,1,2,4",
    show_default=True,
    help="Weights of the KL.",
)
@option(
    "--latent-dim",
    type=_NUMBERS,
    metavar="NUMBER,...",
    default="2",
    show_default=True,
    help="Values of a code.",
)
@option(
    "--seeds",
    type=int,
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Models of each beta and latent_dim.",
)
@option("--recipe", metavar="NAME", help="A model of the literature, or several joined by '+'.")
@option("--out", metavar="FOLDER", help="The folder to write. [default: runs/DATA-sweep-1, -2, ...]")
@option("--json", "as_json", is_flag=True, help="JSON to stdout instead of a table.")
@option("-q", "--quiet", is_flag=True, help="Say nothing while fitting.")
@together(*_OF_MODELS.values())
@reading_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    data: str,
    beta: tuple[float, ...],
    latent_dim: tuple[int, ...],
    seeds: int,
    recipe: str | None,
    out: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Fit a model to DATA at many betas and find the knee.

    Every beta, latent_dim and seed is a model; those of one latent_dim train together, in one pass. Each is
    measured on a test part of DATA, else on the rows that it held out. Nothing that exists is overwritten.
    Ctrl-C stops early; the models that have begun are still compared.
    """
    options = {name: given[name] for name in _OF_MODELS if _was_typed(ctx, name)}
    if out is not None:
        refuse_place(Path(out))
    from vaekit.sweep.grid import grid

    model = Wanted(None, recipe, None, options).estimator()
    models = grid(model, beta=beta, latent_dim=latent_dim, seeds=seeds)
    source = read_data(data, how(given))
    for each in models:
        if source.image_shape is not None and "image_shape" not in options:
            each.set_params(image_shape=source.image_shape)
    if not quiet:
        for first in {each.latent_dim: each for each in reversed(models)}.values():
            first.set_params(verbose=1)  # the others would say the same
    finished = _fit(models, source)
    if not finished:
        return INTERRUPTED
    _write_and_tell(finished, source, typed(ctx), out, as_json)
    stopped = len(finished) < len(models) or any(each.interrupted_ for each in finished)
    return INTERRUPTED if stopped else 0


def _was_typed(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _fit(models: Sequence[Any], source: Source) -> list[Any]:
    """Fit in place; gives those that were fitted, all unless somebody asked to stop."""
    from vaekit.sweep import fit_many

    try:
        with told_of_data():
            fit_many(models, source.X)
    except KeyboardInterrupt:
        pass
    return [each for each in models if hasattr(each, "model_")]


def _write_and_tell(
    models: Sequence[Any], source: Source, command: str, out: str | None, as_json: bool
) -> None:
    """Compare the models, write the folder, and say on stdout where it is and what was found."""
    from vaekit.plots import RateDistortionCurve, png
    from vaekit.run import to_json
    from vaekit.sweep import RateDistortion

    with told_of_data():
        found = RateDistortion.of(models, source.X, None if source.test is None else source.test.X)
    summary = {
        "found": found.sentence(),
        "suggested": {"beta": found.suggested_beta, "latent_dim": found.suggested_latent_dim},
        "command": command,
        "data": source.to_json(),
    }
    files = {
        "sweep.csv": found.csv(),
        "sweep.json": to_json(summary),
        "rate-distortion.png": png(RateDistortionCurve.from_sweep(found).figure_),
    }
    folder = write_to(files, out, RUNS / f"{plain_name(source.name)}-sweep")
    if as_json:
        settings = [{name: _plain(value) for name, value in vars(each).items()} for each in found.settings]
        print_json({"folder": str(folder), **summary, "settings": settings})
        return
    click.echo(f"folder: {folder}\n")
    names = ("beta", "latent_dim", "rate", "distortion", "elbo", "active_units")
    rows = [[f"{getattr(each, name):.4g}" for name in names] for each in found.settings]
    print_table([[cell.rjust(12) for cell in row] for row in [[*names], *rows]])
    click.echo(f"\n{found.sentence()}")


def _plain(value: float) -> float | None:
    """A number as JSON has it: none for nan."""
    return None if math.isnan(value) else value
