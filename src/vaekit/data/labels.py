"""What a column of labels becomes: whole numbers, or positions in the sorted names of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng


def as_labels(values: Array) -> tuple[Array, tuple[str, ...] | None]:
    """(y, class_names) of a column: whole numbers as int64, text as positions in its sorted names.

    A missing whole number, or an empty text, is -1: unlabelled, as in scikit-learn. Numbers that are not
    whole stay real (float64) and have no class names.
    """
    if values.dtype.kind in "buif":
        known = ~np.isnan(values)
        if (values[known] == np.floor(values[known])).all():
            return np.where(known, values, -1).astype(np.int64), None
        return values.astype(np.float64), None
    texts = ["" if value is None or value != value else str(value) for value in values.tolist()]
    names = sorted(set(texts) - {""})
    places = {name: at for at, name in enumerate(names)} | {"": -1}
    return np.array([places[text] for text in texts], dtype=np.int64), tuple(names)


def kept_labels(y: Array, n: int, rng: Rng) -> Array:
    """y (rows,) with n labels left, as many of each class as can be, in rows that are drawn; the others are
    unlabelled: -1, and an empty text among texts.

    Raises DataError unless n is from the number of classes to that of the labels.
    """
    y = np.asarray(y)
    nothing: Any = "" if y.dtype.kind in "OU" else -1
    known = np.flatnonzero(y != nothing)
    classes = np.unique(y[known])
    if not len(classes) <= n <= len(known):
        raise DataError(
            f"{n} labels cannot be kept of {len(known)} in {len(classes)} classes; give from {len(classes)} to "
            f"{len(known)}."
        )
    ranked = rng.permutation(known)
    # The place of each row among those of its class: taking the first places takes classes in turn.
    turn = np.empty(len(ranked), dtype=np.int64)
    for label in classes:
        of_class = np.flatnonzero(y[ranked] == label)
        turn[of_class] = np.arange(len(of_class))
    chosen = ranked[np.argsort(turn, kind="stable")[:n]]
    few = np.full(len(y), nothing, dtype=y.dtype)
    few[chosen] = y[chosen]
    return few


def as_written(y: Any, class_names: Sequence[str] | None) -> Any:
    """The inverse for labels that came as text; classes that count themselves, such as digits, stay numbers."""
    if y is None or not class_names or np.asarray(y).dtype.kind not in "iu":
        return y
    if [*class_names] == [str(at) for at in range(len(class_names))]:
        return y
    return np.array([*class_names, ""], dtype=object)[y]
