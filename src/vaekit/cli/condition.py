"""The condition of rows on a command line: -c for all of them, or the labels of DATA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import option
from vaekit.errors import DataError

if TYPE_CHECKING:
    from vaekit.cli.reading import Run
    from vaekit.data.source import Source

condition_option = option(
    "-c",
    "condition",
    metavar="CLASS",
    help="What the model is conditioned on: a class or number, VALUE,VALUE for several columns.",
)


def given_condition(fitted: Run, typed: str | None, source: Source | None) -> dict[str, Any]:
    """{"c": ...} as the methods of the run's model take it, or {} for a model that needs none.

    typed: what -c said; else the labels of source, the data, are the condition. Without a source there are no rows.
    Raises UsageError for a -c that nothing reads, DataError without a condition.
    """
    estimator = fitted.estimator
    learned = getattr(estimator, "condition_", None)
    within = source is not None and getattr(estimator, "condition_columns_", None) is not None
    if learned is None or within:
        if typed is not None:
            why = "takes its condition from columns of DATA" if within else "was fitted without a condition"
            raise click.UsageError(f"'{fitted.path}' {why}, so there is no -c; leave it out.")
        return {}
    if typed is not None:
        return {"c": learned.read(typed)}
    labels = None if source is None else estimator.as_condition(source.y, source.class_names)
    if labels is None and learned.unlabelled:
        return {}
    if labels is None:
        cure = "" if source is None else ", or name the labels of DATA with --labels COLUMN or FILE"
        raise DataError(f"'{fitted.path}' has a condition; give one with -c{cure}: {learned.told()}.")
    return {"c": labels}
