"""Values that are one of C categories, numbered from 0."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent, weighted_mean


class Categorical(Independent):
    """x is k with probability softmax(logits)_k; logits (K, B, C, *event)."""

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits

    @cached_property
    def probabilities(self) -> Tensor:
        """(K, B, C, *event)."""
        return self.logits.softmax(2)

    @property
    def mean(self) -> Tensor:
        """The mean of the category's number, (K, B, *event); it says little unless they are in order."""
        numbers = torch.arange(self.logits.shape[2], device=self.logits.device, dtype=self.logits.dtype)
        return self.probabilities.movedim(2, -1) @ numbers

    @property
    def shown(self) -> Tensor:
        return self.mode

    @property
    def mode(self) -> Tensor:
        """The most probable category, (K, B, *event)."""
        return self.logits.argmax(2).to(self.logits.dtype)

    def expected(self, weights: Tensor) -> Tensor:
        return weighted_mean(weights, self.probabilities).argmax(1).to(self.logits.dtype)

    def value_log_prob(self, x: Tensor) -> Tensor:
        index = x.long().unsqueeze(1).expand(self.logits.shape[0], -1, 1, *x.shape[1:])
        return self.logits.gather(2, index).squeeze(2) - self.logits.logsumexp(2)

    def sample(self, generator: torch.Generator) -> Tensor:
        """The category whose exponential clock, running at the rate of its probability, rings first."""
        clock = torch.empty(self.logits.shape, device=generator.device).exponential_(generator=generator)
        return (self.logits - clock.log()).argmax(2).to(self.logits.dtype)
