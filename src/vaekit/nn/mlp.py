"""Fully connected layers, for tables and for images taken as rows of values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from torch import Tensor, nn

from vaekit.errors import SpecError
from vaekit.nn.activation import ACTIVATIONS, activation
from vaekit.nn.dropout import Dropout, dropout_rate
from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network
from vaekit.nn.options import one_of, whole_numbers
from vaekit.spec import Sizes, register


def choose_width(event_size: int) -> int:
    """The first power of two that is at least twice the values of an example, between 64 and 512."""
    return min(512, max(64, 1 << (2 * event_size - 1).bit_length()))


def stack(widths: Iterable[int], activations: str | tuple[str, ...], dropout: float = 0.0) -> nn.Sequential:
    """Linear layers from each width to the next, each followed by its activation (one name: the same for all) and,
    where dropout is above 0, by that."""
    pairs = list(pairwise(widths))
    names = (activations,) * len(pairs) if isinstance(activations, str) else activations
    layers: list[nn.Module] = []
    for (inputs, outputs), name in zip(pairs, names, strict=True):
        layers += [empty_layer(nn.Linear, inputs, outputs), activation(name)]
        layers += [Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers)


class MLPEncoder(nn.Module):
    """x (B, *event) -> features (B, features)."""

    def __init__(
        self,
        event_size: int,
        hidden: tuple[int, ...],
        activations: str | tuple[str, ...],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.features = hidden[-1] if hidden else event_size
        self.layers = stack((event_size, *hidden), activations, dropout)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x.flatten(1))
        return features


class MLPDecoder(nn.Module):
    """(N, inputs) -> (N, parameters, *event)."""

    def __init__(
        self,
        inputs: int,
        hidden: tuple[int, ...],
        parameters: int,
        sizes: Sizes,
        activations: str | tuple[str, ...],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.out_shape = (parameters, *sizes.event_shape)
        self.layers = stack((inputs, *hidden), activations, dropout)
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
    linear network. activation: relu, elu, leaky-relu, silu, gelu, softplus or tanh, for all layers or one for each
    of `hidden`. dropout: of every hidden layer in training. init: "torch", "glorot" (Keras' default) or "he".
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        hidden: str | tuple[int, ...] = "auto",
        activation: str | tuple[str, ...] = "relu",
        dropout: float = 0.0,
        init: str = "torch",
    ) -> None:
        super().__init__(sizes, "relu" if isinstance(activation, tuple | list) else activation, init)
        automatic = isinstance(hidden, str) and hidden == "auto"
        self.hidden = (
            (choose_width(sizes.event_size),) * 2
            if automatic
            else whole_numbers("network 'mlp': hidden", hidden)
        )
        several = isinstance(activation, tuple | list)
        names = tuple(activation) if several else (self.activation,) * len(self.hidden)
        if len(names) != len(self.hidden):
            raise SpecError(
                f"network 'mlp': activation={activation!r} names {len(names)} and hidden={self.hidden} has "
                f"{len(self.hidden)} layers; give one name, or one for each layer."
            )
        self.activations = tuple(one_of("network 'mlp': activation", name, ACTIVATIONS) for name in names)
        self.dropout = dropout_rate("network 'mlp': dropout", dropout)

    def encoder(self) -> nn.Module:
        return MLPEncoder(self.sizes.event_size, self.hidden, self.activations, self.dropout)

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        hidden, activations = self.hidden[::-1], self.activations[::-1]
        return MLPDecoder(inputs, hidden, parameters, self.sizes, activations, self.dropout)

    @property
    def description(self) -> str:
        widths = " - ".join(str(w) for w in (self.sizes.event_size, *self.hidden, self.sizes.latent_dim))
        return f"mlp {widths}, decoder mirrored"
