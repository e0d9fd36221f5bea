"""Real values around a centre with tails that fall as exp(-|x|): the median is fitted, not the mean."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.distributions.location_scale import LocationScale


class Laplace(LocationScale):
    """Density exp(-|x - centre| / scale) / (2 scale); the standard deviation is sqrt(2) scale."""

    def value_log_prob(self, x: Tensor) -> Tensor:
        return -(self.scale.log() + math.log(2)) - self.standardised(x).abs()

    def noise(self, generator: torch.Generator) -> Tensor:
        """The difference of two exponentials: finite whatever is drawn."""
        pair = torch.empty(2, *self.centre.shape, device=generator.device).exponential_(generator=generator)
        return pair[0] - pair[1]
