"""Priors with a place for each label: the label of a row says in which place its codes are drawn.

Called with a condition c (B, C) of labels, such a prior draws each row in the place of its label, and a row that
is unlabelled in the whole. The places have the weights of the classes, so that the whole looks the same whether
labels are known or not.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor

from vaekit.distributions.labels import labels_of
from vaekit.errors import SpecError
from vaekit.nn.options import whole_number
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes


class Placed:
    """Draws in the places of `labels` (B,), -1 and None for the whole."""

    def __init__(self, prior: LabelledPrior, labels: Tensor | None) -> None:
        self.prior, self.labels = prior, labels

    def which(self, n: int, generator: torch.Generator) -> Tensor:
        """(n,) places: those of the labels; of the unlabelled by the weights of the places."""
        drawn = torch.multinomial(self.prior.weights, n, replacement=True, generator=generator)
        return drawn if self.labels is None else torch.where(self.labels < 0, drawn, self.labels)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L); with labels one draw for each, so n is their number."""
        return self.prior.draw_in(self.which(n, generator), generator)


class LabelledPrior(Prior):
    """Codes in `components` places with `weights`, None for the same weight each."""

    labelled = True
    weights: Tensor

    def __init__(self, sizes: Sizes, components: int, weights: Any) -> None:
        super().__init__(sizes)
        what = f"prior '{self.name}': components"
        self.components = whole_number(what, components)
        if sizes.condition_dim not in (0, self.components):
            raise SpecError(
                f"{what}={self.components} is not possible with {sizes.condition_dim} classes of labels; give "
                f"components={sizes.condition_dim}, one place a class."
            )
        self.register_buffer("weights", torch.tensor(self._shares(weights)), persistent=False)

    def _shares(self, weights: Any) -> list[float]:
        """The weights as shares that sum to one."""
        if weights is None:
            return [1 / self.components] * self.components
        shares = [float(weight) for weight in weights]
        if len(shares) != self.components or not all(0 < share < math.inf for share in shares):
            raise SpecError(
                f"prior '{self.name}': weights={tuple(shares)!r} is not possible; give {self.components} numbers "
                "above 0, one a component."
            )
        return [share / sum(shares) for share in shares]

    @abstractmethod
    def draw_in(self, which: Tensor, generator: torch.Generator) -> Tensor:
        """Places (n,) -> a code in each, (n, L)."""

    @abstractmethod
    def label_of(self, z: Tensor) -> Tensor:
        """Codes (n, L) -> the place that each lies in or nearest to, (n,)."""

    def forward(self, c: Tensor | None = None) -> Any:
        return Placed(self, None if c is None else labels_of(c))

    def uniform(self, n: int, generator: torch.Generator) -> Tensor:
        """(n,) numbers in [0, 1)."""
        return torch.rand(n, generator=generator, device=generator.device, dtype=self.weights.dtype)

    def _refuse_other_dims(self, latent_dim: int, shape: str) -> None:
        if latent_dim != 2:
            raise SpecError(
                f"prior '{self.name}' is {shape}, so it needs latent_dim=2, not {latent_dim}; use prior 'petals' "
                "for more latent values."
            )
