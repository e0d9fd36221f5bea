"""Values between 0 and 1 with a mean and a spread around it: shares, percentages, probabilities.

A density there is 0 or infinite at 0 and 1 themselves, so a value within EDGE of an end is scored as if it
lay EDGE away from it; the two exponents stay above LEAST, so that an end gains at most 7 nats by that.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.distributions.gamma import log_gamma_remainder
from vaekit.distributions.independent import Independent
from vaekit.distributions.seeded import seeded_globally

EDGE = 1e-6
LEAST = 1e-3


class Beta(Independent):
    """Density x^(a - 1) (1 - x)^(b - 1) / B(a, b) with a = LEAST + s / scale^2 and b = LEAST + (1 - s) / scale^2.

    s = sigmoid(logit), (K, B, *event), is the mean but for LEAST; the variance is about s (1 - s) times
    scale^2 / (1 + scale^2).
    """

    inside = 0.5

    def __init__(self, logit: Tensor, scale: Tensor) -> None:
        self.scale = scale
        strength = scale.square().reciprocal()
        self.a = LEAST + logit.sigmoid() * strength
        self.b = LEAST + (-logit).sigmoid() * strength

    @property
    def mean(self) -> Tensor:
        return self.a / (self.a + self.b)

    def value_log_prob(self, x: Tensor) -> Tensor:
        """Stirling's terms of the three Gammas in B(a, b) are written as logarithms of ratios."""
        a, b, x = self.a, self.b, x.clamp(EDGE, 1 - EDGE)
        total = a + b
        log_b = (0.5 - a) * torch.log1p(b / a) + (0.5 - b) * torch.log1p(a / b)
        log_b = log_b + 0.5 * (math.log(2 * math.pi) - total.log())
        log_b = log_b + log_gamma_remainder(a) + log_gamma_remainder(b) - log_gamma_remainder(total)
        return (a - 1) * x.log() + (b - 1) * torch.log1p(-x) - log_b

    def sample(self, generator: torch.Generator) -> Tensor:
        with seeded_globally(generator):
            drawn: Tensor = torch.distributions.Beta(self.a, self.b).sample()
        return drawn
