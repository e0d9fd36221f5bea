"""Convolutions for images of any channels x height x width, odd and non-square ones included.

The encoder halves the picture with strided convolutions; the decoder starts from a small picture,
doubles it with transposed convolutions, cuts it to size and ends in a convolution of stride 1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vaekit.errors import SpecError
from vaekit.nn.activation import activation
from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


def choose_channels(height: int, width: int) -> tuple[int, ...]:
    """As many halvings as leave a side of 4 (one to four), with 32, 64, 128, 256 channels."""
    halvings = min(4, max(1, int(math.log2(max(min(height, width), 4) / 4))))
    return tuple(32 * 2**i for i in range(halvings))


class ConvEncoder(nn.Module):
    """x (B, C, H, W) -> features (B, features)."""

    def __init__(self, shape: tuple[int, int, int], channels: tuple[int, ...], kernel: int, valid: bool, act: str):
        super().__init__()
        before, height, width = shape
        padding = 0 if valid else kernel // 2
        layers: list[nn.Module] = []
        for after in channels:
            layers += [empty_layer(nn.Conv2d, before, after, kernel, 2, padding), activation(act)]
            height = (height + 2 * padding - kernel) // 2 + 1
            width = (width + 2 * padding - kernel) // 2 + 1
            before = after
        if height < 1 or width < 1:
            raise SpecError(
                f"conv: a picture of {shape[1]} x {shape[2]} is too small for {len(channels)} layers with "
                f"kernel {kernel}; give fewer channels=, a smaller kernel=, or network='mlp'."
            )
        self.layers = nn.Sequential(*layers)
        self.features = before * height * width

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x).flatten(1)


class ConvDecoder(nn.Module):
    """(N, inputs) -> (N, parameters, C, H, W)."""

    def __init__(
        self, inputs: int, shape: tuple[int, int, int], channels: tuple[int, ...], kernel: int, parameters: int, act: str
    ):
        super().__init__()
        self.out_shape = (parameters, *shape)
        self.small = tuple(-(-side // 2 ** len(channels)) for side in shape[1:])
        self.first = empty_layer(nn.Linear, inputs, channels[0] * self.small[0] * self.small[1])
        layers: list[nn.Module] = [activation(act)]
        before = channels[0]
        for after in channels[::-1]:
            up = empty_layer(
                nn.ConvTranspose2d, before, after, kernel, 2, padding=kernel // 2, output_padding=1
            )
            layers += [up, activation(act)]
            before = after
        self.layers = nn.Sequential(*layers)
        self.last = empty_layer(nn.Conv2d, before, parameters * shape[0], kernel, 1, kernel // 2)

    def forward(self, z: Tensor) -> Tensor:
        # Laid out as (height, width, channel), so that the permuted view is channels_last without a copy.
        picture = self.first(z).view(len(z), *self.small, -1).permute(0, 3, 1, 2)
        picture = self.layers(picture)
        height, width = self.out_shape[-2:]
        return self.last(picture[:, :, :height, :width]).reshape(-1, *self.out_shape)


@register("network", "conv", reference="LeCun et al., 1998, https://doi.org/10.1109/5.726791")
class Conv(Network):
    """Strided convolutions and their mirror image, for data of shape (channels, height, width).

    channels: channels after each halving, or "auto" from the size of the picture. kernel: odd side of
    every kernel. padding: "same" or "valid" in the encoder. activation, init: as in `mlp`.
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        channels: str | tuple[int, ...] = "auto",
        kernel: int = 3,
        padding: str = "same",
        activation: str = "relu",
        init: str = "torch",
    ) -> None:
        super().__init__(sizes)
        if len(sizes.event_shape) != 3:
            raise SpecError(
                f"network 'conv' needs images (channels, height, width); one example here has shape "
                f"{sizes.event_shape}. Give image_shape=(C, H, W), or use network='mlp'."
            )
        if kernel < 1 or kernel % 2 == 0:
            raise SpecError(f"conv: kernel={kernel!r} is not possible; give an odd number.")
        if padding not in ("same", "valid"):
            raise SpecError(f"conv: padding={padding!r} is not possible; there are: same, valid.")
        channel_count, height, width = sizes.event_shape
        self.shape = (channel_count, height, width)
        if channels == "auto":
            self.channels = choose_channels(height, width)
        elif isinstance(channels, str) or not channels or any(not isinstance(c, int) or c < 1 for c in channels):
            raise SpecError(f"conv: channels={channels!r} is not possible; give e.g. channels=(32, 64), or 'auto'.")
        else:
            self.channels = tuple(channels)
        self.kernel, self.padding, self.activation, self.init = kernel, padding, activation, init

    def encoder(self) -> nn.Module:
        made = ConvEncoder(self.shape, self.channels, self.kernel, self.padding == "valid", self.activation)
        return made.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        made = ConvDecoder(inputs, self.shape, self.channels, self.kernel, parameters, self.activation)
        return made.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def description(self) -> str:
        channels = " - ".join(str(c) for c in self.channels)
        size = " x ".join(str(side) for side in self.shape)
        return f"conv {size}, channels {channels}, {self.sizes.latent_dim} codes, decoder mirrored"
