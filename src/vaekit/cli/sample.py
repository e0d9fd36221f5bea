"""`vaekit sample RUN`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.condition import condition_option, given_condition
from vaekit.cli.given import given_options, known_values, said_in_lines
from vaekit.cli.layout import Command, option
from vaekit.cli.output import Output, output_options
from vaekit.cli.reading import load_run, run_argument


@click.command(cls=Command)
@run_argument
@option("-n", "count", type=click.IntRange(1), default=16, show_default=True, help="How many.")
@condition_option
@given_options
@option("--mean", is_flag=True, help="The mean of p(x | z) instead of a draw from it.")
@option("--random-state", type=click.IntRange(0), help="A seed: the same samples again.")
@output_options
def command(
    run: str,
    count: int,
    condition: str | None,
    given: tuple[str, ...],
    given_row: str | None,
    method: str,
    mean: bool,
    random_state: int | None,
    **where: Any,
) -> None:
    """Draw new examples from a fitted model.

    With -c they are of one class, for a model that has a condition.
    With --given they have these values, and the others as the model finds them likely beside them; how that was
    done goes to stderr.
    A FILE.png is a picture of them side by side, which shows means.
    """
    output = Output(**where, pictures=True)
    fitted = load_run(run)
    draw = fitted.ability("sample")
    known = known_values(fitted, given, given_row)
    options = given_condition(fitted, condition, None)
    if known is not None or method != "auto":
        options |= {"given": known, "method": method}
    with said_in_lines():
        examples = draw(count, random_state=random_state, mean=mean or output.is_picture, **options)
    output.write_examples(fitted.estimator, examples, fitted.example_columns)
    if known is not None:
        click.echo(fitted.estimator.given_report_.sentence, err=True)
    if output.is_picture:
        click.echo(f"'{output.path}' shows means of p(x | z), not draws from it.", err=True)
