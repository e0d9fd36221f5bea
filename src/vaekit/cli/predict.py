"""`vaekit predict RUN DATA`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import Output, output_options, safe_cell
from vaekit.cli.reading import data_argument, how, load_run, reading_options, run_argument, told_of_data


@click.command(cls=Command)
@run_argument
@data_argument
@option(
    "--probabilities", is_flag=True, help="The probability of every class instead of the most probable one."
)
@output_options
@reading_options
def command(
    run: str, data: str, probabilities: bool, out: str | None, force: bool, as_json: bool, **reading: Any
) -> None:
    """Say the class of each row of DATA, or its cluster.

    A semi-supervised model has classes, a cluster-aae clusters; other models have neither.
    """
    output = Output(out, force, as_json)
    fitted = load_run(run)
    predict = fitted.ability("predict_proba" if probabilities else "predict")
    rows = fitted.rows(data, how(reading))
    with told_of_data():
        found = predict(rows)
    if probabilities:
        output.write(found, [str(label) for label in fitted.estimator.classes_])
        return
    texts = found.dtype.kind in "OU" and output.kind == ".csv"
    output.write(_safe(found) if texts else found, ["class"])


def _safe(labels: Any) -> Any:
    """Texts that no spreadsheet takes for a formula."""
    import numpy as np

    return np.array([safe_cell(str(label)) for label in labels])
