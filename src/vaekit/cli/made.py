"""What `vaekit fit` makes of a fitted estimator: the files of its run, with measures, report and pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.output import print_table
from vaekit.cli.program import INTERRUPTED, sentence
from vaekit.cli.reading import told_of_data

if TYPE_CHECKING:
    from vaekit.data.source import Source

_ROWS = {
    "test": "rows of the test part",
    "held_out": "rows that were held out",
    "train": "rows, all of them trained on: these numbers flatter the model",
}


@dataclass(frozen=True)
class Made:
    """files: name in the run -> bytes. measures: `prefix`_name -> number, where prefix says of which rows."""

    files: Mapping[str, bytes]
    measures: Mapping[str, float]
    prefix: str
    exit_code: int

    def print_ledger(self) -> None:
        """A small table to stdout: where the nats go, each number with its standard error over the rows."""
        found = {name.removeprefix(f"{self.prefix}_"): value for name, value in self.measures.items()}
        rows = int(found.pop("rows", 0))
        lines = [(f"{rows:,} {_ROWS[self.prefix]}", f"{'nats':>12}", "standard error")]
        for name, value in found.items():
            if not name.endswith("_se"):
                error = found.get(f"{name}_se")
                shown = f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
                lines.append((name, f"{shown:>12}", "" if error is None else f"{error:.2g}"))
        print_table(lines)


def make(estimator: Any, source: Source, command: str) -> Made:
    """Measure on rows that were not trained on where there are any, and make report and pictures.

    A failure or a Ctrl-C in here costs these, never the model: it is said, and `exit_code` tells.
    """
    from vaekit.estimators.files import environment, files_of
    from vaekit.run import to_json

    files = files_of(estimator, source.to_json())
    files["environment.json"] = to_json({**environment(), "command": command})
    try:
        shown, measures, prefix = _measured_and_shown(estimator, source, command)
    except (Exception, KeyboardInterrupt) as error:
        why = sentence(error) if isinstance(error, Exception) else "interrupted."
        click.echo(f"vaekit: the model is kept, but it has no measures and no report: {why}", err=True)
        return Made(files, {}, "", 1 if isinstance(error, Exception) else INTERRUPTED)
    return Made({**files, **shown, "measures.json": to_json(measures)}, measures, prefix, 0)


def _measured_and_shown(
    estimator: Any, source: Source, command: str
) -> tuple[dict[str, bytes], dict[str, float], str]:
    """(report and pictures as files of the run, measures, of which rows)."""
    from vaekit.report import report_files, rows_to_measure

    prefix, X, labels = rows_to_measure(estimator, source)
    with told_of_data():
        found = estimator.ledger(X, estimator.as_condition(labels, source.class_names))
    measures = {f"{prefix}_{name}": value for name, value in found.items() if math.isfinite(value)}
    record = source.to_json()
    shown = report_files(estimator, X, labels=labels, measures=measures, data=record, command=command)
    return shown, measures, prefix
