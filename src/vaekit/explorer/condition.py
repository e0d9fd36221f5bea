"""The condition of a model as the page offers it: classes as buttons, real numbers as sliders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.errors import SpecError
from vaekit.explorer.rows import Chosen
from vaekit.kinds import Array


@dataclass(frozen=True)
class Condition:
    """rows: the condition of the rows at hand as the model reads it, (n, C), or None; rest: the one shown first, (C,).

    controls: what a person sets, one for each column of the condition, as explorer.js reads them: {"kind": "classes",
    "at", "names", "codes"} sets the numbers from `at` on, one a class, and {"kind": "number", "at", "low", "high",
    "mean", "scale"} the number at `at`, measured from the mean in the scale. "codes" are classes as Python writes them.
    """

    rows: Array | None
    rest: list[float]
    controls: list[dict[str, Any]]

    @property
    def choices(self) -> list[list[float]]:
        """The conditions that pictures are computed beforehand for: each class where that is all, else the first."""
        only = self.controls[0]
        if len(self.controls) > 1 or only["kind"] != "classes":
            return [self.rest]
        return [list(row) for row in np.eye(len(only["names"])).tolist()]


def condition_of(estimator: Any, chosen: Chosen | None) -> Condition | None:
    """The condition of the rows and what the page offers, or None for a model without one.

    The labels of the rows are the condition that they were fitted with.
    """
    width = estimator.sizes_.condition_dim
    if not width:
        return None
    rows = None if chosen is None else _conditions_of(estimator, chosen)
    controls = list(_controls(estimator, chosen, rows))
    if not controls:
        raise SpecError(
            f"the condition of this {type(estimator).__name__} is made of neither classes nor columns that the "
            "explorer knows; use reconstruct and sample."
        )
    rest = np.zeros(width) if rows is None else rows[0]
    for control in controls if rows is None else ():
        if control["kind"] == "classes":
            rest[control["at"]] = 1
    return Condition(rows, [float(value) for value in rest], controls)


def _conditions_of(estimator: Any, chosen: Chosen) -> Array:
    """(n, C): the condition of the rows, which is their labels or columns of theirs."""
    given = estimator.conditions_of(chosen.X, chosen.labels, chosen.names)
    return np.asarray(estimator._condition(given, len(chosen)))


def _controls(estimator: Any, chosen: Chosen | None, rows: Array | None) -> Iterator[dict[str, Any]]:
    names = chosen.names if chosen is not None else None
    columns = getattr(getattr(estimator, "condition_", None), "columns", None)
    if columns is None:
        if hasattr(estimator, "classes_"):
            yield _classes("", 0, np.asarray(estimator.classes_).tolist(), names)
        return
    at = 0
    for number, column in enumerate(columns):
        name = (
            "" if len(columns) == 1 else str(column.name) if column.name is not None else f"column {number}"
        )
        if column.kind == "labels":
            yield _classes(name, at, list(column.classes), names if len(columns) == 1 else None)
        else:
            low, high = (-2.0, 2.0) if rows is None else (float(rows[:, at].min()), float(rows[:, at].max()))
            yield {"kind": "number", "name": name, "at": at, "low": low, "high": high} | {
                "mean": float(column.mean),
                "scale": float(column.scale),
            }
        at += column.width


def _classes(name: str, at: int, classes: Sequence[Any], names: Sequence[str] | None) -> dict[str, Any]:
    return {
        "kind": "classes",
        "name": name,
        "at": at,
        "names": [_name(value, names) for value in classes],
        "codes": [repr(value) for value in classes],
    }


def _name(value: Any, names: Sequence[str] | None) -> str:
    """A class that counts the names of classes by its name."""
    counts = isinstance(value, int) and names is not None and 0 <= value < len(names)
    return str(names[value]) if counts and names is not None else str(value)
