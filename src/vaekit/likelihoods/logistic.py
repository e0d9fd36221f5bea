"""The logistic likelihood, for values in [0, 1] of which some sit on the ends."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from vaekit.distributions.logistic import CutLogistic
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.scale import choose_scale
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register("likelihood", "logistic", reference="Tobin, 1958, https://doi.org/10.2307/1907382")
class LogisticLikelihood(DecodedLikelihood):
    """x in [0, 1] is logistic around a decoded centre, and 0 or 1 with the probability of all that lies beyond.

    scale: as in `gaussian`; the standard deviation is 1.8 times as large. Where x has a probability, that stands in
    the place of a density.
    """

    domain = "unit"

    def __init__(self, sizes: Sizes, network: Network, *, scale: float | str = "learned") -> None:
        made = choose_scale(self.name, scale, sizes)
        super().__init__(sizes, network, 1 + made.extra_numbers)
        self.scale = made

    def distribution(self, numbers: Tensor) -> CutLogistic:
        return CutLogistic(numbers[:, :, 0] + 0.5, self.scale(numbers))

    def check(self, x: Array) -> None:
        check_values(
            self.name, x, low=0, high=1, needs="x in [0, 1]", cure="Rescale x, or use likelihood 'gaussian'."
        )

    def scale_at_floor(self, p_x: Any) -> bool:
        return bool(self.scale.at_floor(p_x.scale).any())
