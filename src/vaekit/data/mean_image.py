"""The mean of many examples, which never goes without the number that it is the mean of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.layout import blocks
from vaekit.errors import DataError
from vaekit.kinds import Array


@dataclass(frozen=True)
class MeanImage:
    """The mean (*shape of one example) of `count` examples, in their units.

    spread: the mean over them of the squared distance |x - mean|^2, summed over the values of an example: the least
    mean squared distance that any one picture can have to all of them.
    """

    mean: Array
    count: int
    spread: float

    def scaled(self, by: float) -> MeanImage:
        """The mean of the same examples in other units: every value times `by`."""
        return MeanImage(self.mean * by, self.count, self.spread * by**2)

    def against(self, other: MeanImage) -> Likeness:
        """How much two means look alike."""
        if self.mean.shape != other.mean.shape:
            raise DataError(f"the means have shapes {self.mean.shape} and {other.mean.shape}.")
        a, b = self.mean.ravel(), other.mean.ravel()
        moving = a.std() > 0 and b.std() > 0
        correlation = float(np.corrcoef(a, b)[0, 1]) if moving else float("nan")
        return Likeness(correlation, float(np.linalg.norm(a - b)), float(np.abs(a - b).max()))

    def __repr__(self) -> str:
        return f"MeanImage of {self.count:,} examples, spread {self.spread:.4f} around it"


@dataclass(frozen=True)
class Likeness:
    """Pearson correlation over the values, distance |a - b| and the largest difference of one value."""

    correlation: float
    distance: float
    largest: float


def mean_image(X: Any, count: int | None = None) -> MeanImage:
    """The mean of the first `count` examples of X (n, ...), of all of them without it."""
    rows = np.asanyarray(X)
    if rows.ndim < 2 or not len(rows):
        raise DataError(f"X has shape {rows.shape}; give one example or more, (n, ...).")
    if count is not None and not 1 <= count <= len(rows):
        raise DataError(f"count={count} is not possible; X has {len(rows):,} examples.")
    rows = rows[:count]
    mean = sum(np.sum(block, 0, dtype=np.float64) for block in blocks(rows)) / len(rows)
    spread = sum(float(((block - mean) ** 2).sum()) for block in blocks(rows)) / len(rows)
    return MeanImage(np.asarray(mean), len(rows), spread)
