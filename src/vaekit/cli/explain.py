"""`vaekit explain RUN DATA`."""

from __future__ import annotations

from typing import Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import Output, output_options, print_json
from vaekit.cli.reading import data_argument, how, load_run, reading_options, run_argument, told_of_data
from vaekit.errors import DataError, SpecError


@click.command(cls=Command)
@run_argument
@data_argument
@option("--row", type=click.IntRange(0), metavar="N", help="One row in words, counted from 0.")
@option("--top", type=click.IntRange(1), default=5, help="How many values to name.", show_default=True)
@output_options
@reading_options
def command(
    run: str,
    data: str,
    row: int | None,
    top: int,
    out: str | None,
    force: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Say which values make a row strange.

    RUN is an outlier model (vaekit fit --model outlier). With --row the values that count most, in words: what
    each is, what it usually is where the others are as in this row, and by how many nats it is stranger than
    usual. Without it the nats of every value of DATA; a row sums to what its score lacks of the usual score,
    with its code, the last column.
    """
    if row is not None and out is not None:
        raise click.UsageError("--row is told in words to stdout; leave out -o, or --row.")
    output = Output(out, force, as_json)
    fitted = load_run(run)
    if not hasattr(fitted.estimator, "explain"):
        raise SpecError(
            f"'{run}' is a {type(fitted.estimator).__name__}, which explains no rows; use a run of vaekit fit "
            "--model outlier."
        )
    rows = fitted.rows(data, how(reading))
    if row is not None:
        if row >= len(rows):
            raise DataError(f"'{data}' has no row {row}; it has {len(rows):,}, counted from 0.")
        with told_of_data():
            told = _told(fitted.estimator, rows[row : row + 1], fitted.columns, top)
        if as_json:
            print_json({"row": row, **told})
        else:
            _say(row, told)
        return
    import numpy as np

    with told_of_data():
        nats, of_code = fitted.estimator.explain(rows, with_code=True)
    output.write(np.column_stack([nats.reshape(len(nats), -1), of_code]), [*fitted.columns, "code"])


def _told(estimator: Any, X: Any, columns: list[str], top: int) -> dict[str, Any]:
    """What is said of one row, as plain data."""
    import numpy as np

    nats, of_code = estimator.explain(X, with_code=True)
    nats, values = nats.reshape(-1), np.asarray(X, float).reshape(-1)
    most = np.argsort(-nats, kind="stable")[:top]
    usual = estimator.usual(X, columns=most)[0]
    found = {
        "score": float(estimator.score_samples(X)[0]),
        "outlier": bool(estimator.predict(X)[0] == -1),
        "nats": float(nats.sum() + of_code[0]),
        "nats_of_code": float(of_code[0]),
        "values": [
            {
                "column": columns[at],
                "value": float(values[at]),
                "usual": float(mean),
                "nats": float(nats[at]),
            }
            for at, mean in zip(most, usual, strict=True)
        ],
    }
    return found | ({"p_value": float(estimator.p_values(X)[0])} if len(estimator.calibration_) else {})


def _say(row: int, told: dict[str, Any]) -> None:
    """The same in words."""
    verdict = "an outlier" if told["outlier"] else "no outlier"
    p_value = f", p-value {told['p_value']:.3g}" if "p_value" in told else ""
    click.echo(
        f"row {row} is {verdict}{p_value}: {_strangeness(told['nats'])} as a whole (score {told['score']:.2f})."
    )
    for of in told["values"]:
        click.echo(
            f"  {of['column']} is {of['value']:.4g}; with the other values of this row it is usually "
            f"{of['usual']:.4g}: {_strangeness(of['nats'])}."
        )
    click.echo(f"  How far the row lies from the others in its code: {_strangeness(told['nats_of_code'])}.")


def _strangeness(nats: float) -> str:
    """In words: 3.21 nats stranger than usual."""
    return f"{abs(nats):.2f} nats {'stranger' if nats >= 0 else 'less strange'} than usual"
