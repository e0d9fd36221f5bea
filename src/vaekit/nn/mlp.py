"""Fully connected layers, for tables and for images taken as rows of values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from torch import Tensor, nn

from vaekit.nn.activation import activation
from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network
from vaekit.nn.options import whole_numbers
from vaekit.spec import Sizes, register


def choose_width(event_size: int) -> int:
    """The first power of two that is at least twice the values of an example, between 64 and 512."""
    return min(512, max(64, 1 << (2 * event_size - 1).bit_length()))


def stack(widths: Iterable[int], activation_name: str) -> nn.Sequential:
    """Linear layers from each width to the next, each followed by the activation."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [empty_layer(nn.Linear, inputs, outputs), activation(activation_name)]
    return nn.Sequential(*layers)


class MLPEncoder(nn.Module):
    """x (B, *event) -> features (B, features)."""

    def __init__(self, event_size: int, hidden: tuple[int, ...], activation_name: str) -> None:
        super().__init__()
        self.features = hidden[-1] if hidden else event_size
        self.layers = stack((event_size, *hidden), activation_name)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x.flatten(1))
        return features


class MLPDecoder(nn.Module):
    """(N, inputs) -> (N, parameters, *event)."""

    def __init__(
        self, inputs: int, hidden: tuple[int, ...], parameters: int, sizes: Sizes, activation_name: str
    ) -> None:
        super().__init__()
        self.out_shape = (parameters, *sizes.event_shape)
        self.layers = stack((inputs, *hidden), activation_name)
        last = hidden[-1] if hidden else inputs
        self.last = empty_layer(nn.Linear, last, parameters * sizes.event_size)

    def forward(self, z: Tensor) -> Tensor:
        numbers: Tensor = self.last(self.layers(z))
        return numbers.view(len(z), *self.out_shape)

    @property
    def affine_weight(self) -> Tensor | None:
        """(parameters, *event, inputs) when the decoder is affine in z, else None."""
        if len(self.layers):
            return None
        return self.last.weight.view(*self.out_shape, -1)


@register("network", "mlp", reference="Rumelhart et al., 1986, https://doi.org/10.1038/323533a0")
class MLP(Network):
    """Fully connected layers; the decoder mirrors the encoder.

    hidden: widths from the data to the code, "auto" (two layers, chosen from the data) or () for a
    linear network. activation: relu, elu, leaky-relu, silu, gelu, softplus or tanh. init: "torch" or
    "glorot" (Keras' default).
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        hidden: str | tuple[int, ...] = "auto",
        activation: str = "relu",
        init: str = "torch",
    ) -> None:
        super().__init__(sizes, activation, init)
        automatic = isinstance(hidden, str) and hidden == "auto"
        self.hidden = (
            (choose_width(sizes.event_size),) * 2
            if automatic
            else whole_numbers("network 'mlp': hidden", hidden)
        )

    def encoder(self) -> nn.Module:
        return MLPEncoder(self.sizes.event_size, self.hidden, self.activation)

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        return MLPDecoder(inputs, self.hidden[::-1], parameters, self.sizes, self.activation)

    @property
    def description(self) -> str:
        widths = " - ".join(str(w) for w in (self.sizes.event_size, *self.hidden, self.sizes.latent_dim))
        return f"mlp {widths}, decoder mirrored"
