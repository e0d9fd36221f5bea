"""Rows on disk as an estimator meets them: checked a block at a time in fit, elsewhere read whole if they are few."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from vaekit.data.dataset import Items
from vaekit.data.layout import blocks
from vaekit.data.pieces import Pieces
from vaekit.data.read import read
from vaekit.errors import DataError
from vaekit.estimators import prepare


def in_pieces(dataset: Any) -> Any:
    """A Dataset as an array, or in pieces when it has a length and memory should not hold it."""
    if hasattr(dataset, "__len__") and hasattr(type(dataset), "__getitem__") and not _only_iterates(dataset):
        pieces = Items(dataset) if len(dataset) else None
        if pieces is not None and pieces.size * 4 > prepare.RESIDENT_BYTES:
            return pieces
    return read(dataset).X


def _only_iterates(dataset: Any) -> bool:
    import torch

    return isinstance(dataset, torch.utils.data.IterableDataset)


def read_pieces(estimator: Any, X: Pieces, reset: bool) -> Any:
    """X for fit (reset), its columns remembered; for other methods an array of its rows, its columns compared.

    Raises DataError for missing or infinite values, for fewer than two rows, and, outside of fit, for more rows than
    memory should hold.
    """
    if not reset:
        if X.size * 4 > prepare.RESIDENT_BYTES:
            raise DataError(
                f"X has {len(X):,} rows on disk, more than are read at once; give runs of them, as in X[0:100000]."
            )
        names = getattr(estimator, "feature_names_in_", None)
        if X.columns is not None and names is not None and list(X.columns) != list(names):
            raise DataError(
                f"X has the columns {', '.join(X.columns[:12])}, and fit saw {', '.join(map(str, names[:12]))}."
            )
        with names_unsaid():  # which were compared here
            return estimator._read(X[:], reset=False)
    if len(X) < 2:
        raise DataError(f"X has {len(X)} rows, and nothing can be learned from that; give at least two.")
    if X.dtype.kind == "f":
        for block in blocks(X):
            if not np.isfinite(block).all():
                raise DataError(
                    "X has values that are missing (NaN) or infinite; fill them, or leave these rows out."
                )
    estimator.n_features_in_ = int(np.prod(X.shape[1:]))
    estimator.__dict__.pop("feature_names_in_", None)
    if X.columns is not None:
        estimator.feature_names_in_ = np.array(X.columns, dtype=object)
        estimator._takes_rows_without_names = True
    return X


@contextmanager
def names_unsaid(wanted: bool = True) -> Iterator[None]:
    """Without scikit-learn's warning that X has no column names: rows of shards are arrays, which lose them."""
    with warnings.catch_warnings():
        if wanted:
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
        yield
