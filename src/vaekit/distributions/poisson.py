"""Counts 0, 1, 2, ... with the logarithm of their mean as parameter."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent


class Poisson(Independent):
    """Counts of mean exp(log_rate); log_rate (K, B, *event)."""

    def __init__(self, log_rate: Tensor) -> None:
        self.log_rate = log_rate

    @cached_property
    def mean(self) -> Tensor:
        return self.log_rate.exp()

    def value_log_prob(self, x: Tensor) -> Tensor:
        return torch.addcmul(-self.mean, self.log_rate, x) - torch.lgamma(x + 1)

    def sample(self, generator: torch.Generator) -> Tensor:
        return torch.poisson(self.mean, generator=generator)
