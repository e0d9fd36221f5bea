"""Values 0 and 1 with the log-odds of 1 as parameter."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from vaekit.distributions.independent import Independent, sum_over_event


class Bernoulli(Independent):
    """x is 1 with probability sigmoid(logits); logits (K, B, *event). names: whether 0 and 1 are two names, between
    which nothing lies, or the ends of a scale."""

    def __init__(self, logits: Tensor, names: bool = True) -> None:
        self.logits, self.names = logits, names

    @cached_property
    def mean(self) -> Tensor:
        """The probability of 1, (K, B, *event)."""
        return self.logits.sigmoid()

    def expected(self, weights: Tensor) -> Tensor:
        mean = super().expected(weights)
        return (mean >= 0.5).to(mean.dtype) if self.names else mean

    def value_log_prob(self, x: Tensor) -> Tensor:
        """logits * x - softplus(logits)."""
        return -self._cross_entropy(x)

    def log_prob(self, x: Tensor, observed: Tensor | None = None) -> Tensor:
        """As for every family, with the sign turned after the sum: there it is one number an example."""
        if observed is not None:
            return super().log_prob(x, observed)
        return -sum_over_event(self._cross_entropy(x), None)

    def _cross_entropy(self, x: Tensor) -> Tensor:
        """Of each value, as torch's one fused function."""
        return binary_cross_entropy_with_logits(self.logits, x.expand_as(self.logits), reduction="none")

    def sample(self, generator: torch.Generator) -> Tensor:
        return torch.bernoulli(self.mean, generator=generator)
