"""Fully connected layers whose encoder reads the condition beside the data, from its first layer on."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaekit.errors import SpecError
from vaekit.nn.mlp import MLP, MLPDecoder, stack
from vaekit.nn.options import whole_numbers
from vaekit.spec import Sizes, register


class JointEncoder(nn.Module):
    """x (B, *event), c (B, C) -> features (B, features)."""

    reads_condition = True

    def __init__(
        self,
        event_size: int,
        condition_dim: int,
        hidden: tuple[int, ...],
        activations: str | tuple[str, ...],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        inputs = event_size + condition_dim
        self.features = hidden[-1] if hidden else inputs
        self.layers = stack((inputs, *hidden), activations, dropout)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        features: Tensor = self.layers(torch.cat((x.flatten(1), c), dim=-1))
        return features


@register("network", "conditional-mlp", reference="Kingma et al., 2014, https://arxiv.org/abs/1406.5298")
class ConditionalMLP(MLP):
    """An mlp whose encoder takes x and the condition as one row; without a condition it is an mlp.

    hidden: widths of the encoder; decoder: those of the decoder, from the code to the data, or "mirrored".
    activation, dropout, init: as in `mlp`; the decoder has the activations in reverse.
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        hidden: str | tuple[int, ...] = "auto",
        decoder: str | tuple[int, ...] = "mirrored",
        activation: str | tuple[str, ...] = "relu",
        dropout: float = 0.0,
        init: str = "torch",
    ) -> None:
        super().__init__(sizes, hidden=hidden, activation=activation, dropout=dropout, init=init)
        mirrored = isinstance(decoder, str) and decoder == "mirrored"
        self.decoder_hidden = (
            self.hidden[::-1] if mirrored else whole_numbers("network 'conditional-mlp': decoder", decoder)
        )
        if len(self.decoder_hidden) != len(self.hidden):
            raise SpecError(
                f"network 'conditional-mlp': decoder={decoder!r} has {len(self.decoder_hidden)} layers and the encoder "
                f"{len(self.hidden)}; give as many widths, or 'mirrored'."
            )

    def encoder(self) -> nn.Module:
        if not self.sizes.condition_dim:
            return super().encoder()
        return JointEncoder(
            self.sizes.event_size, self.sizes.condition_dim, self.hidden, self.activations, self.dropout
        )

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        activations = self.activations[::-1]
        return MLPDecoder(inputs, self.decoder_hidden, parameters, self.sizes, activations, self.dropout)

    @property
    def description(self) -> str:
        inputs = f"{self.sizes.event_size} + {self.sizes.condition_dim}"
        encoder = " - ".join(map(str, (inputs, *self.hidden, self.sizes.latent_dim)))
        return f"conditional-mlp {encoder}, decoder {' - '.join(map(str, self.decoder_hidden))}"
