"""The user's own modules: copied with their weights, tried on zeros, their shapes checked in words."""

from __future__ import annotations

import copy
import math
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from vaekit.errors import NetworkError, SpecError
from vaekit.nn.network import Network
from vaekit.spec import Sizes

HALVES = ("encoder", "decoder")
Own = TypeVar("Own", bound=nn.Module)


def own_copy(module: Own) -> Own:
    """A copy on the CPU, whose weights `initialise` leaves as they are; the user's module stays untouched."""
    copied = copy.deepcopy(module).cpu()
    for child in copied.modules():
        child.keeps_own_weights = True  # type: ignore[assignment]
    return copied


def tried(module: nn.Module, what: str, *inputs: Tensor) -> Any:
    """What the module makes of these inputs, in eval mode and without gradients; torch's seed is put back.

    A copy is tried in training mode too. NetworkError where either fails or overwrites its inputs.
    """
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        before = [given._version for given in inputs]
        was_training = module.training
        try:
            module.eval()
            made = module(*inputs)
            training = copy.deepcopy(module)
            training.train()  # a layer of dropout overwrites in training only
            training(*inputs)
        except Exception as error:
            shapes = " and ".join(str(tuple(given.shape)) for given in inputs)
            given = f"an input of shape {shapes}" if inputs else "a call without an input"
            raise NetworkError(f"your {what} cannot take {given}: {error}") from error
        finally:
            module.train(was_training)
    if [given._version for given in inputs] != before:
        raise NetworkError(
            f"your {what} overwrites what it is given, which the model reads again; give its first layer "
            "inplace=False, or let it begin with a copy, x.clone()."
        )
    return made


def tried_for_tensor(module: nn.Module, what: str, example: Tensor) -> Tensor:
    """The same for a module that gives one tensor."""
    made = tried(module, what, example)
    if not isinstance(made, Tensor):
        raise NetworkError(f"your {what} gave a {type(made).__name__}; it must give one tensor.")
    return made


class OwnEncoder(nn.Module):
    """The user's module x (B, *event) -> (B, features)."""

    def __init__(self, module: nn.Module, sizes: Sizes) -> None:
        super().__init__()
        self.module = module
        shape = (2, *sizes.event_shape)
        made = tried_for_tensor(self.module, "encoder", torch.zeros(shape))
        if made.dim() != 2 or made.shape[0] != 2:
            raise NetworkError(
                f"your encoder gave shape {tuple(made.shape)} for an input of shape {shape}; wanted is "
                "(2, features): one row of features an example. Flatten before you return."
            )
        self.features = made.shape[1]

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.module(x)
        return features


class OwnDecoder(nn.Module):
    """The user's module (N, inputs) -> (N, parameters, *event)."""

    def __init__(self, module: nn.Module, inputs: int, parameters: int, sizes: Sizes) -> None:
        super().__init__()
        self.module = module
        self.out_shape = (parameters, *sizes.event_shape)
        made = tried_for_tensor(self.module, "decoder", torch.zeros(2, inputs))
        if made.dim() == 0 or made.shape[0] != 2 or made[0].numel() != math.prod(self.out_shape):
            wanted = (2, *(self.out_shape if parameters > 1 else sizes.event_shape))
            raise NetworkError(
                f"your decoder gave shape {tuple(made.shape)} for codes of shape {(2, inputs)}; wanted is "
                f"{wanted}: the likelihood reads {parameters} number(s) for each of the {sizes.event_size} "
                "values of an example."
            )

    def forward(self, z: Tensor) -> Tensor:
        numbers: Tensor = self.module(z)
        return numbers.reshape(-1, *self.out_shape)


class OwnNetwork(Network):
    """A module with children `encoder` and `decoder`, or a pair (encoder, decoder) of modules."""

    def __init__(self, sizes: Sizes, given: Any) -> None:
        super().__init__(sizes)
        halves = given if isinstance(given, tuple | list) else [getattr(given, h, None) for h in HALVES]
        modules = [half for half in halves if isinstance(half, nn.Module)]
        if len(modules) != 2 or len(halves) != 2:
            raise SpecError(
                f"network={type(given).__name__} is not possible; give a name, a part, a module with the "
                "children 'encoder' and 'decoder', or a pair (encoder, decoder) of modules."
            )
        # Copied together, so that weights that the halves share stay shared.
        self._halves = own_copy(nn.ModuleDict(dict(zip(HALVES, modules, strict=True))))

    def encoder(self) -> nn.Module:
        return OwnEncoder(self._halves["encoder"], self.sizes)

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        return OwnDecoder(self._halves["decoder"], inputs, parameters, self.sizes)

    @property
    def description(self) -> str:
        return f"your own: {' and '.join(type(half).__name__ for half in self._halves.values())}"
