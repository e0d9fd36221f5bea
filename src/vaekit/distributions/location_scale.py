"""Families that are one standard distribution moved and stretched: x = centre + scale * noise."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent


class LocationScale(Independent):
    """centre (K, B, *event); scale of any shape that broadcasts to it: (), event or (K, B, *event).

    A log-density is written as (minus the normaliser, of the scale's shape) plus one fused term of the
    distance, so a shared scale costs no pass over the values.
    """

    def __init__(self, centre: Tensor, scale: Tensor) -> None:
        self.centre = centre
        self.scale = scale

    @property
    def mean(self) -> Tensor:
        return self.centre

    def standardised(self, x: Tensor) -> Tensor:
        """(x - centre) / scale."""
        return (x - self.centre) * self.scale.reciprocal()

    @abstractmethod
    def noise(self, generator: torch.Generator) -> Tensor:
        """Draws of the standard distribution, (K, B, *event)."""

    def sample(self, generator: torch.Generator) -> Tensor:
        return self.centre + self.scale * self.noise(generator)
