"""`vaekit measure RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import number, print_json, print_red, print_table, print_wrapped
from vaekit.cli.reading import (
    how,
    load_run,
    read_again,
    read_like,
    reading_options,
    run_argument,
    told_of_data,
)
from vaekit.cli.seeds import tell_seeds

if TYPE_CHECKING:
    from vaekit.gate import Answer, Beside, Judgement
    from vaekit.gate.ledger_words import LedgerLine


@click.command(cls=Command)
@run_argument
@option("--data", metavar="DATA", help="Where the data are now, or other data to measure on.")
@option(
    "--seeds",
    type=click.IntRange(2),
    metavar="N",
    help="Fit the same model from N seeds too, and say what stays the same.",
)
@option("--json", "as_json", is_flag=True, help="JSON instead of words.")
@reading_options
def command(run: str, data: str | None, seeds: int | None, as_json: bool, **reading: Any) -> None:
    """Say what a model is worth, beside simple methods on the same rows.

    The rows are those of a test part, else those that were held out of the fit. Where the model does not beat a
    simple method, the line says so; on a terminal it is red. With --seeds every number gets an interval over seeds,
    and the codes are compared; that takes as long as so many fits.
    """
    fitted = load_run(run)
    record = fitted.data["source"]
    source = read_again(record) if data is None else read_like(record, data, how(reading))
    same = record is None or source.sha256 == record["sha256"]
    from vaekit.gate import judge, over_seeds

    with told_of_data():
        found = judge(fitted.estimator, source, fitted_on=same)
        stability = None if seeds is None else over_seeds(fitted.estimator, source, seeds, say=_say)
    if as_json:
        told = {"run": str(fitted.path), **found.to_json()}
        print_json(told if stability is None else {**told, "stability": stability.to_json()})
        return
    _tell(str(fitted.path), fitted.estimator, found)
    if stability is not None:
        tell_seeds(stability)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _tell(run: str, estimator: Any, found: Judgement) -> None:
    size = estimator.spec_.latent_dim
    click.echo(f"{run}, {type(estimator).__name__}")
    print_wrapped(
        f"It writes each row of the data as {size} number{'s' * (size != 1)}, its code, and rebuilds rows from codes. "
        f"What follows was measured on {found.rows_told}.",
        "",
    )
    if found.trained_on:
        print_wrapped("No row was held out of the fit, so these numbers flatter it.", "")
    print_wrapped(
        "Read 25.0 ± 1.2 as: 25.0 on these rows; on other rows of the same kind it would lie between 23.8 and 26.2 "
        "about two times in three.",
        "",
    )
    _tell_short(found)
    _tell_costs(estimator, found)
    click.echo("\n3. Beside simple methods, on the same rows")
    _tell_methods(found)
    for answer in found.answers:
        if answer.ours is not None:
            _tell_answer(answer)


def _tell_short(found: Judgement) -> None:
    click.echo("\n1. In short\n")
    asked = sum(len(answer.beside) for answer in found.answers)
    won = asked - len(found.not_beaten)
    click.echo(f"  In {won} of {asked} comparisons this model is better than the simple method.")
    for answer in found.answers:
        if answer.not_beaten:
            print_red(f"  {answer.question} Not better than: {'; '.join(answer.not_beaten)}.")
    skipped = [f"{answer.name} ({answer.skipped})" for answer in found.answers if answer.skipped]
    if skipped:
        print_wrapped(f"Not asked: {'; '.join(skipped)}.", "  ")
    print_wrapped("'vaekit doctor RUN' says whether something is wrong with the model itself.", "  ")


def _tell_costs(estimator: Any, found: Judgement) -> None:
    click.echo("\n2. What a row costs\n")
    print_wrapped(
        "The code of a row is like a short message from which the row is rebuilt; what it leaves open must be said as "
        "well. Both costs are counted in nats: the answer to one question of yes or no costs 0.69.",
        "  ",
    )
    if estimator.treatment_.measure == "density":
        print_wrapped(
            "The values of these rows are measured, not counted, and measured values have no smallest step. So costs "
            "depend on the units of the data and may fall below 0; only differences between models of the same data "
            "say something.",
            "  ",
        )
    for line in found.ledger:
        click.echo(f"\n  {line.title:<27}{_written(line)}")
        print_wrapped(line.meaning, " " * 4)


_METHODS = {
    "PCA": "the straight directions in which rows differ most",
    "mixture of normal densities": "some round clouds laid over the rows",
    "one normal law": "one cloud laid over the rows",
    "drawn by itself": "each column alone, as if it had nothing to do with the others",
    "untrained": "what the shape of the network gives before it has learned anything",
    "the mean row": "the same guess for every row",
    "all values of the row": "no model, the row itself",
    "regressions": "each column guessed from the others by a straight line",
    "isolation forest": "how few random cuts part a row from the others",
}


def _tell_methods(found: Judgement) -> None:
    """What the simple methods are that stand in this answer."""
    named = {each.name for answer in found.answers for each in answer.beside}
    shown = [
        (f"  {method}", told) for method, told in _METHODS.items() if any(method in name for name in named)
    ]
    if shown:
        click.echo()
        print_table(shown)


def _written(line: LedgerLine) -> str:
    unit = f" {line.unit}" if line.unit else ""
    return f"{number(line.value, line.error)}{unit}"


def _tell_answer(answer: Answer) -> None:
    assert answer.ours is not None
    unit = f", {answer.ours.unit}" if answer.ours.unit else ""
    click.echo(f"\n  {answer.question}")
    print_wrapped(f"{answer.ours.name}{unit}; {answer.better} is better", " " * 4)
    width = max(len(name) for name in ["this model", *(each.name for each in answer.beside)])
    click.echo(f"    {'this model':<{width}}  {number(answer.ours.value, answer.ours.standard_error)}")
    for each in answer.beside:
        line = f"    {each.name:<{width}}  {number(each.value, each.standard_error):<18}  {_standing(each)}"
        (click.echo if each.standing == "better" else print_red)(line)
    for note in answer.notes:
        print_wrapped(f"({note})", " " * 4)
    if answer.not_beaten and answer.remedy:
        print_wrapped(answer.remedy, " " * 4)


def _standing(each: Beside) -> str:
    lead = number(abs(each.lead), each.lead_error)
    return {
        "better": f"this model is better, by {lead}",
        "worse": f"this model is WORSE, by {lead}",
        "not told apart": "these rows cannot tell which is better",
    }[each.standing]
