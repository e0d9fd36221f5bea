"""A mixture of distributions over codes: the density of the mixture and Vamp priors.

C components, L latent values. Log-densities in nats.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.normal import DiagonalNormal, FullNormal


class Mixture:
    """sum_c weight_c components_c; log_weights (C,), components one distribution with batch (C,).

    The components offer log_prob(z), draw(noise), latent_dim and rows(which), as the normals do.
    """

    def __init__(self, log_weights: Tensor, components: DiagonalNormal | FullNormal) -> None:
        self.log_weights = log_weights
        self.components = components

    def component_log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> log of weight times density of each component, (..., C)."""
        # One distance a component and a value. Products of matrices would be faster, and would lose the
        # density to rounding where a scale is small beside a mean.
        return self.log_weights + self.components.log_prob(z.unsqueeze(-2))

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> (...)."""
        return self.component_log_prob(z).logsumexp(-1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L): for each draw a component, then a draw of it."""
        weights = self.log_weights.exp()
        which = torch.multinomial(weights, n, replacement=True, generator=generator)
        chosen = self.components.rows(which)
        noise = torch.randn(
            1, n, chosen.latent_dim, generator=generator, device=generator.device, dtype=weights.dtype
        )
        return chosen.draw(noise).z[0]
