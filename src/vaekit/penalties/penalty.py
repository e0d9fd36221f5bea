"""What every penalty offers."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from vaekit.bounds import Terms
from vaekit.errors import SpecError
from vaekit.model import Evidence
from vaekit.spec import Sizes


class Penalty(nn.Module, ABC):
    """Terms beside those of the bound, minimised by the model with weight `weight`."""

    name = "own"
    matches_prior = False
    needs_normal_q = False
    learns = False  # True for a critic: it has parameters and a loss of its own
    plain_numbers: tuple[str, ...] = ("weight",)  # as those of a bound
    encoder_rate: float | None = None
    """None: the terms are added to the model's loss. A number: they move the encoder alone, by an optimiser of its
    own at this learning rate, so that how they compare with the reconstruction does not matter."""

    def __init__(self, sizes: Sizes, weight: float) -> None:
        super().__init__()
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
            raise SpecError(f"penalty '{self.name}': weight={weight!r} is not possible; give 0 or more.")
        self.weight = float(weight)

    def _rate(self, option: str, rate: float | None) -> float | None:
        """A learning rate that may be None, or SpecError."""
        if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int | float) or not rate > 0):
            raise SpecError(f"penalty '{self.name}': {option}={rate!r} must be above 0, or None.")
        return rate

    @abstractmethod
    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        """name -> (weight, values (B,) or one number)."""
