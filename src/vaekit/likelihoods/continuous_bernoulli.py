"""The continuous Bernoulli likelihood, for values in [0, 1]: grey pixels, proportions."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.continuous_bernoulli import ContinuousBernoulli
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register(
    "likelihood",
    "continuous-bernoulli",
    reference="Loaiza-Ganem and Cunningham, 2019, https://arxiv.org/abs/1907.06845",
)
class ContinuousBernoulliLikelihood(DecodedLikelihood):
    """x in [0, 1] with density proportional to exp(decoder(z) x)."""

    domain = "unit"

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network)

    def distribution(self, numbers: Tensor) -> ContinuousBernoulli:
        return ContinuousBernoulli(numbers.squeeze(2))

    def check(self, x: Array) -> None:
        check_values(
            self.name, x, low=0, high=1, needs="x in [0, 1]", cure="Rescale x, or use likelihood 'gaussian'."
        )
