"""First weights, drawn from a generator of ours, so that no global seed is read or moved.

Layers are made empty by `empty_layer` and filled by `initialise`; a module with weights of its own
kind has a method `first_weights(generator)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

LAYERS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def empty_layer(kind: type[nn.Module], *args: Any, **kwargs: Any) -> nn.Module:
    """A layer whose weights are not drawn yet: `empty_layer(nn.Linear, 3, 4)`."""
    return skip_init(kind, *args, **kwargs)


def _fans(layer: nn.Module) -> tuple[int, int]:
    """(fan in, fan out) as torch counts them for this weight."""
    weight: Tensor = layer.weight  # type: ignore[assignment]
    field = weight[0][0].numel() if weight.dim() > 2 else 1
    return weight.shape[1] * field, weight.shape[0] * field


def _torch(layer: nn.Module, generator: torch.Generator) -> None:
    """torch's own default: weight and bias uniform within 1/sqrt(fan in)."""
    reach = 1 / math.sqrt(max(_fans(layer)[0], 1))
    for values in layer.parameters():
        values.data.uniform_(-reach, reach, generator=generator)


def _glorot(layer: nn.Module, generator: torch.Generator) -> None:
    """Glorot and Bengio, 2010, and Keras' default: uniform weights, zero biases."""
    reach = math.sqrt(6 / sum(_fans(layer)))
    layer.weight.data.uniform_(-reach, reach, generator=generator)  # type: ignore[operator,union-attr]
    if layer.bias is not None:
        layer.bias.data.zero_()  # type: ignore[operator,union-attr]


SCHEMES: dict[str, Callable[[nn.Module, torch.Generator], None]] = {"torch": _torch, "glorot": _glorot}


def initialise(module: nn.Module, generator: torch.Generator, scheme: str = "torch") -> None:
    """Draw the first weights of every layer inside `module`, in the order of its definition."""
    for child in module.modules():
        if getattr(child, "keeps_own_weights", False):
            continue
        if isinstance(child, LAYERS):
            SCHEMES[getattr(child, "scheme", scheme)](child, generator)
        elif hasattr(child, "first_weights"):
            child.first_weights(generator)
