"""The normal posterior with a full covariance."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.normal import FullNormal
from vaekit.nn.network import Network
from vaekit.posteriors.posterior import LogJoint, Posterior
from vaekit.spec import Sizes, register


@register(
    "posterior",
    "full-normal",
    reference="Kingma and Welling, 2019, section 2.5, https://arxiv.org/abs/1906.02691",
)
class FullNormalPosterior(Posterior):
    """z ~ N(mean(x), R(x) R(x)') with R lower triangular: codes may be correlated given x."""

    def __init__(self, sizes: Sizes, network: Network) -> None:
        latent_dim = sizes.latent_dim
        super().__init__(sizes, network, 2 * latent_dim + latent_dim * (latent_dim - 1) // 2)
        row, column = torch.tril_indices(latent_dim, latent_dim, -1)
        self.register_buffer("row", row, persistent=False)
        self.register_buffer("column", column, persistent=False)

    def forward(self, x: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> FullNormal:
        latent_dim = self.latent_dim
        numbers = self.head(self.encoder(x))
        mean, log_variance, below = numbers.tensor_split((latent_dim, 2 * latent_dim), dim=-1)
        diagonal = torch.diag_embed((0.5 * log_variance).exp())
        return FullNormal(mean, diagonal.index_put((torch.arange(len(x), device=x.device)[:, None], self.row, self.column), below))
