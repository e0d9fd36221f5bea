"""Real values around a mean, with a standard deviation that may be shared."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.location_scale import LocationScale
from vaekit.distributions.normal import HALF_LOG_2PI


class Gaussian(LocationScale):
    """N(centre, scale^2)."""

    def value_log_prob(self, x: Tensor) -> Tensor:
        away = self.standardised(x)
        return torch.addcmul(-(self.scale.log() + HALF_LOG_2PI), away, away, value=-0.5)

    def noise(self, generator: torch.Generator) -> Tensor:
        return torch.randn(self.centre.shape, generator=generator, device=generator.device)
