"""Positive values whose logarithm is normal: incomes, concentrations, waiting times."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.gaussian import Gaussian
from vaekit.distributions.independent import Independent

LARGEST_LOG = 80.0  # exp of it, and of minus it, is a float32


class LogNormal(Independent):
    """log x is normal around centre (K, B, *event) with `scale`, of a shape that broadcasts to it."""

    inside = 1.0

    def __init__(self, centre: Tensor, scale: Tensor) -> None:
        self.scale = scale
        self.of_log = Gaussian(centre, scale)

    @property
    def mean(self) -> Tensor:
        """exp(centre + scale^2 / 2), cut where float32 ends."""
        return _exp(self.of_log.centre + 0.5 * self.scale.square())

    def value_log_prob(self, x: Tensor) -> Tensor:
        log_x = x.log()
        return self.of_log.value_log_prob(log_x) - log_x

    def sample(self, generator: torch.Generator) -> Tensor:
        return _exp(self.of_log.sample(generator))


def _exp(log_x: Tensor) -> Tensor:
    return log_x.clamp(-LARGEST_LOG, LARGEST_LOG).exp()
