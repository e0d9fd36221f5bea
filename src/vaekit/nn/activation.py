"""Activations by name.

Those that can work in place do, which is safe after a linear layer or a convolution: neither needs its
own output for its gradient. An activation must never come first in a network, where it would change the
data.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from vaekit.nn.options import one_of

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
    return ACTIVATIONS[one_of("activation", name, ACTIVATIONS)]()
