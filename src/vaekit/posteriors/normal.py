"""The diagonal normal posterior."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.normal import DiagonalNormal
from vaekit.nn.network import Network
from vaekit.posteriors.posterior import LogJoint, Posterior
from vaekit.spec import Sizes, register


@register("posterior", "normal", reference="Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114")
class NormalPosterior(Posterior):
    """z ~ N(mean(x), diag(variance(x)))."""

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network, 2 * sizes.latent_dim)

    def forward(
        self, x: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> DiagonalNormal:
        mean, log_variance = self.head(self.encoder(x)).chunk(2, dim=-1)
        return DiagonalNormal(mean, log_variance)
