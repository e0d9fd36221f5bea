"""Mean and variance in one pass over blocks of rows, missing values (NaN) passed over.

Two sets of rows are put together by the difference of their means, which loses no digits where squares would.

Reference: Chan, Golub and LeVeque, 1983, https://doi.org/10.1080/00031305.1983.10483115
"""

from __future__ import annotations

import numpy as np

from vaekit.kinds import Array


class Moments:
    """How many values there were in each place of an example, their mean, and the sum of squares around it."""

    def __init__(self, event: tuple[int, ...]) -> None:
        self.count: Array = np.zeros(event)
        self.mean: Array = np.zeros(event)
        self.squares: Array = np.zeros(event)

    def add(self, block: Array) -> None:
        """Rows (n, *event)."""
        known = ~np.isnan(block)
        count = known.sum(0)
        some = np.maximum(count, 1)
        mean = np.where(known, block, 0).sum(0, dtype=np.float64) / some
        squares = (np.where(known, block - mean, 0) ** 2).sum(0, dtype=np.float64)
        together = np.maximum(self.count + count, 1)
        apart = np.where(count > 0, mean - self.mean, 0)
        self.squares = self.squares + squares + apart**2 * (self.count * count / together)
        self.mean = self.mean + apart * (count / together)
        self.count = self.count + count

    @property
    def variance(self) -> Array:
        """The population variance, 0 where there was no value."""
        return self.squares / np.maximum(self.count, 1)
