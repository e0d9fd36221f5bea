"""Hidden values: a cell that nobody observed is NaN, however it was spelled where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vaekit.data.layout import blocks
from vaekit.errors import DataError
from vaekit.kinds import Array

NOTHING = ("NoneType", "NAType", "NaTType")
_SHOWN = 5


def hidden_as_nan(X: Any) -> Any:
    """X with NaN for None, pd.NA and pd.NaT, where these can be told: in object arrays and object columns of pandas.

    Other columns of frames have a null of their own, which becomes NaN when they become numbers.
    """
    if isinstance(X, np.ndarray):
        return _without_nothing(X) if X.dtype == object else X
    if not type(X).__module__.startswith("pandas.") or getattr(X, "ndim", 0) != 2:
        return X
    objects = [at for at, dtype in enumerate(X.dtypes) if dtype.kind == "O"]
    if objects:
        X = X.copy()
        for at in objects:
            X.isetitem(at, _without_nothing(X.iloc[:, at].to_numpy()))
    return X


def _without_nothing(values: Array) -> Array:
    """Objects with NaN for those that are nothing."""
    known = [np.nan if type(value).__name__ in NOTHING else value for value in values.ravel()]
    filled = np.empty(len(known), dtype=object)
    filled[:] = known
    return filled.reshape(values.shape)


def has_holes(x: Any) -> bool:
    """Whether a value of x is hidden; one pass without a mask, since the least of values is NaN where one of them is.

    Sparse rows hide none: what is not stored is 0.
    """
    return isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.size > 0 and bool(np.isnan(x.min()))


def refuse_empty(X: Array, rows: Array | None = None, names: Sequence[str] | Array | None = None) -> None:
    """DataError, naming them, when columns of X (n, *shape) have no value in these rows (None: in any row)."""
    if X.dtype.kind != "f":
        return
    asked = np.ones(len(X), dtype=bool) if rows is None else np.isin(np.arange(len(X)), rows)
    seen, start = np.zeros(X.shape[1:], dtype=bool), 0
    for block in blocks(X):
        seen |= ~np.isnan(block[asked[start : start + len(block)]]).all(0)
        start += len(block)
    empty = np.flatnonzero(~seen.ravel())
    if not len(empty):
        return
    named = [repr(str(names[at])) if names is not None else f"number {at}" for at in empty[:_SHOWN]]
    more = f" and {len(empty) - _SHOWN} more" if len(empty) > _SHOWN else ""
    where = "" if rows is None else " in the rows to train on"
    raise DataError(
        f"X has no value at all in column {', '.join(named)}{more}{where}, so nothing can be learned of it; leave it "
        "out."
    )


def hidden_shares(X: Array) -> tuple[float, ...]:
    """The share of rows in which each value of an example is hidden, flattened; () where none is."""
    if X.dtype.kind != "f":
        return ()
    hidden = np.zeros(X.shape[1:], dtype=np.int64)
    for block in blocks(X):
        hidden += np.isnan(block).sum(0)
    return tuple((hidden.ravel() / len(X)).tolist()) if hidden.any() else ()


def filled(X: Any, hidden: Array, values: Array, columns: Array | None = None) -> Any:
    """X of the same kind and shape with `values` where `hidden` is set, (n, D) each; other cells keep their bits.

    columns (D,): where the D values of an example stand among the columns of X (None: everywhere). A frame stays a
    frame with its index and types, but a column of whole numbers that gets others becomes real.
    """
    import narwhals

    frame = narwhals.from_native(X, eager_only=True, pass_through=True)
    if isinstance(frame, narwhals.DataFrame):
        frame = frame.clone()  # what is given back is never X itself, also where nothing was hidden
        for d in np.flatnonzero(hidden.any(0)):
            name = frame.columns[d if columns is None else columns[d]]
            column = _filled_column(frame.get_column(name), hidden[:, d], values[:, d])
            frame = frame.with_columns(column.alias(name))
        return frame.to_native()
    return _filled_array(X, hidden, values, columns)


def _filled_column(column: Any, hidden: Array, values: Array) -> Any:
    import narwhals

    at, put = np.flatnonzero(hidden), values[hidden]
    if column.dtype.is_integer():
        if (put == np.rint(put)).all():
            return column.scatter(at, put.astype(np.int64))
        column = column.cast(narwhals.Float64)
    return column.scatter(at, put)


def _filled_array(X: Any, hidden: Array, values: Array, columns: Array | None) -> Any:
    tensor = hasattr(X, "detach")
    given = np.asarray(X.detach().cpu() if tensor else X)
    if given.dtype == object:
        given = _without_nothing(given).astype(np.float64)
    flat = np.array(given).reshape(len(given), -1)
    if hidden.any():
        chosen = slice(None) if columns is None else columns
        flat[:, chosen] = np.where(hidden, values, flat[:, chosen])
    made = flat.reshape(given.shape)
    if not tensor:
        return made
    import torch

    return torch.from_numpy(made).to(X.device)
