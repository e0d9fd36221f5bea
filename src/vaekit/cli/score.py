"""`vaekit score RUN DATA`."""

from __future__ import annotations

import math
from typing import Any

import click

from vaekit.cli.condition import condition_option, given_condition
from vaekit.cli.layout import Command
from vaekit.cli.output import Output, output_options
from vaekit.cli.reading import data_argument, how, load_run, reading_options, run_argument, told_of_data


@click.command(cls=Command)
@run_argument
@data_argument
@condition_option
@output_options
@reading_options
def command(
    run: str,
    data: str,
    condition: str | None,
    out: str | None,
    force: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Score each row of DATA, in nats.

    An outlier model gives a score, a label (1: usual, -1: outlier) and a p_value: how probable a score as low is
    for a usual row. Of others the column log_p is the model's bound on log p(x) in the units of DATA: the larger,
    the less strange the row. An autoencoder has none and gives its reconstruction_error: the larger, the
    stranger. The mean goes to stderr.
    """
    output = Output(out, force, as_json)
    fitted = load_run(run)
    column, score = "log_p", "score_samples"
    if not hasattr(fitted.estimator, score) and hasattr(fitted.estimator, "reconstruction_error"):
        column = score = "reconstruction_error"
    ask = fitted.ability(score)
    rows, source = fitted.rows_of(data, how(reading))
    given = given_condition(fitted, condition, source)
    with told_of_data():
        scores = ask(rows, **given)
        verdicts = _verdicts(fitted.estimator, rows)
    if verdicts:
        column = "score"
    output.write(_table(scores, verdicts, output.kind), [column, *verdicts])
    error = f", standard error {scores.std(ddof=1) / math.sqrt(len(scores)):.2g}" if len(scores) > 1 else ""
    click.echo(f"mean {column}: {scores.mean():.2f} nats{error}, {len(scores):,} rows", err=True)


def _verdicts(estimator: Any, rows: Any) -> dict[str, Any]:
    """What an outlier detector says beside scores: column -> (n,) values."""
    if not hasattr(estimator, "p_values"):
        return {}
    found = {"label": estimator.predict(rows)}
    return found | ({"p_value": estimator.p_values(rows)} if len(estimator.calibration_) else {})


def _table(scores: Any, verdicts: dict[str, Any], kind: str) -> Any:
    """(n, columns); labels stay whole numbers where a file may hold both kinds."""
    import numpy as np

    columns = [scores, *verdicts.values()]
    return np.column_stack(columns if kind == ".npy" else [column.astype(object) for column in columns])
