"""Categories in order, 0 .. C - 1: a hidden logistic value falls between C - 1 thresholds that are learned."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.discretised_logistic import log_logistic_bin
from vaekit.distributions.independent import Independent, weighted_mean


class Ordinal(Independent):
    """P(x <= k) = sigmoid(thresholds_k - centre); centre (K, B, *event), thresholds (C - 1, *event), rising."""

    def __init__(self, centre: Tensor, thresholds: Tensor) -> None:
        self.centre, self.thresholds = centre, thresholds

    @property
    def _above(self) -> Tensor:
        """The probability of more than k, (K, B, C - 1, *event)."""
        return (self.centre.unsqueeze(2) - self.thresholds).sigmoid()

    @property
    def mean(self) -> Tensor:
        """The mean of the category's number: the sum over k of the probability to be above k."""
        return self._above.sum(2)

    @property
    def probabilities(self) -> Tensor:
        """(K, B, C, *event)."""
        above, end = self._above, torch.ones_like(self.centre).unsqueeze(2)
        return torch.cat((end, above), 2) - torch.cat((above, torch.zeros_like(end)), 2)

    @property
    def mode(self) -> Tensor:
        """The most probable category, (K, B, *event)."""
        return self.probabilities.argmax(2).to(self.centre.dtype)

    @property
    def shown(self) -> Tensor:
        return self.mode

    def expected(self, weights: Tensor) -> Tensor:
        return weighted_mean(weights, self.probabilities).argmax(1).to(self.centre.dtype)

    def value_log_prob(self, x: Tensor) -> Tensor:
        last = len(self.thresholds) - 1
        thresholds, k = self.thresholds.unsqueeze(0), x.long().unsqueeze(1)
        upper = torch.take_along_dim(thresholds, k.clamp(max=last), 1).squeeze(1)
        lower = torch.take_along_dim(thresholds, (k - 1).clamp(min=0), 1).squeeze(1)
        # An end has one threshold, which then stands for both; the width between them is not read there.
        width = torch.where(upper > lower, upper - lower, 1.0)
        return log_logistic_bin(upper - self.centre, self.centre - lower, width, x <= last, x > 0)

    def sample(self, generator: torch.Generator) -> Tensor:
        u = torch.rand(self.centre.shape, generator=generator, device=generator.device)
        hidden = self.centre + torch.logit(u, eps=1e-7)
        return (hidden.unsqueeze(2) > self.thresholds).sum(2).to(self.centre.dtype)
