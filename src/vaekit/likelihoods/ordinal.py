"""The ordinal likelihood, for categories in order."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaekit.distributions.ordinal import Ordinal
from vaekit.kinds import Array
from vaekit.likelihoods.categorical import count_categories
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_categories
from vaekit.likelihoods.scale import FLOOR, positive
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register(
    "likelihood", "ordinal", reference="McCullagh, 1980, https://doi.org/10.1111/j.2517-6161.1980.tb01109.x"
)
class OrdinalLikelihood(DecodedLikelihood):
    """x is one of the categories 0 .. C - 1 in order, with P(x <= k) = sigmoid(threshold_k - decoder(z)).

    categories: C, or "auto" from the data. Each value of an example has C - 1 thresholds of its own, which are
    learned. The encoder reads categories scaled to [-1, 1].
    """

    domain = "categories"
    measure = "mass"

    def __init__(self, sizes: Sizes, network: Network, *, categories: int | str = "auto") -> None:
        self.categories = count_categories(self.name, categories, sizes)
        super().__init__(sizes, network)
        self.first = nn.Parameter(torch.full(sizes.event_shape, 1 - self.categories / 2))
        self.raw_steps = nn.Parameter(torch.zeros(self.categories - 2, *sizes.event_shape))

    @property
    def thresholds(self) -> Tensor:
        """(C - 1, *event), rising; at first one apart, their middle at 0."""
        steps = FLOOR + positive(self.raw_steps)
        return torch.cat((self.first.unsqueeze(0), steps)).cumsum(0)

    def distribution(self, numbers: Tensor) -> Ordinal:
        return Ordinal(numbers.squeeze(2), self.thresholds)

    def represent(self, x: Tensor) -> Tensor:
        return x * (2 / (self.categories - 1)) - 1

    def check(self, x: Array) -> None:
        check_categories(self.name, x, self.categories)
