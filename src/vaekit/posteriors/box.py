"""A normal posterior squashed into the box of a uniform prior."""

from __future__ import annotations

from torch import Tensor, nn

from vaekit.distributions.normal import DiagonalNormal
from vaekit.distributions.uniform import SquashedNormal
from vaekit.nn.network import Network
from vaekit.posteriors.posterior import LogJoint, Posterior
from vaekit.spec import Sizes, register


@register(
    "posterior", "box", support="box", reference="Johnson, 1949, https://doi.org/10.1093/biomet/36.1-2.149"
)
class BoxPosterior(Posterior):
    """z = low + (high - low) sigmoid(u), u ~ N(mean(x), diag(variance(x))); low and high are the prior's."""

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network, 2 * sizes.latent_dim)

    def bind(self, prior: nn.Module) -> None:
        self.low, self.high = prior.low, prior.high

    def forward(
        self, x: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> SquashedNormal:
        mean, log_variance = self.head(self.encoder(x)).chunk(2, dim=-1)
        return SquashedNormal(DiagonalNormal(mean, log_variance), self.low, self.high)
