"""`vaekit decode RUN CODES`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.layout import Command
from vaekit.cli.output import Output, output_options
from vaekit.cli.reading import how, load_run, read_data, reading_options, run_argument, told_of_data


@click.command(cls=Command)
@run_argument
@click.argument("codes")
@output_options
@reading_options
def command(run: str, codes: str, out: str | None, force: bool, as_json: bool, **reading: Any) -> None:
    """Turn codes into examples.

    CODES is a file as `vaekit encode` writes it; an example is the mean of p(x | z).
    A FILE.png is a picture of them side by side.
    """
    output = Output(out, force, as_json, pictures=True)
    fitted = load_run(run)
    z = read_data(codes, how(reading)).X
    with told_of_data():
        examples = fitted.estimator.inverse_transform(z)
    output.write_examples(fitted.estimator, examples, fitted.columns)
