"""What every network part offers, and the choice of one from the shape of the data."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Self

from torch import nn

from vaekit.nn.activation import ACTIVATIONS
from vaekit.nn.initialise import SCHEMES
from vaekit.nn.options import one_of
from vaekit.spec import Part, Sizes, part


class Network(ABC):
    """Makes the two halves of a model's network from the sizes that the data decide.

    encoder()  a module x (B, *event) -> features (B, encoder.features)
    decoder()  a module (N, inputs) -> (N, parameters, *event)
    """

    name = "own"

    def __init__(self, sizes: Sizes, activation: str = "relu", init: str = "torch") -> None:
        self.sizes = sizes
        self.activation = one_of(f"network '{self.name}': activation", activation, ACTIVATIONS)
        self.init = one_of(f"network '{self.name}': init", init, SCHEMES)

    def for_event(self, event_shape: tuple[int, ...]) -> Self:
        """The same network, of the same widths, for examples of another shape."""
        other = copy.copy(self)
        other.sizes = replace(self.sizes, event_shape=event_shape)
        return other

    @abstractmethod
    def encoder(self) -> nn.Module:
        """x (B, *event) -> (B, features); the module says how many in `.features`."""

    @abstractmethod
    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        """(N, inputs) -> (N, parameters, *event): this many numbers for every value of an example."""

    @property
    @abstractmethod
    def description(self) -> str:
        """One line with the widths, as it is printed and kept."""


def choose_network(sizes: Sizes) -> Part:
    """Convolutions for images of at least 16 x 16, else fully connected layers."""
    is_image = len(sizes.event_shape) == 3
    return part("conv") if is_image and min(sizes.event_shape[1:]) >= 16 else part("mlp")
