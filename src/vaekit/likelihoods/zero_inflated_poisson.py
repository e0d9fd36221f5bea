"""The zero-inflated Poisson likelihood, for counts with more zeros than a Poisson has."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.poisson import Poisson
from vaekit.distributions.zero_inflated import ZeroInflated
from vaekit.likelihoods.counts import CountLikelihood
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register("likelihood", "zero-inflated-poisson", reference="Lambert, 1992, https://doi.org/10.2307/1269547")
class ZeroInflatedPoissonLikelihood(CountLikelihood):
    """x is 0 with a decoded probability, else Poisson(exp(decoder(z))). The encoder reads log(1 + x).

    library: None, or "observed" for shares of each row's own total.
    """

    def __init__(self, sizes: Sizes, network: Network, *, library: str | None = None) -> None:
        super().__init__(sizes, network, 2, library=library)

    def family(self, log_mean: Tensor, numbers: Tensor) -> ZeroInflated:
        return ZeroInflated(Poisson(log_mean), numbers[:, :, -1])
