"""A masked autoregressive network: output i reads inputs before i only."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from vaekit.nn.initialise import empty_layer


class MaskedLinear(nn.Module):
    """A linear layer whose weights are multiplied by a fixed mask (outputs, inputs)."""

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", mask, persistent=False)
        self.linear = empty_layer(nn.Linear, mask.shape[1], mask.shape[0])

    def forward(self, z: Tensor) -> Tensor:
        return linear(z, self.linear.weight * self.mask, self.linear.bias)


class Masked(nn.Module):
    """(z (..., L), context (..., C)) -> `numbers` values for each of the L, (..., numbers, L).

    The values for z_i depend on z_1 .. z_{i-1} and on the whole context; those for z_1 on the context alone.
    Reference: Germain et al., 2015 (MADE), https://arxiv.org/abs/1502.03509
    """

    def __init__(self, latent_dim: int, context: int, hidden: int, numbers: int) -> None:
        super().__init__()
        self.shape = (numbers, latent_dim)
        places = torch.arange(latent_dim)
        # Hidden unit j reads the first `reads[j]` inputs: none to L - 1 of them, so that every output,
        # the first too, has hidden units that it may read.
        reads = torch.arange(hidden) % latent_dim
        self.first = MaskedLinear((reads[:, None] > places[None]).float())
        self.context = empty_layer(nn.Linear, context, hidden, bias=False)
        self.last = MaskedLinear((places.repeat(numbers)[:, None] >= reads[None]).float())

    def forward(self, z: Tensor, context: Tensor) -> Tensor:
        h = torch.relu(self.first(z) + self.context(context))
        values: Tensor = self.last(h)
        return values.view(*values.shape[:-1], *self.shape)
