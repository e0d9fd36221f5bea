"""`vaekit impute RUN DATA`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.condition import condition_option, given_condition
from vaekit.cli.layout import Command, option
from vaekit.cli.output import Output, output_options
from vaekit.cli.reading import data_argument, how, load_run, reading_options, run_argument, told_of_data


@click.command(cls=Command)
@run_argument
@data_argument
@option(
    "-n",
    "tables",
    type=click.IntRange(1),
    help="Draws of the missing values: so many tables, one column more.",
)
@option(
    "--interval",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Columns more: between _low and _high a missing value lies with this probability.",
)
@condition_option
@output_options
@reading_options
def command(
    run: str,
    data: str,
    tables: int | None,
    interval: float | None,
    condition: str | None,
    out: str | None,
    force: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Fill the missing values of DATA.

    A missing value becomes its mean given the values of its row that are there; where values are
    names, the most probable one. What is there stays as it is. That a value is missing must not
    depend on the value itself (missing at random). A run may be fitted on whole rows, or on rows with
    holes by --missing mask.
    """
    output = Output(out, force, as_json)
    if tables and interval:
        raise click.UsageError("-n gives draws and --interval the ends between which they lie; choose one.")
    fitted = load_run(run)
    ask = fitted.ability("impute_interval" if interval else "impute")
    rows, source = fitted.rows_of(data, how(reading))
    given = given_condition(fitted, condition, source)
    columns = fitted.columns
    with told_of_data():
        if tables:
            drawn = ask(rows, tables, **given)
            output.write(*((drawn, columns) if output.kind == ".npy" else _numbered(drawn, columns)))
        elif interval:
            low, high = ask(rows, interval, **given)
            output.write(*_between(fitted.estimator.impute(rows, **given), low, high, columns))
        else:
            output.write(ask(rows, **given), columns)


def _numbered(drawn: Any, columns: list[str]) -> tuple[Any, list[str]]:
    """(n, rows, columns) as one table below the other, with the number of each in a column before."""
    import numpy as np

    n, rows = drawn.shape[:2]
    number = np.repeat(np.arange(1, n + 1), rows)
    return np.column_stack((number, drawn.reshape(n * rows, -1))), ["table", *columns]


def _between(filled: Any, low: Any, high: Any, columns: list[str]) -> tuple[Any, list[str]]:
    """Each column with its two ends behind it."""
    import numpy as np

    flat = [part.reshape(len(part), -1) for part in (filled, low, high)]
    names = [name + end for name in columns for end in ("", "_low", "_high")]
    return np.stack(flat, 2).reshape(len(filled), -1), names
