"""The Poisson likelihood, for counts."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.poisson import Poisson
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register

# Above this log-rate (10^13 events) the decoder's number counts by its logarithm, so that no rate overflows.
LARGEST = 30.0


@register(
    "likelihood", "poisson", reference="Pandarinath et al., 2018, https://doi.org/10.1038/s41592-018-0109-9"
)
class PoissonLikelihood(DecodedLikelihood):
    """x ~ Poisson(exp(decoder(z))), for counts 0, 1, 2, ... The encoder reads log(1 + x)."""

    domain = "counts"
    measure = "mass"

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network)

    def distribution(self, numbers: Tensor) -> Poisson:
        given = numbers.squeeze(2)
        return Poisson(given.clamp(max=LARGEST) + torch.log1p((given - LARGEST).clamp(min=0)))

    def represent(self, x: Tensor) -> Tensor:
        return x.log1p()

    def check(self, x: Array) -> None:
        check_values(
            self.name, x, low=0, whole=True, needs="counts 0, 1, 2, ...", cure="Use likelihood 'gaussian'."
        )
