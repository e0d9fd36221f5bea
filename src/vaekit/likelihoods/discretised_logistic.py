"""The discretised logistic likelihood, for pixels and other whole levels in order."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.discretised_logistic import DiscretisedLogistic
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.scale import NetworkScale, spread_of
from vaekit.nn.network import Network
from vaekit.nn.options import whole_number
from vaekit.spec import Sizes, register


@register(
    "likelihood", "discretised-logistic", reference="Salimans et al., 2017, https://arxiv.org/abs/1701.05517"
)
class DiscretisedLogisticLikelihood(DecodedLikelihood):
    """x is one of the levels 0 .. N, with the probability that a logistic distribution gives to its bin.

    levels: N, or "auto" from the data (255 where they do not say). Centre and scale come from the code. The
    encoder reads levels scaled to [-1, 1].
    """

    domain = "levels"
    measure = "mass"

    def __init__(self, sizes: Sizes, network: Network, *, levels: int | str = "auto") -> None:
        found = (sizes.facts.get("levels") or 255) if levels == "auto" else levels
        super().__init__(sizes, network, 2)
        self.levels = whole_number("likelihood 'discretised-logistic': levels", found)
        self.scale = NetworkScale(spread_of(sizes))

    def distribution(self, numbers: Tensor) -> DiscretisedLogistic:
        # The decoder's -1 and 1 are the lowest and the highest level.
        centre = (numbers[:, :, 0] + 1) * (self.levels / 2)
        return DiscretisedLogistic(centre, self.scale(numbers), self.levels)

    def represent(self, x: Tensor) -> Tensor:
        return x * (2 / self.levels) - 1

    def check(self, x: Array) -> None:
        check_values(
            self.name,
            x,
            low=0,
            high=self.levels,
            whole=True,
            needs=f"whole levels 0 to {self.levels}",
            cure='Give the highest level with part("discretised-logistic", levels=...), or use likelihood '
            "'gaussian'.",
            cure_between="Give whole levels such as pixels of 0 to 255, or use likelihood "
            "'continuous-bernoulli' for x in [0, 1].",
        )
