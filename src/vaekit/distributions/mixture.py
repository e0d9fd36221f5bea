"""A mixture of normals over codes: the density of the mixture and Vamp priors.

C components, L latent values. Log-densities in nats.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.normal import HALF_LOG_2PI


class NormalMixture:
    """sum_c weight_c N(mean_c, diag(scale_c^2)); log_weights (C,), means and log_scales (C, L)."""

    def __init__(self, log_weights: Tensor, means: Tensor, log_scales: Tensor) -> None:
        self.log_weights = log_weights
        self.means = means
        self.log_scales = log_scales

    def component_log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> log of weight times density of each component, (..., C)."""
        # Written as three products of matrices: no (..., C, L) tensor is ever made.
        precision = (-2 * self.log_scales).exp()
        square = (
            z.square() @ precision.mT - 2 * z @ (self.means * precision).mT + (self.means.square() * precision).sum(-1)
        )
        normaliser = self.log_scales.sum(-1) + z.shape[-1] * HALF_LOG_2PI
        return self.log_weights - 0.5 * square - normaliser

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> (...)."""
        return self.component_log_prob(z).logsumexp(-1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L)."""
        which = torch.multinomial(self.log_weights.exp(), n, replacement=True, generator=generator)
        noise = torch.randn(n, self.means.shape[-1], generator=generator, device=generator.device)
        return self.means[which] + self.log_scales[which].exp() * noise
