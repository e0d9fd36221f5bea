"""Values in [0, 1] of which some sit on the ends: a logistic value on the whole line, cut where they stand.

y = centre + scale * noise, and x is y where that lies in [0, 1], else the end that is nearer. So x has a density
between the ends and a probability on each of them: per cents with many zeros, ratings on a slider.

Reference: Tobin, 1958, https://doi.org/10.2307/1907382
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

from vaekit.distributions.independent import Independent


class CutLogistic(Independent):
    """centre (K, B, *event); scale of any shape that broadcasts to it."""

    def __init__(self, centre: Tensor, scale: Tensor) -> None:
        self.centre, self.scale = centre, scale

    @property
    def mean(self) -> Tensor:
        """The integral over t in [0, 1] of the probability that y is above t."""
        top, bottom = self.centre / self.scale, (self.centre - 1) / self.scale
        return (self.scale * (softplus(top) - softplus(bottom))).clamp(0, 1)

    def value_log_prob(self, x: Tensor) -> Tensor:
        """Below the ends log s(u) s(-u) / scale with u = (x - centre) / scale and s the sigmoid; on them the tail."""
        away = (x - self.centre) * self.scale.reciprocal()
        below, above = logsigmoid(away), logsigmoid(-away)
        inner = below + above - self.scale.log()
        return torch.where(x <= 0, below, torch.where(x >= 1, above, inner))

    def sample(self, generator: torch.Generator) -> Tensor:
        u = torch.rand(self.centre.shape, generator=generator, device=generator.device)
        return (self.centre + self.scale * torch.logit(u, eps=1e-7)).clamp(0, 1)
