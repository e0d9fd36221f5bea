"""The categorical likelihood, for values that name one of C categories."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.categorical import Categorical
from vaekit.errors import SpecError
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_categories
from vaekit.nn.network import Network
from vaekit.nn.options import whole_number
from vaekit.spec import Sizes, register


def count_categories(name: str, categories: int | str, sizes: Sizes) -> int:
    """How many categories likelihood `name` has: as its option says, or with "auto" as the data do."""
    levels = sizes.facts.get("levels")
    if categories == "auto" and levels is None:
        raise SpecError(
            f"likelihood '{name}': categories='auto' cannot be read from these data; give a number, "
            f'as in part("{name}", categories=10).'
        )
    if categories == "auto":
        return max(int(levels or 0) + 1, 2)
    return whole_number(f"likelihood '{name}': categories", categories, least=2)


@register(
    "likelihood", "categorical", reference="van den Oord et al., 2016, https://arxiv.org/abs/1601.06759"
)
class CategoricalLikelihood(DecodedLikelihood):
    """x is k with probability softmax(decoder(z))_k, for categories 0 .. C - 1, as many for every value.

    categories: C, or "auto" from the data. The encoder reads a 0 or 1 for each category.
    """

    domain = "categories"
    measure = "mass"

    def __init__(self, sizes: Sizes, network: Network, *, categories: int | str = "auto") -> None:
        self.categories = count_categories(self.name, categories, sizes)
        super().__init__(sizes, network, self.categories)
        first, *rest = sizes.event_shape
        self.input_shape = (first * self.categories, *rest)

    def distribution(self, numbers: Tensor) -> Categorical:
        return Categorical(numbers)

    def represent(self, x: Tensor) -> Tensor:
        """One value a category, beside each other along the first axis of the event."""
        kinds = torch.arange(self.categories, device=x.device).view(-1, *(1,) * (x.dim() - 2))
        return (x.unsqueeze(2) == kinds).to(x.dtype).flatten(1, 2)

    def check(self, x: Array) -> None:
        check_categories(self.name, x, self.categories)
