"""What every critic offers."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from vaekit.model import Evidence
from vaekit.penalties.penalty import Penalty


class Critic(Penalty):
    """A penalty with parameters and a loss of its own."""

    learns = True
    learning_rate: float | None = None  # None: the model's

    @abstractmethod
    def critic_loss(self, evidence: Evidence, generator: torch.Generator) -> Tensor:
        """The critic's own loss, one number; it sees the model's tensors detached."""
