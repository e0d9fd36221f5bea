"""`vaekit fit DATA`: read, fit, measure, and write all of it as one folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import Command, option, together
from vaekit.cli.made import Made, make
from vaekit.cli.models import OF_TABLES
from vaekit.cli.options import table
from vaekit.cli.output import print_json
from vaekit.cli.place import RUNS, refuse_place, write_to
from vaekit.cli.program import INTERRUPTED, typed
from vaekit.cli.reading import (
    as_numbers,
    data_argument,
    how,
    is_table,
    labels_of,
    read_data,
    reading_options,
    told_of_data,
)
from vaekit.cli.wanted import OF_ESTIMATORS, OF_RECIPES, Wanted, plain_name
from vaekit.errors import DataError, DivergedError

if TYPE_CHECKING:
    from vaekit.data.source import Source
    from vaekit.estimators.published import Published

_EPILOG = """\b
PART is a name, or NAME:OPTION=VALUE,OPTION=VALUE:
  vaekit fit digits --prior mixture:components=20 --network mlp:hidden=400,200
`vaekit list parts` has all parts with their options.

\b
Other examples:
  vaekit fit mnist --preset tf2-tutorial --out runs/tutorial
  vaekit fit people.csv --drop name --schema schema.json
  vaekit fit table.csv --labels species --recipe vamp_vae+beta_vae --beta 2
  vaekit fit digits --likelihood gaussian:scale=0.1 --patience none --max-epochs 50"""


@click.command(cls=Command, epilog=_EPILOG)
@data_argument
@option("--model", type=click.Choice(list(table()["estimators"])), help="The estimator. [default: vae]")
@option("--recipe", metavar="NAME", help="A model of the literature, or several joined by '+'.")
@option("--preset", metavar="NAME", help="A model of the literature with its data treatment and schedule.")
@option("--out", metavar="RUN", help="The run folder to write. [default: runs/DATA-MODEL-1, -2, ...]")
@option("--max-time", metavar="SPAN", help="End after this time at the best weights: 30s, 9min, 2h.")
@option(
    "--checkpoint",
    metavar="FILE",
    help="Write the state of the training here each minute; the same command goes on from it.",
)
@option(
    "--labelled", type=click.IntRange(1), metavar="N", help="Keep N labels, as many of each class as can be."
)
@option(
    "--labels-as",
    type=click.Choice(["prior", "decoder"]),
    help="What an aae does with labels: a place in the prior each, or read by the decoder. [default: nothing]",
)
@option(
    "--live",
    is_flag=True,
    help="Write RUN while it trains, for `vaekit explore RUN --live`; wants --out.",
)
@option("--force", is_flag=True, help="Replace the run that is there.")
@option("--json", "as_json", is_flag=True, help="JSON to stdout instead of a table.")
@option("-q", "--quiet", is_flag=True, help="Say nothing while fitting.")
@option("-v", "--verbose", "loud", is_flag=True, help="Say a line an epoch.")
@together(*OF_ESTIMATORS.values())
@together(*OF_RECIPES.values())
@reading_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    data: str,
    model: str | None,
    recipe: str | None,
    preset: str | None,
    out: str | None,
    max_time: str | None,
    checkpoint: str | None,
    labelled: int | None,
    labels_as: str | None,
    live: bool,
    force: bool,
    as_json: bool,
    quiet: bool,
    loud: bool,
    **given: Any,
) -> int:
    """Fit a model to DATA and write a run folder.

    DATA is digits, mnist, sprites, a file (.npy, .npz, .csv, .parquet, IDX), or a folder of images or
    shards. A table with words or missing cells takes --model tabular by itself. The folder holds the
    model, its measures and a report with pictures; nothing that exists is overwritten. Ctrl-C stops
    early and keeps the model.
    """
    if max_time is not None:
        _refuse_span(max_time)
    wanted = Wanted(model, recipe, preset, {name: given[name] for name in given if _was_typed(ctx, name)})
    if live and out is None:
        raise click.UsageError("--live wants a run to write: give --out RUN.")
    if out is not None:
        refuse_place(Path(out), force)
    wanted, source = _chosen(wanted, data, how(given), quiet)
    estimator = wanted.estimator()
    if labels_as is not None:
        _use_labels(estimator, labels_as)
    source = read_data(data, how(given)) if source is None else source
    _refuse_no_labels(estimator, source)
    estimator.set_params(verbose=0 if quiet else 1 + loud)
    if source.image_shape is not None and "image_shape" not in wanted.options:
        estimator.set_params(image_shape=source.image_shape)
    published = _publish(estimator, source, out, force) if live and out is not None else None
    diverged = _fit(estimator, source, max_time, labelled, checkpoint)
    if published is not None:
        force = force or published.owns_place
        if published.trouble is not None:
            click.echo(published.trouble, err=True)
    made = make(estimator, source, typed(ctx))
    run = write_to(made.files, out, RUNS / f"{plain_name(source.name)}-{wanted.name}", force)
    _tell(run, estimator, made, as_json)
    if diverged is not None:
        raise diverged
    return INTERRUPTED if estimator.interrupted_ else made.exit_code


def _chosen(wanted: Wanted, data: str, reading: dict[str, Any], quiet: bool) -> tuple[Wanted, Source | None]:
    """The model for DATA and, where they had to be looked at, DATA: a table with words or holes in it takes the model
    of tables unless another was asked for."""
    if not is_table(data) or not (wanted.model == OF_TABLES or wanted.may_be_tabular):
        return wanted, None
    source = read_data(data, {**reading, **_columns_of_schema(wanted, reading), "words": True})
    if source.found and not quiet:
        click.echo(f"'{source.name}': {source.found}.", err=True)
    if wanted.model == OF_TABLES:
        return wanted, source
    why = _why_tabular(source.X, wanted)
    if why is None and not quiet:
        _tell_of_names(source.X)
    if why is None:  # a parquet file has types of its own, and is read again by them
        return wanted, as_numbers(source, reading) if source.X.kind == "frame" else None
    click.echo(f"model: {OF_TABLES}, since {why}.", err=True)
    return replace(wanted, model=OF_TABLES), source


def _columns_of_schema(wanted: Wanted, reading: dict[str, Any]) -> dict[str, Any]:
    """Which columns a schema keeps: those that it has."""
    from vaekit.estimators.table import schema_of

    schema = schema_of(wanted.options.get("schema"))
    return {} if schema is None or "only" in reading else {"only": tuple(schema.names)}


def _why_tabular(frame: Any, wanted: Wanted) -> str | None:
    """What in a table only the model of tables takes, or None."""
    if "schema" in wanted.options:
        return "there is a schema"
    columns = frame.columns.items()
    words = [name for name, cells in columns if cells.form in ("text", "time")]
    if words:
        return f"these columns are not numbers: {', '.join(words[:6])}{', ...' if len(words) > 6 else ''}"
    holes = [name for name, cells in columns if cells.missing.any()]
    if holes and "missing" not in wanted.options:
        return f"these columns have missing cells: {', '.join(holes[:6])}{', ...' if len(holes) > 6 else ''}"
    return None


def _tell_of_names(frame: Any) -> None:
    """That some columns of a table of numbers seem to be names, which a model of numbers takes for amounts."""
    from vaekit.data.column import NAMED_VALUES
    from vaekit.data.schema import WIDE, Schema

    if len(frame.columns) > WIDE:
        return
    names = [column.name for column in Schema.infer(frame) if column.kind in NAMED_VALUES]
    if 0 < len(names) <= len(frame.columns) / 2:
        click.echo(
            f"all columns are taken as amounts, and {', '.join(names[:6])}{', ...' if len(names) > 6 else ''} "
            f"look{'s' if len(names) == 1 else ''} like names; --model tabular keeps them so.",
            err=True,
        )


def _was_typed(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _refuse_span(max_time: str) -> None:
    """SpecError for a span that cannot be read, before any data are."""
    from vaekit.train.timebox import seconds_of

    seconds_of(max_time)


def _refuse_no_labels(estimator: Any, source: Source) -> None:
    """DataError for data without the labels that the model learns from."""
    if source.y is None and estimator.__sklearn_tags__().target_tags.required:
        raise DataError(
            f"{type(estimator).__name__} learns from labels and '{source.name}' has none; name them with --labels "
            "COLUMN or --labels FILE."
        )


def _use_labels(estimator: Any, role: str) -> None:
    """Set what an AAE does with labels; UsageError for another model."""
    if "labels" not in estimator.get_params():
        raise click.UsageError("--labels-as is for --model aae; leave it out.")
    estimator.set_params(labels=role)


def _fit(
    estimator: Any, source: Source, max_time: str | None, labelled: int | None, checkpoint: str | None
) -> DivergedError | None:
    """Fit in place; gives the error of a fit that diverged and kept its last good weights."""
    import numpy as np

    from vaekit.data.labels import kept_labels

    y = labels_of(source)
    if labelled is not None:
        if y is None:
            raise DataError(
                f"'{source.name}' has no labels of which {labelled} could be kept; give --labels."
            )
        y = kept_labels(y, labelled, np.random.default_rng(estimator.random_state or 0))
    diverged = None
    try:
        with told_of_data():
            estimator.fit(source.X, y, max_time=max_time, checkpoint=checkpoint)
    except DivergedError as error:
        diverged = error
    _name_columns(estimator, source)
    return diverged


def _name_columns(estimator: Any, source: Source) -> None:
    """The columns of a file keep their names, though the fit read an array."""
    import numpy as np

    if source.feature_names is not None:
        estimator.feature_names_in_ = np.array(source.feature_names, dtype=object)


def _publish(estimator: Any, source: Source, out: str, force: bool) -> Published:
    """Let the fit write its run as it goes."""
    from vaekit.estimators.files import files_of
    from vaekit.estimators.published import Published

    def files(now: Any) -> dict[str, bytes]:
        _name_columns(now, source)
        return files_of(now, source.to_json())

    published = Published(out, files, force)
    estimator.set_params(callbacks=(*estimator.callbacks, published))
    return published


def _tell(run: Path, estimator: Any, made: Made, as_json: bool) -> None:
    """Where the run is, and its ledger, to stdout."""
    report = str(run / "report.html") if "report.html" in made.files else None
    if as_json:
        print_json(
            {
                "run": str(run),
                "report": report,
                "epochs": estimator.n_iter_,
                "best_epoch": estimator.best_epoch_,
                "interrupted": estimator.interrupted_,
                "diverged": estimator.diverged_,
                "log": estimator.log_,
                "measures": dict(made.measures),
            }
        )
        return
    click.echo(f"run: {run}")
    if report is not None:
        click.echo(f"report: {report}")
    if made.measures:
        click.echo()
        made.print_ledger()
