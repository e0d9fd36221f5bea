"""What the estimators with labels share: the classes of y, and labels as the condition of rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted, column_or_1d

from vaekit.data.condition import Condition, Labels
from vaekit.errors import DataError, SpecError
from vaekit.estimators.vae import VAE
from vaekit.kinds import Array

LEAST_LABELLED = 1 / 8
"""The share of labelled rows in an epoch, below which they are seen more than once."""


class LabelledEstimator(VAE):
    """An estimator whose condition is the label of a row, which may be missing.

    Fitted attributes beside those of all: condition_ (what was learned of the labels), and classes_ (C,), sorted,
    without that of the unlabelled.
    """

    @classmethod
    def from_recipe(cls, names: str, **options: Any) -> Self:
        """Recipes make a VAE: raises SpecError."""
        raise SpecError(f"a recipe makes a VAE, not a {cls.__name__}; use VAE.from_recipe('{names}').")

    @property
    def learns_condition(self) -> bool:
        return True

    @property
    def _labels(self) -> Labels | None:
        """What fit learned of the labels; None before, or without labels."""
        learned: Condition | None = getattr(self, "condition_", None)
        return None if learned is None else learned.labels

    @property
    def classes_(self) -> Array:
        """The classes that y had, sorted."""
        if self._labels is None:
            raise AttributeError(
                f"this {type(self).__name__} was not fitted with labels, so it has no classes_."
            )
        return np.array(self._labels.classes)

    def _learn_labels(self, y: Any, rows: int) -> Array:
        """Remember the classes of y (n,) or (n, 1); gives them one-hot, a row of zeros where there is no label."""
        if y is not None and not hasattr(y, "detach"):
            y = column_or_1d(np.asarray(y, dtype=object if isinstance(y, list | tuple) else None), warn=True)
        learned = Condition.learn(y, rows, asked_by=type(self).__name__, unlabelled=True)
        if learned.labels is None:
            raise DataError(
                f"y is continuous, {learned.told()}, but {type(self).__name__} wants labels: whole numbers or texts, "
                "-1 for unlabelled."
            )
        self.condition_ = learned
        return learned.to_model(y, rows)

    def _condition(self, c: Any, n: int) -> Array | None:
        """One label for all rows or one a row, None where it is not known -> (n, C)."""
        check_is_fitted(self)
        if c is None and self.condition_.unlabelled:
            return np.zeros((n, self.condition_.width), dtype=np.float32)
        return self.condition_.to_model(c, n)

    @property
    def _shares(self) -> tuple[float, ...] | None:
        """The frequency of each class once a fit has seen them, as an option of a prior."""
        return None if self._labels is None else self._labels.shares


def repeated(numbers: Array, c: Array) -> Array:
    """The numbers with those of labelled rows so often that they are at least `LEAST_LABELLED` of an epoch.

    Where few of many rows are labelled a batch would otherwise hold a label now and then only.
    """
    labelled = numbers[c[numbers].any(1)]
    if not len(labelled):
        raise DataError(
            "all labelled rows were held out; give a smaller validation_fraction, or more labels."
        )
    others = len(numbers) - len(labelled)
    times = int(np.ceil(others * LEAST_LABELLED / (1 - LEAST_LABELLED) / len(labelled)))
    return np.concatenate((numbers, np.tile(labelled, max(0, times - 1))))
