"""Values in [0, 1] with a density proportional to exp(logits * x): a Bernoulli made whole by its normaliser.

    log p(x) = logits * x - A(logits),   A(logits) = log of (exp(logits) - 1) / logits

With lambda = sigmoid(logits) it is lambda^x (1 - lambda)^(1 - x) times a constant. Log-densities in nats.

Reference: Loaiza-Ganem and Cunningham, 2019, https://arxiv.org/abs/1907.06845
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent

# Below this the mean is read from its Taylor series: the closed form subtracts two nearly equal numbers.
NEAR = 0.5
MEAN_AT_NEAR = 1 / (1 - math.exp(-NEAR)) - 1 / NEAR


def mean_of(logits: Tensor) -> Tensor:
    """1 / (1 - exp(-logits)) - 1 / logits: the mean of x, and the slope of the log-normaliser.

    Two pieces are added, each held still where the other one counts, because torch.where is slow.
    """
    near = logits.clamp(-NEAR, NEAR)
    square = near.square()
    series = near * (1 / 12 + square * (-1 / 720 + square * (1 / 30240 - square / 1209600)))
    far = logits.abs().clamp(min=NEAR)
    beyond = 1 / (1 - (-far).exp()) - 1 / far - MEAN_AT_NEAR
    return 0.5 + series + torch.copysign(beyond, logits)


class LogNormaliser(torch.autograd.Function):
    """A(logits), with its gradient by `mean_of`: autograd's own way loses all digits near logits 0."""

    generate_vmap_rule = True

    @staticmethod
    def forward(logits: Tensor) -> Tensor:
        # Any tiny number keeps 0 / 0 away: expm1(-a) / a is 1 to the last digit there.
        a = logits.abs().clamp_min_(1e-30)
        return (-torch.expm1(-a) / a).log_() + logits.relu()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (logits,) = ctx.saved_tensors
        return gradient * mean_of(logits)


class ContinuousBernoulli(Independent):
    """x in [0, 1] with density exp(logits * x - A(logits)); logits (K, B, *event)."""

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits

    @cached_property
    def mean(self) -> Tensor:
        return mean_of(self.logits)

    def value_log_prob(self, x: Tensor) -> Tensor:
        log_normaliser: Tensor = LogNormaliser.apply(self.logits)
        return torch.addcmul(-log_normaliser, self.logits, x)

    def sample(self, generator: torch.Generator) -> Tensor:
        """The inverse of the cumulative distribution at uniform noise."""
        u = torch.rand(self.logits.shape, generator=generator, device=generator.device)
        # Taken where the density falls, so that no exponential overflows, and turned round where it rises.
        down = -self.logits.abs().clamp(min=1e-6)
        x = torch.log1p(u * torch.expm1(down)) / down
        return torch.where(self.logits > 0, 1 - x, x)
