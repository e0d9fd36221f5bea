"""A normal posterior squashed into the box of a uniform prior."""

from __future__ import annotations

from torch import Tensor, nn

from vaekit.distributions.normal import DiagonalNormal
from vaekit.distributions.uniform import SquashedNormal
from vaekit.errors import ClashError
from vaekit.nn.network import Network
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


@register(
    "posterior", "box", support="box", reference="Johnson, 1949, https://doi.org/10.1093/biomet/36.1-2.149"
)
class BoxPosterior(EncodedPosterior):
    """z = low + (high - low) sigmoid(u), u ~ N(mean(x), diag(variance(x))); low and high are the prior's."""

    low: float
    high: float

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network, 2 * sizes.latent_dim)

    def bind(self, prior: nn.Module) -> None:
        low, high = getattr(prior, "low", None), getattr(prior, "high", None)
        if not isinstance(low, float) or not isinstance(high, float):
            raise ClashError(
                f"posterior 'box' draws codes in the box of its prior, and prior '{getattr(prior, 'name', 'own')}' "
                "has no numbers low and high; use prior 'uniform', or posterior 'normal'."
            )
        self.low, self.high = low, high

    def forward(
        self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> SquashedNormal:
        mean, log_variance = self.numbers(h, c).chunk(2, dim=-1)
        return SquashedNormal(DiagonalNormal(mean, log_variance), self.low, self.high)
