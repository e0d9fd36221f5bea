"""One network behind another: from data to codes, from codes to features, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import torch
from torch import Tensor, nn

from vaekit.errors import SpecError
from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network, choose_network
from vaekit.nn.options import whole_number
from vaekit.spec import Sizes, build, is_name_or_part, register


class Units(nn.Module):
    """The change from the outer model's codes to the units of the inner one: less `offset`, divided by `scale`."""

    offset: Tensor
    scale: Tensor

    def __init__(self, codes: int) -> None:
        super().__init__()
        self.register_buffer("offset", torch.zeros(codes))
        self.register_buffer("scale", torch.ones(codes))

    def forward(self, codes: Tensor) -> Tensor:
        """(B, codes) in the outer model's units -> the inner's."""
        return (codes - self.offset) / self.scale

    def back(self, codes: Tensor) -> Tensor:
        """The inverse."""
        return codes * self.scale + self.offset


class StackedEncoder(nn.Module):
    """x (B, *event) -> codes (B, codes) -> features (B, features)."""

    def __init__(self, outer: nn.Module, codes: int, inner: nn.Module) -> None:
        super().__init__()
        width: int = outer.features  # type: ignore[assignment]
        self.outer, self.inner = outer, inner
        self.to_codes = empty_layer(nn.Linear, width, codes)
        self.units = Units(codes)
        self.features: int = inner.features  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.inner(self.units(self.to_codes(self.outer(x))))
        return features


class StackedDecoder(nn.Module):
    """(N, inputs) -> codes (N, codes) -> (N, parameters, *event)."""

    def __init__(self, inner: nn.Module, codes: int, outer: nn.Module) -> None:
        super().__init__()
        self.inner, self.outer = inner, outer
        self.units = Units(codes)

    def forward(self, z: Tensor) -> Tensor:
        numbers: Tensor = self.outer(self.units.back(self.inner(z)[:, 0]))
        return numbers


@register("network", "stacked", reference="Kingma et al., 2014, https://arxiv.org/abs/1406.5298")
class Stacked(Network):
    """Two networks: the outer one takes data to `codes` numbers and back, the inner one these to features and back.

    codes: how many. outer, inner: networks by name or part; "auto" chooses them from the data and for rows of codes.
    """

    def __init__(
        self, sizes: Sizes, *, codes: int = 50, outer: Any = "auto", inner: Any = "auto", init: str = "torch"
    ) -> None:
        super().__init__(sizes, init=init)
        for place, given in (("outer", outer), ("inner", inner)):
            if not is_name_or_part(given):
                raise SpecError(
                    f"network 'stacked': {place}={given!r} is not possible; give a network by its name or part."
                )
        self.codes = whole_number("network 'stacked': codes", codes)
        self.outer: Network = _made(outer, replace(sizes, latent_dim=self.codes, condition_dim=0))
        self.inner: Network = _made(inner, Sizes((self.codes,), sizes.latent_dim))

    def for_event(self, event_shape: tuple[int, ...]) -> Self:
        other = super().for_event(event_shape)
        other.outer = self.outer.for_event(event_shape)
        return other

    def encoder(self) -> nn.Module:
        return StackedEncoder(self.outer.encoder(), self.codes, self.inner.encoder())

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        return StackedDecoder(
            self.inner.decoder(inputs, 1), self.codes, self.outer.decoder(self.codes, parameters)
        )

    @property
    def description(self) -> str:
        return f"stacked: {self.outer.description}; behind it {self.inner.description}"


def _made(given: Any, sizes: Sizes) -> Network:
    made: Network = build("network", choose_network(sizes) if given == "auto" else given, sizes)
    return made
