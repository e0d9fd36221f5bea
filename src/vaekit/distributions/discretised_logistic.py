"""Whole levels 0, 1, ..., N with the probability that a logistic distribution gives to the bin around each.

Level k takes the bin from k - 1/2 to k + 1/2; level 0 takes the whole lower tail and level N the upper one.

Reference: Salimans et al., 2017, https://arxiv.org/abs/1701.05517 (one component)
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from vaekit.distributions.independent import Independent


def log_logistic_bin(
    above: Tensor, below: Tensor, width: Tensor, has_above: Tensor, has_below: Tensor
) -> Tensor:
    """log of the probability that a standard logistic value falls between two edges, above and -below.

    With s the sigmoid, s(a) - s(-b) = s(a) s(b) (1 - exp(-a - b)), a product of numbers that cannot cancel;
    width is a + b, of any shape that broadcasts. An end has one edge only, and its factor alone: has_above and
    has_below (bool) say which are there.
    """
    with_above, with_below = has_above.to(above.dtype), has_below.to(above.dtype)
    inner = (-torch.expm1(-width)).log() * (with_above * with_below)
    return logsigmoid(above) * with_above + logsigmoid(below) * with_below + inner


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
        per_level = self.scale.reciprocal()
        away = (x - self.centre) * per_level
        return log_logistic_bin(
            away + 0.5 * per_level, 0.5 * per_level - away, per_level, x < self.levels, x > 0
        )

    def sample(self, generator: torch.Generator) -> Tensor:
        u = torch.rand(self.centre.shape, generator=generator, device=generator.device)
        drawn = self.centre + self.scale * torch.logit(u, eps=1e-7)
        return drawn.round().clamp(0, self.levels)
