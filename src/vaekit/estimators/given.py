"""X as the user gave it: of any kind on its way to an array, with the words for what cannot come along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from vaekit.data.dataset import is_dataset
from vaekit.errors import DataError
from vaekit.estimators.pieces import in_pieces


def as_array(X: Any) -> Any:
    """Tensors, Datasets and lists as arrays; everything else as it is."""
    if isinstance(X, torch.Tensor):
        return X.detach().cpu().numpy()
    if isinstance(X, torch.utils.data.Dataset) or is_dataset(X):
        return in_pieces(X)
    return np.asarray(X) if isinstance(X, list | tuple) else X


@contextmanager
def told_of_holes() -> Iterator[None]:
    """What scikit-learn says of NaN and infinity, with the cure."""
    try:
        yield
    except ValueError as error:
        if "contains infinity" in str(error):
            raise DataError(
                f"{str(error).splitlines()[0]} Give numbers for infinite values, or NaN where none is known and "
                "fit with missing='mask'."
            ) from error
        if "contains NaN" not in str(error):
            raise
        raise DataError(
            f"{str(error).splitlines()[0]} Fit with missing='mask' to learn from the values that are observed, or "
            "leave these rows out; impute alone takes NaN as it is."
        ) from error
