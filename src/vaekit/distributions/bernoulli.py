"""Values 0 and 1 with the log-odds of 1 as parameter."""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from vaekit.distributions.independent import Independent, sum_of_logs, sum_over_event


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
        """As for every family, but where all values are observed in the cheapest order.

        A gradient is cheapest through torch's one fused function, its sign turned after the sum: there it is one number
        an example. Where none is wanted, a value's is (x - 1/2) logits - |logits| / 2 - log(1 + exp(-|logits|)), and
        the logarithms of many values are one.
        """
        if observed is not None:
            return super().log_prob(x, observed)
        if torch.is_grad_enabled():
            return -sum_over_event(self._cross_entropy(x), None)
        size = self.logits.abs()
        linear = (self.logits * (x - 0.5)).sub_(size, alpha=0.5)
        odds = size.mul_(-1 / math.log(2)).exp2_()  # half the time of exp
        return sum_over_event(linear, None) - sum_of_logs(odds.add_(1))

    def _cross_entropy(self, x: Tensor) -> Tensor:
        """Of each value, as torch's one fused function."""
        return binary_cross_entropy_with_logits(self.logits, x.expand_as(self.logits), reduction="none")

    def sample(self, generator: torch.Generator) -> Tensor:
        return torch.bernoulli(self.mean, generator=generator)
