"""The user's own modules as a network: copied, and their shapes checked before training."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn

from vaekit.errors import NetworkError, SpecError
from vaekit.nn.network import Network
from vaekit.spec import Sizes


def _keep_weights(module: nn.Module) -> nn.Module:
    """A copy whose weights `initialise` leaves as they are."""
    copied = copy.deepcopy(module)
    for child in copied.modules():
        child.keeps_own_weights = True  # type: ignore[assignment]
    return copied


def _try(module: nn.Module, example: Tensor, half: str) -> Tensor:
    """What the module makes of an example, in eval mode and without gradients."""
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad():
            made = module(example)
    except Exception as error:
        raise NetworkError(
            f"your {half} cannot take an input of shape {tuple(example.shape)}: {error}"
        ) from error
    finally:
        module.train(was_training)
    if not isinstance(made, Tensor):
        raise NetworkError(f"your {half} gave a {type(made).__name__}; it must give one tensor.")
    return made


class OwnEncoder(nn.Module):
    """The user's module x (B, *event) -> (B, features)."""

    def __init__(self, module: nn.Module, sizes: Sizes) -> None:
        super().__init__()
        self.module = _keep_weights(module)
        made = _try(self.module, torch.zeros(2, *sizes.event_shape), "encoder")
        if made.dim() != 2 or made.shape[0] != 2:
            raise NetworkError(
                f"your encoder gave shape {tuple(made.shape)} for an input of shape {(2, *sizes.event_shape)}; "
                "wanted is (2, features): one row of features an example. Flatten before you return."
            )
        self.features = made.shape[1]

    def forward(self, x: Tensor) -> Tensor:
        return self.module(x)


class OwnDecoder(nn.Module):
    """The user's module (N, inputs) -> (N, parameters, *event)."""

    def __init__(self, module: nn.Module, inputs: int, parameters: int, sizes: Sizes) -> None:
        super().__init__()
        self.module = _keep_weights(module)
        self.out_shape = (parameters, *sizes.event_shape)
        made = _try(self.module, torch.zeros(2, inputs), "decoder")
        if made.shape[0] != 2 or made[0].numel() != math.prod(self.out_shape):
            raise NetworkError(
                f"your decoder gave shape {tuple(made.shape)} for codes of shape {(2, inputs)}; wanted is "
                f"{(2, *self.out_shape) if parameters > 1 else (2, *sizes.event_shape)}: the likelihood reads "
                f"{parameters} number(s) for each of the {sizes.event_size} values of an example."
            )

    def forward(self, z: Tensor) -> Tensor:
        return self.module(z).reshape(-1, *self.out_shape)


class OwnNetwork(Network):
    """A module with children `encoder` and `decoder`, or a pair (encoder, decoder) of modules."""

    def __init__(self, sizes: Sizes, given: Any) -> None:
        super().__init__(sizes)
        halves = given if isinstance(given, tuple | list) else [getattr(given, h, None) for h in ("encoder", "decoder")]
        if len(halves) != 2 or not all(isinstance(half, nn.Module) for half in halves):
            raise SpecError(
                f"network={type(given).__name__} is not possible; give a name, a part, a module with the "
                "children 'encoder' and 'decoder', or a pair (encoder, decoder) of modules."
            )
        self._encoder, self._decoder = halves

    def encoder(self) -> nn.Module:
        return OwnEncoder(self._encoder, self.sizes)

    def decoder(self, inputs: int, parameters: int) -> nn.Module:
        return OwnDecoder(self._decoder, inputs, parameters, self.sizes)

    @property
    def description(self) -> str:
        return f"your own: {type(self._encoder).__name__} and {type(self._decoder).__name__}"
