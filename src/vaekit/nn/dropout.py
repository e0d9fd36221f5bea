"""Dropout whose masks come from a generator of its own, so that the same seed trains to the same weights.

torch's own layer draws from the global state, which is the user's.

Reference: Srivastava et al., 2014, https://jmlr.org/papers/v15/srivastava14a.html
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from vaekit.errors import SpecError


class Dropout(nn.Module):
    """In training each value is 0 with probability `rate`, and the others grow so that the mean stays."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.seed, self.calls = 0, 0

    def first_weights(self, generator: torch.Generator) -> None:
        """Take a seed from the generator that draws the weights."""
        drawn = torch.randint(2**62, (1,), generator=generator, device=generator.device)
        self.seed, self.calls = int(drawn), 0

    def forward(self, x: Tensor) -> Tensor:
        """x of any shape -> x in evaluation, a new mask at every call in training."""
        if not self.training:
            return x
        generator = torch.Generator(x.device).manual_seed(self.seed + self.calls)
        self.calls += 1
        kept = torch.empty_like(x).bernoulli_(1 - self.rate, generator=generator)
        return x * kept / (1 - self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate}"


def dropout_rate(what: str, rate: Any) -> float:
    """The rate as a float, or SpecError when it is not a number from 0 up to, not with, 1."""
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate < 1:
        raise SpecError(f"{what}={rate!r} is not possible; give a number from 0 to below 1.")
    return float(rate)
