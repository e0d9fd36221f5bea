"""What a column of labels becomes: whole numbers, or positions in the sorted names of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vaekit.kinds import Array


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


def as_written(y: Any, class_names: Sequence[str] | None) -> Any:
    """The inverse for labels that came as text; classes that count themselves, such as digits, stay numbers."""
    if y is None or not class_names or np.asarray(y).dtype.kind not in "iu":
        return y
    if [*class_names] == [str(at) for at in range(len(class_names))]:
        return y
    return np.array([*class_names, ""], dtype=object)[y]
