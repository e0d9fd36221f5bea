"""The scale of a real-valued likelihood: a number, learned once, learned for each value, or read from z.

Learned scales are measured in the spread of the data, start near it, and never fall below a thousandth
of it: without a floor the density of a value that is fitted exactly runs to infinity, and with it the bound.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import replace
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from vaekit.errors import SpecError
from vaekit.spec import Sizes

FLOOR = 1e-3
ONE = math.log(math.e - 1)  # softplus(ONE) is 1


def positive(raw: Tensor) -> Tensor:
    """Any number to a positive one, 0 to 1: exponential below, linear above, so that nothing overflows."""
    return softplus(raw + ONE)


class Scale(nn.Module, ABC):
    """The decoder's numbers (K, B, P, *event) -> scales, of a shape that broadcasts to (K, B, *event)."""

    extra_numbers = 0  # what the decoder gives for each value, besides the centre
    reads_z = False

    @abstractmethod
    def forward(self, numbers: Tensor) -> Tensor:
        """Scales, above 0."""

    @abstractmethod
    def at_floor(self, scale: Tensor) -> Tensor:
        """Which of these scales sit within 10 % of the floor: bool, of the scales' shape."""


class FixedScale(Scale):
    """One number, as given."""

    value: Tensor

    def __init__(self, value: float) -> None:
        super().__init__()
        self.register_buffer("value", torch.tensor(value), persistent=False)

    def forward(self, numbers: Tensor) -> Tensor:
        return self.value

    def at_floor(self, scale: Tensor) -> Tensor:
        return torch.zeros_like(scale, dtype=torch.bool)


class FlooredScale(Scale):
    """Scales above FLOOR units; `unit`, () or event, is the spread of the data, kept with the weights."""

    unit: Tensor

    def __init__(self, unit: Tensor) -> None:
        super().__init__()
        self.register_buffer("unit", unit)

    def above_floor(self, raw: Tensor) -> Tensor:
        return self.unit * (FLOOR + positive(raw))

    def at_floor(self, scale: Tensor) -> Tensor:
        return scale <= 1.1 * FLOOR * self.unit


class LearnedScale(FlooredScale):
    """Parameters of the model: one for every unit given."""

    def __init__(self, unit: Tensor) -> None:
        super().__init__(unit)
        self.raw = nn.Parameter(torch.zeros_like(unit))

    def forward(self, numbers: Tensor) -> Tensor:
        return self.above_floor(self.raw)


class NetworkScale(FlooredScale):
    """Read from the code by the decoder: its second number of each value."""

    extra_numbers = 1
    reads_z = True

    def forward(self, numbers: Tensor) -> Tensor:
        return self.above_floor(numbers[:, :, 1])


def _known_spread(sizes: Sizes) -> Tensor:
    """The spread of each value over the data, (event); 0 where it is unknown or is rounding only."""
    spread, mean = (
        torch.as_tensor(sizes.facts.get(fact, 0.0), dtype=torch.float32).broadcast_to(sizes.event_shape)
        for fact in ("spread", "mean")
    )
    return torch.where(spread > 1e-6 * mean.abs(), spread, 0.0)


def spread_of(sizes: Sizes) -> Tensor:
    """One unit for each value, (event): its spread, or 1 where there is none."""
    known = _known_spread(sizes)
    return torch.where(known > 0, known, 1.0)


def largest_spread(sizes: Sizes) -> Tensor:
    """One unit for all values, (): the largest spread, so that one floor is high enough for each."""
    largest = _known_spread(sizes).max()
    return largest if largest > 0 else torch.ones(())


def moments(x: Tensor) -> dict[str, Tensor]:
    """The facts of x (n, *event) that scales are measured by: mean and spread, NaN passed over, 0 where all are."""
    mean = x.nanmean(0).nan_to_num()
    return {"mean": mean, "spread": (x - mean).square().nanmean(0).sqrt().nan_to_num()}


def choose_scale(name: str, scale: Any, sizes: Sizes, option: str = "scale") -> Scale:
    """The scale that the option of likelihood `name` asks for."""
    if scale == "learned":
        return LearnedScale(largest_spread(sizes))
    if scale == "per-feature":
        return LearnedScale(spread_of(sizes))
    if scale == "network":
        return NetworkScale(spread_of(sizes))
    if isinstance(scale, Real) and not isinstance(scale, bool) and 0 < float(scale) < math.inf:
        return FixedScale(float(scale))
    raise SpecError(
        f"likelihood '{name}': {option}={scale!r} is not possible; give a positive number, 'learned' (one), "
        "'per-feature' (one for each value of an example) or 'network' (from the code)."
    )


def choose_dispersion(name: str, dispersion: Any, sizes: Sizes) -> Scale:
    """The same for a dispersion of counts, which has no unit: it starts at 1 and never falls below FLOOR."""
    return choose_scale(name, dispersion, replace(sizes, facts={}), "dispersion")
