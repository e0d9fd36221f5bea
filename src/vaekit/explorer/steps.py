"""A network as steps that the page can run: what each does, with its weights beside it.

The steps, and what each reads, are those of `MAKE` in runtime.js. Pictures are laid out there as (row, column,
channel), so weights of convolutions have their axes in that order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from torch import Tensor, nn

from vaekit.explorer.pack import packed_weights
from vaekit.kinds import Array
from vaekit.nn.conv import ConvDecoder, ConvEncoder
from vaekit.nn.dropout import Dropout
from vaekit.nn.mlp import MLPDecoder, MLPEncoder
from vaekit.nn.own import OwnDecoder, OwnEncoder
from vaekit.nn.thin_conv import ThinConv

Step = dict[str, Any]


class CannotRun(Exception):
    """A layer that the page has no step for; the message is its name."""


class Steps:
    """The steps of a network, written one after another.

    kind: the type that weights are stored in. shape: of what the last step gives, (values,) or, for a picture,
    (channels, height, width).
    """

    def __init__(self, shape: tuple[int, ...], kind: str) -> None:
        self.shape, self.kind = tuple(shape), kind
        self.found: list[Step] = []

    def add(self, op: str, shape: tuple[int, ...], **options: Any) -> None:
        """A step and the shape of what it gives."""
        self.found.append({"op": op, **options})
        self.shape = shape

    def weights(self, values: Tensor | Array | None) -> dict[str, Any] | None:
        """Weights as the page holds them."""
        if values is None:
            return None
        array = values.detach().cpu().double().numpy() if isinstance(values, Tensor) else values
        return packed_weights(array, self.kind)

    def flatten(self) -> None:
        """A picture becomes a vector, whole channels one behind the other."""
        if len(self.shape) == 3:
            self.add("flat", (math.prod(self.shape),))

    def picture(self, shape: tuple[int, int, int]) -> None:
        """A vector of whole channels becomes a picture (channels, height, width)."""
        channels, rows, columns = shape
        self.add("picture", shape, rows=rows, columns=columns, channels=channels)

    def run(self, modules: Iterable[nn.Module]) -> None:
        """The steps of these layers. Raises CannotRun for one that the page cannot do."""
        for module in modules:
            layer(self, module)


def decoder_steps(decoder: nn.Module, inputs: int, kind: str) -> list[Step]:
    """(inputs,) -> (numbers, *event) laid out flat. Raises CannotRun."""
    steps = Steps((inputs,), kind)
    if isinstance(decoder, MLPDecoder):
        steps.run([decoder.layers, decoder.last])
    elif isinstance(decoder, ConvDecoder):
        _, _, height, width = decoder.out_shape
        rows, columns = decoder.small
        steps.run([decoder.first, decoder.act])
        channels = steps.shape[0] // (rows * columns)
        steps.add("view", (channels, rows, columns), rows=rows, columns=columns, channels=channels)
        steps.run([decoder.layers])
        steps.add("crop", (steps.shape[0], height, width), rows=height, columns=width)
        steps.run([decoder.last])
    elif isinstance(decoder, OwnDecoder):
        steps.run([decoder.module])
    else:
        raise CannotRun(type(decoder).__name__)
    steps.flatten()
    return steps.found


def encoder_steps(
    encoder: nn.Module, shape: tuple[int, ...], kind: str, condition_dim: int = 0
) -> list[Step]:
    """An example of this shape, laid out flat -> features. Raises CannotRun.

    condition_dim: of an encoder that reads the condition beside the example, which then stands behind it.
    """
    steps = Steps((math.prod(shape) + condition_dim,), kind)
    layers = getattr(encoder, "layers", None)
    if isinstance(encoder, MLPEncoder) or (condition_dim and isinstance(layers, nn.Sequential)):
        steps.run([layers])  # type: ignore[list-item]
        return steps.found
    if not isinstance(encoder, ConvEncoder | OwnEncoder):
        raise CannotRun(type(encoder).__name__)
    if len(shape) == 3:
        steps.picture((shape[0], shape[1], shape[2]))
    steps.run([encoder.layers if isinstance(encoder, ConvEncoder) else encoder.module])
    steps.flatten()
    return steps.found


def linear_steps(layers: Iterable[nn.Module], inputs: int, kind: str) -> list[Step]:
    """The steps of plain layers on a vector. Raises CannotRun."""
    steps = Steps((inputs,), kind)
    steps.run(layers)
    return steps.found


def layer(steps: Steps, module: nn.Module) -> None:
    """The step of one layer, or of those inside of it."""
    write = _LAYERS.get(type(module))
    if write is None or (len(steps.shape) not in (1, 3)):
        raise CannotRun(type(module).__name__)
    write(steps, module)


def _sequential(steps: Steps, module: Any) -> None:
    steps.run(module)


def _nothing(steps: Steps, module: Any) -> None:
    """What does nothing once a model is trained."""


def _linear(steps: Steps, module: Any) -> None:
    if len(steps.shape) != 1:
        raise CannotRun("Linear on a picture")
    steps.add(
        "linear", (module.out_features,), weight=steps.weights(module.weight), bias=steps.weights(module.bias)
    )


def _plain_convolution(steps: Steps, module: Any) -> tuple[list[int], list[int]]:
    """(stride, padding) of a convolution without dilation, groups or other edges than zeros."""
    plain = module.dilation == (1, 1) and module.groups == 1 and module.padding_mode == "zeros"
    if not plain or isinstance(module.padding, str) or len(steps.shape) != 3:
        raise CannotRun(f"{type(module).__name__} with these options")
    return [*module.stride], [*module.padding]


def _conv(steps: Steps, module: Any) -> None:
    stride, padding = _plain_convolution(steps, module)
    sides = [
        (side + 2 * p - k) // s + 1
        for side, p, k, s in zip(steps.shape[1:], padding, module.kernel_size, stride, strict=True)
    ]
    weight = steps.weights(module.weight.permute(0, 2, 3, 1))
    bias = steps.weights(module.bias)
    shape = (module.out_channels, *sides)
    steps.add("conv", shape, weight=weight, bias=bias, stride=stride, padding=padding)


def _conv_transpose(steps: Steps, module: Any) -> None:
    stride, padding = _plain_convolution(steps, module)
    extra = [*module.output_padding]
    sides = [
        (side - 1) * s - 2 * p + k + more
        for side, p, k, s, more in zip(
            steps.shape[1:], padding, module.kernel_size, stride, extra, strict=True
        )
    ]
    weight = steps.weights(module.weight.permute(2, 3, 1, 0))
    bias = steps.weights(module.bias)
    shape = (module.out_channels, *sides)
    steps.add("convTranspose", shape, weight=weight, bias=bias, stride=stride, padding=padding, extra=extra)


def _normalisation(steps: Steps, module: Any) -> None:
    """Batch normalisation with the statistics of the training: a scale and a shift."""
    if module.running_mean is None:
        raise CannotRun(f"{type(module).__name__} without running statistics")
    mean, variance = (t.detach().cpu().double().numpy() for t in (module.running_mean, module.running_var))
    scale = 1 / np.sqrt(variance + module.eps)
    shift = -mean * scale
    if module.affine:
        weight, bias = (t.detach().cpu().double().numpy() for t in (module.weight, module.bias))
        scale, shift = scale * weight, shift * weight + bias
    steps.add("affine", steps.shape, scale=steps.weights(scale), shift=steps.weights(shift))


def _flatten(steps: Steps, module: Any) -> None:
    if (module.start_dim, module.end_dim) != (1, -1):
        raise CannotRun("Flatten of some axes")
    steps.flatten()


def _unflatten(steps: Steps, module: Any) -> None:
    shape = tuple(module.unflattened_size)
    if module.dim != 1 or len(shape) != 3 or len(steps.shape) != 1:
        raise CannotRun("Unflatten to what is no picture")
    steps.picture(shape)


def _activation(name: str, slope: str | None = None) -> Callable[[Steps, Any], None]:
    def write(steps: Steps, module: Any) -> None:
        options = {} if slope is None else {"slope": float(getattr(module, slope))}
        steps.add("activation", steps.shape, name=name, **options)

    return write


def _gelu(steps: Steps, module: Any) -> None:
    if module.approximate != "none":
        raise CannotRun("GELU by its approximation")
    steps.add("activation", steps.shape, name="gelu")


def _softplus(steps: Steps, module: Any) -> None:
    if module.beta != 1:
        raise CannotRun("Softplus with a beta")
    steps.add("activation", steps.shape, name="softplus")


_LAYERS: dict[type[nn.Module], Callable[[Steps, Any], None]] = {
    nn.Sequential: _sequential,
    nn.Identity: _nothing,
    Dropout: _nothing,
    nn.Dropout: _nothing,
    nn.Dropout2d: _nothing,
    nn.Linear: _linear,
    nn.Conv2d: _conv,
    ThinConv: _conv,
    nn.ConvTranspose2d: _conv_transpose,
    nn.BatchNorm1d: _normalisation,
    nn.BatchNorm2d: _normalisation,
    nn.Flatten: _flatten,
    nn.Unflatten: _unflatten,
    nn.ReLU: _activation("relu"),
    nn.ELU: _activation("elu", "alpha"),
    nn.LeakyReLU: _activation("leaky-relu", "negative_slope"),
    nn.SiLU: _activation("silu"),
    nn.GELU: _gelu,
    nn.Softplus: _softplus,
    nn.Tanh: _activation("tanh"),
    nn.Sigmoid: _activation("sigmoid"),
}
