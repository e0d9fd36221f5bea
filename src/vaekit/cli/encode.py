"""`vaekit encode RUN DATA`."""

from __future__ import annotations

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
    """Turn DATA into codes.

    A code is the mean of q(z | x).
    """
    output = Output(out, force, as_json)
    fitted = load_run(run)
    rows, source = fitted.rows_of(data, how(reading))
    given = given_condition(fitted, condition, source)
    with told_of_data():
        codes = fitted.estimator.transform(rows, **given)
    output.write(codes, [f"z{at}" for at in range(codes.shape[1])])
