"""Counts of some family, of which a share is 0 for another reason: nobody looked, or nothing could be there.

p(x) = s [x = 0] + (1 - s) base(x), with s = sigmoid(logit).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from vaekit.distributions.independent import Independent


class ZeroInflated(Independent):
    """`base`, with log-odds `logit` (K, B, *event) that a value is 0 whatever base says."""

    def __init__(self, base: Independent, logit: Tensor) -> None:
        self.base, self.logit = base, logit

    @property
    def mean(self) -> Tensor:
        return (-self.logit).sigmoid() * self.base.mean

    def value_log_prob(self, x: Tensor) -> Tensor:
        """With log s = logit - softplus(logit) and log (1 - s) = -softplus(logit)."""
        of_base = self.base.value_log_prob(x)
        return torch.where(x == 0, torch.logaddexp(self.logit, of_base), of_base) - softplus(self.logit)

    def sample(self, generator: torch.Generator) -> Tensor:
        counted = torch.bernoulli((-self.logit).sigmoid(), generator=generator)
        return counted * self.base.sample(generator)
