"""What every prior offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from vaekit.spec import Sizes


class Prior(nn.Module, ABC):
    """p(z | c). Called with a condition it gives an object with `log_prob(z)` and `sample(n, generator)`."""

    name = "own"
    support = "real"
    density = True
    learned = False
    needs_q_density = False  # True: evaluates q at codes that q did not draw
    labelled = False  # True: draws the row of a label in the place of that label
    reads_condition = False  # True: it is nothing without a condition

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.latent_dim = sizes.latent_dim

    def bind(self, posterior: nn.Module) -> None:
        """Take a reference to the posterior, which stays its own owner; most priors need none."""

    @abstractmethod
    def forward(self, c: Tensor | None = None) -> Any:
        """The distribution of codes for this condition."""

    def sample(self, n: int, generator: torch.Generator, c: Tensor | None = None) -> Tensor:
        """(n, L) draws."""
        drawn: Tensor = self(c).sample(n, generator)
        return drawn
