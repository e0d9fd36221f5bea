"""Copies of weights: the best so far, and a moving average."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Snapshot:
    """A copy of the weights of some modules that can be put back."""

    def __init__(self, modules: list[nn.Module]) -> None:
        self.tensors: list[Tensor] = [t for module in modules for t in _tensors(module)]
        self.learned: list[Tensor] = [p.data for module in modules for p in module.parameters()]
        self.kept = [t.detach().clone() for t in self.tensors]

    @torch.no_grad()
    def take(self) -> None:
        """Copy the weights as they are now."""
        torch._foreach_copy_(self.kept, self.tensors)

    def finite(self) -> bool:
        """Whether the learned weights as they are now, not the copy, are finite; a mask of -inf may be a buffer."""
        return all(bool(weight.isfinite().all()) for weight in self.learned)

    @torch.no_grad()
    def put_back(self) -> None:
        """Give the modules the weights of the last `take`."""
        torch._foreach_copy_(self.tensors, self.kept)


class Average:
    """An exponential moving average of a module's parameters: average <- decay average + (1 - decay) weights.

    Reference: Polyak and Juditsky, 1992, https://doi.org/10.1137/0330046
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.parameters: list[Tensor] = list(module.parameters())
        self.kept = [p.detach().clone() for p in self.parameters]
        self.steps = 0

    @torch.no_grad()
    def follow(self) -> None:
        """One step; early steps weigh more, so that the first weights are forgotten."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        torch._foreach_lerp_(self.kept, self.parameters, 1 - decay)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange the averages with the weights."""
        for average, weight in zip(self.kept, self.parameters, strict=True):
            now = weight.clone()
            weight.copy_(average)
            average.copy_(now)


def _tensors(module: nn.Module) -> list[Tensor]:
    floating = [b for b in module.buffers() if b.is_floating_point()]
    return [*module.parameters(), *floating]
