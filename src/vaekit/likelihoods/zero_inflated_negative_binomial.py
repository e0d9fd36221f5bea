"""The zero-inflated negative binomial likelihood, for counts that vary much and have zeros of their own."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.zero_inflated import ZeroInflated
from vaekit.likelihoods.negative_binomial import NegativeBinomialLikelihood
from vaekit.spec import register


@register(
    "likelihood",
    "zero-inflated-negative-binomial",
    reference="Lopez et al., 2018, https://doi.org/10.1038/s41592-018-0229-2",
)
class ZeroInflatedNegativeBinomialLikelihood(NegativeBinomialLikelihood):
    """x is 0 with a decoded probability, else negative binomial around exp(decoder(z)). The encoder reads log(1 + x).

    dispersion, library: as in `negative-binomial`.
    """

    decoded = 2

    def family(self, log_mean: Tensor, numbers: Tensor) -> ZeroInflated:
        return ZeroInflated(super().family(log_mean, numbers), numbers[:, :, -1])
