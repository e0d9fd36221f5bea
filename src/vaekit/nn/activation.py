"""Activations by name. Those that can work in place do: the layer before them does not need its output."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from vaekit.errors import UnknownOption, suggestion

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": partial(nn.ReLU, inplace=True),
    "elu": partial(nn.ELU, inplace=True),
    "leaky-relu": partial(nn.LeakyReLU, 0.2, inplace=True),
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}


def activation(name: str) -> nn.Module:
    """The activation of that name, or UnknownOption with those that exist."""
    if name not in ACTIVATIONS:
        raise UnknownOption(
            f"no activation is called {name!r}; there are: {', '.join(sorted(ACTIVATIONS))}."
            f"{suggestion(name, ACTIVATIONS)}"
        )
    return ACTIVATIONS[name]()
