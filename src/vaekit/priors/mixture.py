"""A learned mixture of normals as prior."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaekit.distributions.mixture import Mixture
from vaekit.distributions.normal import DiagonalNormal
from vaekit.nn.options import whole_number
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


@register(
    "prior", "mixture", learned=True, reference="Dilokthanakul et al., 2016, https://arxiv.org/abs/1611.02648"
)
class MixturePrior(Prior):
    """z from a mixture of `components` diagonal normals; weights, means and variances are learned."""

    def __init__(self, sizes: Sizes, *, components: int = 10) -> None:
        super().__init__(sizes)
        components = whole_number("prior 'mixture': components", components)
        self.logits = nn.Parameter(torch.zeros(components))
        self.means = nn.Parameter(torch.zeros(components, sizes.latent_dim))
        self.log_variances = nn.Parameter(torch.zeros(components, sizes.latent_dim))

    def first_weights(self, generator: torch.Generator) -> None:
        """Means from N(0, I), so that no two components start alike."""
        self.means.data.normal_(generator=generator)

    def forward(self, c: Tensor | None = None) -> Mixture:
        return Mixture(self.logits.log_softmax(0), DiagonalNormal(self.means, self.log_variances))
