"""The Poisson likelihood, for counts."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.poisson import Poisson
from vaekit.likelihoods.counts import CountLikelihood
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register(
    "likelihood", "poisson", reference="Pandarinath et al., 2018, https://doi.org/10.1038/s41592-018-0109-9"
)
class PoissonLikelihood(CountLikelihood):
    """x ~ Poisson(exp(decoder(z))), for counts 0, 1, 2, ... The encoder reads log(1 + x).

    library: None, or "observed" for shares of each row's own total.
    """

    def __init__(self, sizes: Sizes, network: Network, *, library: str | None = None) -> None:
        super().__init__(sizes, network, library=library)

    def family(self, log_mean: Tensor, numbers: Tensor) -> Poisson:
        return Poisson(log_mean)
