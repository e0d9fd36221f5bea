"""What the condition of a fitted estimator is made of: the classes it knows, or the values that rows have."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.explorer.condition import Choice, Condition
from vaekit.explorer.rows import Chosen
from vaekit.kinds import Array


def condition_of(estimator: Any, chosen: Chosen | None) -> Condition | None:
    """The condition of the rows and the choices of the page, or None for a model without one.

    The labels of the rows are the condition that they were fitted with.
    """
    width = estimator.sizes_.condition_dim
    if not width:
        return None
    rows = None if chosen is None else estimator._condition(chosen.labels, len(chosen))
    choices = tuple(_choices(estimator, chosen))
    reach = np.tile([-1.0, 1.0], (width, 1)) if rows is None else np.stack([rows.min(0), rows.max(0)], axis=1)
    rest = choices[0].c if rows is None and choices else np.zeros(width) if rows is None else rows[0]
    names = tuple(f"c{i}" for i in range(width))
    return Condition(rows, [float(value) for value in rest], choices, names, reach)


def _choices(estimator: Any, chosen: Chosen | None) -> list[Choice]:
    """One for each class that the estimator was fitted with; none where the condition is made of numbers."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return []
    found: Array = estimator._condition(np.asarray(classes), len(classes))
    names = chosen.names if chosen is not None else None
    return [
        Choice(_name(value, names), c, repr(value))
        for value, c in zip(np.asarray(classes).tolist(), found, strict=True)
    ]


def _name(value: Any, names: tuple[str, ...] | None) -> str:
    counts = isinstance(value, int) and names is not None and 0 <= value < len(names)
    return str(names[value]) if counts and names is not None else str(value)
