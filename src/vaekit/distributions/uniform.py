"""Codes in a box: the uniform distribution on it, and a normal squashed into it.

The box runs from `low` to `high` on every axis. Log-densities in nats.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from vaekit.distributions.draws import Draws
from vaekit.distributions.normal import DiagonalNormal


def _into_box(u: Tensor, low: float, high: float) -> Tensor:
    """u in [0, 1] -> [low, high]; clamped, because rounding can step over an edge, where the density is 0."""
    return (low + (high - low) * u).clamp(low, high)


class BoxUniform:
    """Uniform on [low, high]^L."""

    def __init__(self, latent_dim: int, low: float, high: float) -> None:
        self.latent_dim, self.low, self.high = latent_dim, low, high

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> (...); -inf outside of the box."""
        inside = ((z >= self.low) & (z <= self.high)).all(-1)
        density = -self.latent_dim * math.log(self.high - self.low)
        return torch.where(inside, density, -math.inf).to(z.dtype)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L)."""
        u = torch.rand(n, self.latent_dim, generator=generator, device=generator.device)
        return _into_box(u, self.low, self.high)


class SquashedNormal:
    """z = low + (high - low) sigmoid(u) with u from a diagonal normal, batch (B,), event (L,)."""

    mean = None  # no closed form

    def __init__(self, base: DiagonalNormal, low: float, high: float) -> None:
        self.base, self.low, self.high = base, low, high

    def _log_slope(self, u: Tensor) -> Tensor:
        """log |dz/du| summed over the values of a code."""
        return (logsigmoid(u) + logsigmoid(-u)).sum(-1) + u.shape[-1] * math.log(self.high - self.low)

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, L) -> draws z (K, B, L)."""
        before = self.base.draw(noise)
        # Never on an edge, where a prior's density may be 0 already.
        step = torch.finfo(noise.dtype).eps
        z = _into_box(before.z.sigmoid().clamp(step, 1 - step), self.low, self.high)
        return Draws(z, lambda: before.log_q - self._log_slope(before.z))

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., B, L), inside of the box -> (..., B)."""
        # Codes that rounding put on an edge count as the last number inside of it.
        step = torch.finfo(z.dtype).eps
        u = torch.logit((z - self.low) / (self.high - self.low), eps=step)
        return self.base.log_prob(u) - self._log_slope(u)
