"""Real values that heap: often exactly one of some values, else a draw from a mixture of normals."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from vaekit.distributions.gaussian import Gaussian
from vaekit.distributions.independent import Independent


class Heaped(Independent):
    """x is in heap s, or comes from normal m, with probability softmax(logits)_s or _m.

    logits (K, B, S + M, *event); heaps (S, *event): the values, each of which has the uniform density of an interval
    `width` (*event) around it; normals: centres (K, B, M, *event) and scales (M, *event).
    """

    def __init__(self, logits: Tensor, heaps: Tensor, width: Tensor, normals: Gaussian) -> None:
        self.logits, self.heaps, self.width, self.normals = logits, heaps, width, normals

    @cached_property
    def values(self) -> Tensor:
        """The value of each heap, then the mean of each normal: (K, B, S + M, *event)."""
        heaps = self.heaps.expand(*self.logits.shape[:2], *self.heaps.shape)
        return torch.cat((heaps, self.normals.mean), 2)

    @property
    def mean(self) -> Tensor:
        return (self.logits.softmax(2) * self.values).sum(2)

    def value_log_prob(self, x: Tensor) -> Tensor:
        x = x.unsqueeze(1)  # (B, 1, *event)
        there = (x - self.heaps).abs() <= 0.5 * self.width
        in_heap = torch.where(there, -self.width.log(), -torch.inf)
        each = torch.cat(
            (in_heap.expand_as(self.logits[:, :, : len(self.heaps)]), self.normals.value_log_prob(x)), 2
        )
        return (self.logits + each).logsumexp(2) - self.logits.logsumexp(2)

    def sample(self, generator: torch.Generator) -> Tensor:
        """The heap or the normal whose exponential clock rings first; of a heap its value itself."""
        clock = torch.empty(self.logits.shape, device=generator.device).exponential_(generator=generator)
        chosen = (self.logits - clock.log()).argmax(2, keepdim=True)
        draws = torch.cat((self.values[:, :, : len(self.heaps)], self.normals.sample(generator)), 2)
        return draws.gather(2, chosen).squeeze(2)
