"""The negative binomial likelihood, for counts that vary more than their mean."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.independent import Independent
from vaekit.distributions.negative_binomial import NegativeBinomial
from vaekit.likelihoods.counts import CountLikelihood
from vaekit.likelihoods.scale import choose_dispersion
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register(
    "likelihood",
    "negative-binomial",
    reference="Lopez et al., 2018, https://doi.org/10.1038/s41592-018-0229-2",
)
class NegativeBinomialLikelihood(CountLikelihood):
    """x counts with mean m = exp(decoder(z)) and variance m + dispersion m^2. The encoder reads log(1 + x).

    dispersion: a positive number, "learned" (one), "per-feature" (one for each value of an example) or "network"
    (from the code). library: None, or "observed" for shares of each row's own total.
    """

    decoded = 1
    """Numbers that the decoder gives for a value, before those of the dispersion."""

    def __init__(
        self,
        sizes: Sizes,
        network: Network,
        *,
        dispersion: float | str = "per-feature",
        library: str | None = None,
    ) -> None:
        made = choose_dispersion(self.name, dispersion, sizes)
        super().__init__(sizes, network, self.decoded + made.extra_numbers, library=library)
        self.dispersion = made

    def family(self, log_mean: Tensor, numbers: Tensor) -> Independent:
        return NegativeBinomial(log_mean, self.dispersion(numbers))
