"""Columns of X: some taken out as they came, and what was found of all of them put back under their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vaekit.data.pieces import Pieces
from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array


def positions_of(columns: Sequence[Any], width: int, names: Sequence[str] | None) -> list[int]:
    """Where the columns stand, sorted: given by name, or by position from 0 (negative: from the end)."""
    found = []
    for column in columns:
        if isinstance(column, str):
            if names is None or column not in names:
                has = "no names" if names is None else f"the columns {', '.join(names[:12])}"
                raise DataError(
                    f"condition={column!r} is no column of X, which has {has}.{suggestion(column, names or [])}"
                )
            found.append(list(names).index(column))
        elif isinstance(column, int | np.integer) and -width <= column < width:
            found.append(int(column) % width)
        else:
            raise DataError(f"condition={column!r} is no column of X, which has {width}: 0 to {width - 1}.")
    if len(set(found)) < len(found):
        raise DataError(f"condition={list(columns)} names a column twice.")
    if len(found) == width:
        raise DataError(f"condition={list(columns)} leaves no column to model (n_features={width}).")
    return sorted(found)


def read_apart(
    X: Any, read: Callable[[Any], Array], columns: Callable[[int, list[str] | None], Sequence[int]]
) -> tuple[Array, dict[str, Array]]:
    """(the other columns as numbers, {name: values} of those taken).

    read makes an array of X and checks it; columns gives the positions from the width and the names of X. Those
    taken need not be numbers where X is a frame. Columns without names are x0, x1, ...
    """
    import narwhals

    if isinstance(X, Pieces):
        raise DataError(
            "columns of rows on disk cannot be the condition; give it as y, one a row, to fit(X, y)."
        )
    frame = narwhals.from_native(X, eager_only=True, pass_through=True)
    if isinstance(frame, narwhals.DataFrame) and all(isinstance(name, str) for name in frame.columns):
        names = list(frame.columns)
        at = columns(len(names), names)
        values = {names[i]: np.asarray(frame[names[i]].to_numpy()) for i in at}
        array = read(frame.with_columns(*(narwhals.lit(0.0).alias(name) for name in values)).to_native())
    else:
        array = read(X)
        if array.ndim != 2:
            raise DataError(f"X has shape {array.shape}; only rows of a table have columns to condition on.")
        at = columns(array.shape[1], None)
        values = {f"x{i}": array[:, i] for i in at}
    return np.delete(array, at, axis=1), values


def like(X: Any, values: Array) -> Any:
    """values, which are of the rows and columns of X, as a frame of its kind with its names; an array for an array."""
    import narwhals

    frame = narwhals.from_native(X, eager_only=True, pass_through=True)
    if not isinstance(frame, narwhals.DataFrame):
        return values
    backend = frame.implementation
    columns = [
        narwhals.new_series(name, values[:, i], backend=backend) for i, name in enumerate(frame.columns)
    ]
    return frame.with_columns(*columns).to_native()
