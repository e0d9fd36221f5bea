"""`vaekit compare RUN RUN ...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import Command, option
from vaekit.cli.output import number, print_json, print_table, print_wrapped, refuse_file
from vaekit.cli.reading import how, load_run, read_again, read_like, reading_options, told_of_data
from vaekit.cli.seeds import LIKENESS, tell_likeness
from vaekit.errors import DataError

if TYPE_CHECKING:
    from vaekit.cli.reading import Run
    from vaekit.data.source import Source
    from vaekit.gate import Compared

_TOLD = {
    "log_p": "log p(x), nats a row, higher is better",
    "elbo": "the bound on it, nats a row, higher is better",
    "reconstruction": "unknown of a row when its code is known, nats, lower is better",
    "kl": "what a code tells, nats a row",
    "squared_error": "squared error of rebuilt rows, lower is better",
    "active_units": "numbers of a code that tell something",
    "latent_dim": "numbers of a code",
    "effective_beta": "weight of the KL",
    "epochs": "epochs",
}


@click.command(cls=Command)
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN ...")
@option("--data", metavar="DATA", help="Where the data are now, or other data to compare on.")
@option("--json", "as_json", is_flag=True, help="JSON instead of words.")
@option("--html", metavar="FILE.html", help="Also one page with numbers, settings and pictures side by side.")
@option("--force", is_flag=True, help="Replace FILE.html when it is there.")
@reading_options
def command(
    runs: tuple[str, ...],
    data: str | None,
    as_json: bool,
    html: str | None,
    force: bool,
    **reading: Any,
) -> None:
    """Put the same numbers of several runs side by side.

    All are measured on the same rows, which none of them was trained on. Runs that do not compare, on other data, in
    other units, or with a condition and without, are refused. For runs that differ by their seed the last lines say
    whether they found the same codes.
    """
    if len(runs) < 2:
        raise click.UsageError("one run has nothing beside it; name two or more, or use 'vaekit measure'.")
    if html is not None:
        _refuse_page(Path(html), force)
    fitted = [load_run(run) for run in runs]
    record = _same_data(fitted)
    source = read_again(record) if data is None else read_like(record, data, how(reading))
    same = record is None or source.sha256 == record["sha256"]
    from vaekit.gate import compare

    with told_of_data():
        found = compare(runs, [each.estimator for each in fitted], source, fitted_on=same)
        if html is not None:
            _write_page(Path(html), found, fitted, source, same)
    if as_json:
        print_json(found.to_json())
        return
    _tell(found)


def _refuse_page(path: Path, force: bool) -> None:
    """UsageError for a file that is no page, OutputExists for one that is there."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"'{path}' is no .html; the page is written as one.")
    refuse_file(path, force)


def _write_page(path: Path, found: Compared, fitted: list[Run], source: Source, same: bool) -> None:
    """One page about the runs; where it is goes to stderr."""
    from vaekit.gate import rows_for_all
    from vaekit.report import Side, make_comparison
    from vaekit.run import from_json, read_plain, write_file

    estimators = [each.estimator for each in fitted]
    X, labels, _ = rows_for_all(estimators, source, same)
    sides = []
    for name, run, numbers in zip(found.names, fitted, found.numbers, strict=True):
        environment = from_json(read_plain(run.path / "environment.json"), "environment.json")
        sides.append(Side(name, run.estimator, numbers, environment.get("command") or ""))
    page = make_comparison(
        sides,
        X,
        labels,
        rows=found.rows,
        told=_TOLD,
        stability=[(LIKENESS[key], each) for key, each in found.stability.items()],
        data=source.to_json(),
    )
    write_file(path, page.encode())
    click.echo(f"page: {path}", err=True)


def _same_data(fitted: list[Run]) -> Any:
    """The record of the data that all runs were fitted on; DataError where they differ."""
    records = [each.data["source"] for each in fitted]
    first = records[0]
    for run, record in zip(fitted[1:], records[1:], strict=True):
        if (record or {}).get("sha256") != (first or {}).get("sha256"):
            named = [(each or {}).get("name") or "data given in Python" for each in (first, record)]
            raise DataError(
                f"'{fitted[0].path}' was fitted on '{named[0]}' and '{run.path}' on '{named[1]}', whose content is not "
                "the same; numbers of other data do not compare. Compare runs on one set of data."
            )
    return first


def _tell(found: Compared) -> None:
    print_wrapped(f"On {found.rows}; a number after ± is its standard error.", "")
    click.echo()
    keys = [key for key in _TOLD if any(key in numbers for numbers in found.numbers)]
    rows = [["", *found.names]]
    for key in keys:
        cells = [
            number(numbers[key].value, numbers[key].standard_error) if key in numbers else "-"
            for numbers in found.numbers
        ]
        rows.append([_TOLD[key], *cells])
    print_table(rows)
    for name, numbers in zip(found.names, found.numbers, strict=True):
        if "log_p" in numbers and numbers["log_p"].reason:
            print_wrapped(f"({name}, log p(x): {numbers['log_p'].reason})", "")
    click.echo("\nAre the codes the same?")
    tell_likeness(found.stability)
