"""The diagonal normal posterior."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.normal import DiagonalNormal
from vaekit.nn.network import Network
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


@register(
    "posterior",
    "normal",
    has_rows=True,
    reference="Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114",
)
class NormalPosterior(EncodedPosterior):
    """z ~ N(mean(x), diag(variance(x)))."""

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network, 2 * sizes.latent_dim)

    def forward(
        self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> DiagonalNormal:
        mean, log_variance = self.numbers(h, c).chunk(2, dim=-1)
        return DiagonalNormal(mean, log_variance)
