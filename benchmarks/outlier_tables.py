"""Tables with outliers from scikit-learn's data: every class of every classification set is once what is usual.

Half of the class is learned from; the other half and all other classes are told apart. Of diabetes, which has no
classes, the patients whose disease went on no faster than the median's are what is usual. No table was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn import datasets

from vaekit.kinds import Array

SETS = {
    "breast cancer": datasets.load_breast_cancer,
    "wine": datasets.load_wine,
    "iris": datasets.load_iris,
    "digits": datasets.load_digits,
}


@dataclass(frozen=True)
class OutlierTable:
    """X (n, features), and which rows are usual, (n,) bool; `source` is the data set that it is of."""

    name: str
    source: str
    X: Array
    usual: Array

    @property
    def rows(self) -> int:
        """How many rows are learned from."""
        return int(self.usual.sum()) // 2

    def split(self, seed: int) -> tuple[Array, Array, Array]:
        """(X to learn from, X to judge, which of those are outliers)."""
        usual = np.random.default_rng(seed).permutation(np.flatnonzero(self.usual))
        train = np.sort(usual[: self.rows])
        judged = np.setdiff1d(np.arange(len(self.X)), train)
        return self.X[train], self.X[judged], ~self.usual[judged]


def tables() -> Iterator[OutlierTable]:
    """All of them."""
    for source, load in SETS.items():
        found = load()
        for number, name in enumerate(found.target_names):
            yield OutlierTable(
                f"{source}: {str(name).replace('_', ' ')}", source, found.data, found.target == number
            )
    found = datasets.load_diabetes()
    slow = found.target <= np.median(found.target)
    yield OutlierTable("diabetes: slow", "diabetes", found.data, slow)
