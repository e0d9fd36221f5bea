"""A point mass on one code: what a deterministic encoder gives. It has draws and no density."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.draws import Draws
from vaekit.errors import ClashError


class PointMass:
    """All mass on `mean`, batch (B,), event (L,)."""

    def __init__(self, mean: Tensor) -> None:
        self.mean = mean

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, 0) -> the same code K times, (K, B, L)."""
        return Draws(self.mean.expand(noise.shape[0], *self.mean.shape), self._no_density)

    def _no_density(self) -> Tensor:
        raise ClashError("a point mass has no density; use posterior 'normal', or a bound that needs none.")
