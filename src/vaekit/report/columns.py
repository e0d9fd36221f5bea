"""The columns of a table as a report lists them: what each is, its values, and how many are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.kinds import Array
from vaekit.plots.columns import written
from vaekit.plots.examples import Look, seen
from vaekit.report.measures import minus

MOST_COLUMNS = 40


@dataclass(frozen=True)
class ColumnLine:
    """A column in words. likelihood: "" where all columns share one."""

    name: str
    kind: str
    values: str
    missing: str
    likelihood: str


def columns_of(estimator: Any, X: Any) -> list[ColumnLine]:
    """The first 40 columns of a table, [] for pictures.

    X: the rows whose values are told where there is no schema.
    """
    look = Look.of(estimator)
    if look.picture is not None:
        return []
    schema = getattr(estimator, "schema_", None)
    if schema is not None:
        return [
            ColumnLine(
                column.name,
                column.kind,
                column.values_told(),
                _share(column.missing / schema.rows if schema.rows else 0.0),
                str(column.likelihood or "not modelled"),
            )
            for column in list(schema)[:MOST_COLUMNS]
        ]
    values = seen(estimator, X)
    values = values.reshape(len(values), -1)[:, :MOST_COLUMNS]
    return [
        ColumnLine(name, "numbers", _told(column), _share(float(np.isnan(column).mean())), "")
        for name, column in zip(look.names, values.T, strict=False)
    ]


def _told(values: Array) -> str:
    """'13.0 ± 0.8, from 11.0 to 14.8': mean, standard deviation and range of the known values."""
    known = values[~np.isnan(values)]
    if not len(known):
        return "nothing"
    mean, spread, low, high = (
        written(None, float(x)) for x in (known.mean(), known.std(), known.min(), known.max())
    )
    return minus(f"{low} to {high}, on average {mean}, standard deviation {spread}")


def _share(share: float) -> str:
    return f"{share:.1%}" if share else "none"
