"""The columns of a table as the page writes them: numbers, names with their probabilities, or times."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.data.column import NAMED_VALUES, Column
from vaekit.data.facts import STEPS
from vaekit.plots.examples import Look


def columns_for_page(estimator: Any, look: Look) -> list[dict[str, Any]]:
    """One for each value of an example, as `makeColumn` of columns.js reads it.

    {"kind": "number", "whole"}, {"kind": "names", "names"}, or {"kind": "time", "origin", "step", "zoned"}, where the
    origin is in milliseconds since 1970 and the step in milliseconds.
    """
    codec = getattr(estimator, "codec_", None)
    if codec is not None:
        return [{"name": column.name, **_column(column)} for column in codec.columns]
    whole = estimator.model_.likelihood.domain == "categories"
    return [{"name": name, "kind": "number", "whole": whole} for name in look.names]


def _column(column: Column) -> dict[str, Any]:
    if column.kind in NAMED_VALUES:
        return {"kind": "names", "names": _names(column)}
    if column.kind == "datetime":
        origin = np.datetime64(column.origin, "ms").astype(np.int64)
        step = STEPS[column.step or "nanosecond"] / STEPS["millisecond"]
        return {"kind": "time", "origin": int(origin), "step": step, "zoned": column.zone is not None}
    return {"kind": "number", "whole": False}


def _names(column: Column) -> list[str]:
    """The categories, and behind those of a categorical column its bucket: at least two, as its likelihood has."""
    names = [str(value) for value in column.categories]
    if column.kind == "categorical":
        names.append(f"one of {len(column.rare):,} rare" if column.rare else "a new one")
    return names + ["none"] * (2 - len(names))
