"""Normal distributions over codes: standard, diagonal and with a full covariance.

L latent values, B examples, K draws; `noise` is standard normal. Log-densities in nats.
"""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor

from vaekit.distributions.draws import Draws

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def standard_normal_log_prob(z: Tensor) -> Tensor:
    """log N(z; 0, I) summed over the last axis."""
    return -0.5 * z.square().sum(-1) - z.shape[-1] * HALF_LOG_2PI


class StandardNormal:
    """N(0, I) over codes of `latent_dim` values."""

    def __init__(self, latent_dim: int) -> None:
        self.latent_dim = latent_dim

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> (...)."""
        return standard_normal_log_prob(z)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L)."""
        return torch.randn(n, self.latent_dim, generator=generator, device=generator.device)


class DiagonalNormal:
    """N(mean, diag(exp(log_variance))), batch (B,), event (L,)."""

    def __init__(self, mean: Tensor, log_variance: Tensor) -> None:
        self.mean = mean
        self.log_variance = log_variance

    @property
    def latent_dim(self) -> int:
        """L."""
        return self.mean.shape[-1]

    @cached_property
    def scale(self) -> Tensor:
        """Standard deviations (B, L)."""
        return (0.5 * self.log_variance).exp()

    @property
    def variance(self) -> Tensor:
        """Variances (B, L)."""
        return self.log_variance.exp()

    @property
    def covariance(self) -> Tensor:
        """(B, L, L)."""
        return torch.diag_embed(self.variance)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L): one draw of each of the n rows of the batch, or n of its only row."""
        shape = (n, self.latent_dim)
        noise = torch.randn(shape, generator=generator, device=generator.device, dtype=self.mean.dtype)
        return self.mean + self.scale * noise

    def rows(self, which: Tensor) -> DiagonalNormal:
        """The distributions of these rows of the batch, which (n,) -> batch (n,)."""
        return DiagonalNormal(self.mean[which], self.log_variance[which])

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, L) -> draws z (K, B, L): the reparametrisation mean + scale * noise."""
        z = self.mean + self.scale * noise
        return Draws(z, lambda: standard_normal_log_prob(noise) - 0.5 * self.log_variance.sum(-1))

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., B, L) -> (..., B)."""
        return standard_normal_log_prob((z - self.mean) / self.scale) - 0.5 * self.log_variance.sum(-1)


class FullNormal:
    """N(mean, R R') with R lower triangular, batch (B,), event (L,)."""

    def __init__(self, mean: Tensor, root: Tensor) -> None:
        self.mean = mean
        self.root = root

    @property
    def latent_dim(self) -> int:
        """L."""
        return self.mean.shape[-1]

    @property
    def covariance(self) -> Tensor:
        """(B, L, L)."""
        return self.root @ self.root.mT

    @property
    def variance(self) -> Tensor:
        """Variances (B, L)."""
        return self.root.square().sum(-1)

    @cached_property
    def log_det_root(self) -> Tensor:
        """log |R|, (B,)."""
        return self.root.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def rows(self, which: Tensor) -> FullNormal:
        """The distributions of these rows of the batch, which (n,) -> batch (n,)."""
        return FullNormal(self.mean[which], self.root[which])

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, L) -> draws z (K, B, L): mean + R noise."""
        z = self.mean + (self.root @ noise.unsqueeze(-1)).squeeze(-1)
        return Draws(z, lambda: standard_normal_log_prob(noise) - self.log_det_root)

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., B, L) -> (..., B)."""
        away = (z - self.mean).unsqueeze(-1)
        noise = torch.linalg.solve_triangular(self.root, away, upper=False).squeeze(-1)
        return standard_normal_log_prob(noise) - self.log_det_root
