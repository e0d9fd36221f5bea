"""The zero-inflated negative binomial likelihood, for counts that vary much and have zeros of their own."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.negative_binomial import NegativeBinomial
from vaekit.distributions.zero_inflated import ZeroInflated
from vaekit.likelihoods.counts import CountLikelihood
from vaekit.likelihoods.scale import choose_dispersion
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register(
    "likelihood",
    "zero-inflated-negative-binomial",
    reference="Lopez et al., 2018, https://doi.org/10.1038/s41592-018-0229-2",
)
class ZeroInflatedNegativeBinomialLikelihood(CountLikelihood):
    """x is 0 with a decoded probability, else negative binomial around exp(decoder(z)). The encoder reads log(1 + x).

    dispersion, library: as in `negative-binomial`.
    """

    def __init__(
        self,
        sizes: Sizes,
        network: Network,
        *,
        dispersion: float | str = "per-feature",
        library: str | None = None,
    ) -> None:
        made = choose_dispersion(self.name, dispersion, sizes)
        super().__init__(sizes, network, 2 + made.extra_numbers, library=library)
        self.dispersion = made

    def family(self, log_mean: Tensor, numbers: Tensor) -> ZeroInflated:
        return ZeroInflated(NegativeBinomial(log_mean, self.dispersion(numbers)), numbers[:, :, -1])
