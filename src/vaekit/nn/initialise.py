"""First weights, drawn from a generator of ours, so that no global seed is read or moved.

Layers are made empty by `empty_layer` and filled by `initialise`; a module with weights of its own
kind has a method `first_weights(generator)`; a module marked `keeps_own_weights` is left as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import nn

Layer = nn.Linear | nn.Conv2d | nn.ConvTranspose2d
Kind = TypeVar("Kind", bound=nn.Module)


@runtime_checkable
class HasFirstWeights(Protocol):
    """A module that draws its own first weights."""

    def first_weights(self, generator: torch.Generator) -> None:
        """Draw them, in place, from the generator."""


def empty_layer(kind: Callable[..., Kind], *args: Any, **kwargs: Any) -> Kind:
    """A layer whose weights are not drawn yet: `empty_layer(nn.Linear, 3, 4)`."""
    made = kind(*args, **kwargs, device="meta")
    # As torch's `skip_init`, which asks its compiler for the layout.
    for name, weight in list(made.named_parameters(recurse=False)):
        setattr(made, name, nn.Parameter(torch.empty(weight.shape, dtype=weight.dtype)))
    return made


def _fans(layer: Layer) -> tuple[int, int]:
    """(fan in, fan out) as torch counts them for this weight."""
    outer, inner, *field = layer.weight.shape
    return inner * math.prod(field), outer * math.prod(field)


def _torch(layer: Layer, generator: torch.Generator) -> None:
    """torch's own default: weight and bias uniform within 1/sqrt(fan in)."""
    reach = 1 / math.sqrt(max(_fans(layer)[0], 1))
    for values in layer.parameters():
        values.data.uniform_(-reach, reach, generator=generator)


def _glorot(layer: Layer, generator: torch.Generator) -> None:
    """Glorot and Bengio, 2010, and Keras' default: uniform weights, zero biases."""
    reach = math.sqrt(6 / sum(_fans(layer)))
    layer.weight.data.uniform_(-reach, reach, generator=generator)
    if layer.bias is not None:
        layer.bias.data.zero_()


def _he(layer: Layer, generator: torch.Generator) -> None:
    """He et al., 2015, https://arxiv.org/abs/1502.01852: a normal of variance 2 / fan in, cut at two standard
    deviations as TensorFlow does; zero biases."""
    kept = 0.87962566  # standard deviation of a standard normal that is cut at two
    spread = math.sqrt(2 / max(_fans(layer)[0], 1)) / kept
    inside = math.erf(
        math.sqrt(2)
    )  # its probability before the cut; a uniform number there makes one of its values
    weight = layer.weight.data.uniform_(-inside, inside, generator=generator)
    weight.erfinv_().mul_(math.sqrt(2) * spread)
    if layer.bias is not None:
        layer.bias.data.zero_()


SCHEMES: dict[str, Callable[[Layer, torch.Generator], None]] = {"torch": _torch, "glorot": _glorot, "he": _he}


def initialise(module: nn.Module, generator: torch.Generator, scheme: str = "torch") -> None:
    """Draw the first weights of every layer inside `module`, in the order of its definition."""
    for child in module.modules():
        if getattr(child, "keeps_own_weights", False):
            continue
        if isinstance(child, Layer):
            SCHEMES[scheme](child, generator)
        elif isinstance(child, HasFirstWeights):
            child.first_weights(generator)
