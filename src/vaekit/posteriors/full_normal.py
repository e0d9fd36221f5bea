"""The normal posterior with a full covariance."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.normal import FullNormal
from vaekit.nn.network import Network
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


@register(
    "posterior",
    "full-normal",
    has_rows=True,
    reference="Kingma and Welling, 2019, section 2.5, https://arxiv.org/abs/1906.02691",
)
class FullNormalPosterior(EncodedPosterior):
    """z ~ N(mean(x), R(x) R(x)') with R lower triangular: codes may be correlated given x."""

    below: Tensor

    def __init__(self, sizes: Sizes, network: Network) -> None:
        latent_dim = sizes.latent_dim
        super().__init__(sizes, network, 2 * latent_dim + latent_dim * (latent_dim - 1) // 2)
        # Places (2, L (L - 1) / 2) of R below its diagonal.
        self.register_buffer("below", torch.tril_indices(latent_dim, latent_dim, -1), persistent=False)

    def forward(self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> FullNormal:
        latent_dim = self.latent_dim
        numbers = self.numbers(h, c)
        mean, log_variance, off_diagonal = numbers.tensor_split((latent_dim, 2 * latent_dim), dim=-1)
        root = torch.diag_embed((0.5 * log_variance).exp())
        root[:, self.below[0], self.below[1]] = off_diagonal
        return FullNormal(mean, root)
