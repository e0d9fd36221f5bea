"""Whole levels 0, 1, ..., N with the probability that a logistic distribution gives to the bin around each.

Level k takes the bin from k - 1/2 to k + 1/2; level 0 takes the whole lower tail and level N the upper one.

Reference: Salimans et al., 2017, https://arxiv.org/abs/1701.05517 (one component)
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from vaekit.distributions.independent import Independent


class DiscretisedLogistic(Independent):
    """centre and scale (K, B, *event), in levels; `levels` is N, the highest one."""

    def __init__(self, centre: Tensor, scale: Tensor, levels: int) -> None:
        self.centre, self.scale, self.levels = centre, scale, levels

    @property
    def mean(self) -> Tensor:
        """The mean level: the sum over k of the probability to be above k."""
        total = torch.zeros_like(self.centre)
        for k in range(self.levels):
            total = total + ((self.centre - (k + 0.5)) / self.scale).sigmoid()
        return total

    def value_log_prob(self, x: Tensor) -> Tensor:
        """With bin edges a (above) and b (below) in units of the scale, and s the sigmoid:

        s(a) - s(b) = s(a) s(-b) (1 - exp(b - a)), a product of numbers that cannot cancel. An end
        level has one edge only, and its factor alone.
        """
        per_level = self.scale.reciprocal()
        away = (x - self.centre) * per_level
        has_above, has_below = (x < self.levels).to(away.dtype), (x > 0).to(away.dtype)
        above = logsigmoid(away + 0.5 * per_level) * has_above
        below = logsigmoid(0.5 * per_level - away) * has_below
        width = (-torch.expm1(-per_level)).log() * (has_above * has_below)
        return above + below + width

    def sample(self, generator: torch.Generator) -> Tensor:
        u = torch.rand(self.centre.shape, generator=generator, device=generator.device)
        drawn = self.centre + self.scale * torch.logit(u, eps=1e-7)
        return drawn.round().clamp(0, self.levels)
