"""Convolutions for images of any channels x height x width, odd and non-square ones included.

The encoder halves the picture with strided convolutions; the decoder starts from a small picture,
doubles it with transposed convolutions, cuts it to size and ends in a convolution of stride 1.
Pictures are laid out channels_last, in which CPUs and GPUs convolve faster; shapes are the same.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vaekit.errors import SpecError
from vaekit.nn.activation import activation
from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network
from vaekit.nn.options import one_of, whole_number, whole_numbers
from vaekit.nn.thin_conv import ThinConv
from vaekit.spec import Sizes, register


def choose_channels(height: int, width: int) -> tuple[int, ...]:
    """As many halvings as leave a side of 4 (one to four), with 32, 64, 128, 256 channels."""
    halvings = min(4, max(1, int(math.log2(max(min(height, width), 4) / 4))))
    return tuple(32 * 2**i for i in range(halvings))


def shrink(height: int, width: int, layers: int, kernel: int, padding: int) -> tuple[int, int]:
    """The size of a picture after this many convolutions of stride 2, or SpecError where it is too small."""
    rows, columns = height, width
    for _ in range(layers):
        if min(rows, columns) + 2 * padding < kernel or max(rows, columns) == 1:
            raise SpecError(
                f"network 'conv': a picture of {height} x {width} is too small for {layers} halving(s) with "
                f"kernel {kernel}; give fewer channels=, a smaller kernel=, or use network='mlp'."
            )
        rows, columns = ((side + 2 * padding - kernel) // 2 + 1 for side in (rows, columns))
    return rows, columns


class ConvEncoder(nn.Module):
    """x (B, C, H, W) -> features (B, features)."""

    def __init__(
        self, shape: tuple[int, int, int], channels: tuple[int, ...], kernel: int, padding: int, act: str
    ) -> None:
        super().__init__()
        before, height, width = shape
        layers: list[nn.Module] = []
        for after in channels:
            layers += [empty_layer(nn.Conv2d, before, after, kernel, 2, padding), activation(act)]
            before = after
        self.layers = nn.Sequential(*layers)
        self.features = before * math.prod(shrink(height, width, len(channels), kernel, padding))

    def forward(self, x: Tensor) -> Tensor:
        picture: Tensor = self.layers(x)
        return picture.flatten(1)


class ConvDecoder(nn.Module):
    """(N, inputs) -> (N, parameters, C, H, W)."""

    def __init__(
        self,
        inputs: int,
        shape: tuple[int, int, int],
        channels: tuple[int, ...],
        kernel: int,
        parameters: int,
        act: str,
    ) -> None:
        super().__init__()
        self.out_shape = (parameters, *shape)
        self.small = tuple(-(-side // 2 ** len(channels)) for side in shape[1:])
        before = channels[0]
        self.first = empty_layer(nn.Linear, inputs, math.prod(self.small) * before)
        self.act = activation(act)
        layers: list[nn.Module] = []
        for after in channels[::-1]:
            up = empty_layer(
                nn.ConvTranspose2d, before, after, kernel, 2, padding=kernel // 2, output_padding=1
            )
            layers += [up, activation(act)]
            before = after
        self.layers = nn.Sequential(*layers)
        # Of stride 1, where a transposed convolution is a convolution, and this one is faster.
        self.last = empty_layer(ThinConv, before, parameters * shape[0], kernel)

    def forward(self, z: Tensor) -> Tensor:
        # Laid out as (height, width, channel), so that the permuted view is channels_last without a copy.
        picture = self.act(self.first(z)).view(len(z), *self.small, -1).permute(0, 3, 1, 2)
        height, width = self.out_shape[-2:]
        numbers: Tensor = self.last(self.layers(picture)[..., :height, :width])
        return numbers.view(len(z), *self.out_shape)


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
        super().__init__(sizes, activation, init)
        if len(sizes.event_shape) != 3:
            raise SpecError(
                f"network 'conv' needs images (channels, height, width); one example here has shape "
                f"{sizes.event_shape}. Give image_shape=(C, H, W), or use network='mlp'."
            )
        depth, height, width = sizes.event_shape
        self.shape = (depth, height, width)
        automatic = isinstance(channels, str) and channels == "auto"
        self.channels = (
            choose_channels(height, width)
            if automatic
            else whole_numbers("network 'conv': channels", channels)
        )
        if not self.channels:
            raise SpecError("network 'conv' needs one number of channels or more; network='mlp' needs none.")
        self.kernel = whole_number("network 'conv': kernel", kernel)
        if self.kernel % 2 == 0:
            raise SpecError(f"network 'conv': kernel={kernel!r} is not possible; give an odd number.")
        one_of("network 'conv': padding", padding, ("same", "valid"))
        self.padding = self.kernel // 2 if padding == "same" else 0
        shrink(height, width, len(self.channels), self.kernel, self.padding)

    def encoder(self) -> nn.Module:
        return _channels_last(
            ConvEncoder(self.shape, self.channels, self.kernel, self.padding, self.activation)
        )

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        return _channels_last(
            ConvDecoder(inputs, self.shape, self.channels, self.kernel, parameters, self.activation)
        )

    @property
    def description(self) -> str:
        channels = " - ".join(str(c) for c in self.channels)
        size = " x ".join(str(side) for side in self.shape)
        return f"conv {size}, channels {channels}, {self.sizes.latent_dim} codes, decoder mirrored"


def _channels_last(module: nn.Module) -> nn.Module:
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
