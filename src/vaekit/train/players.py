"""Players: the model and its critics. A player's loss moves that player's parameters and no others.

Two players may share parameters: the model, and its encoder where it follows a critic by an optimiser of its own.
Each feels its own gradient before any of them moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from vaekit.train.optimizers import make_optimizer


class Player:
    """Parameters, the optimiser that moves them, and the base learning rate."""

    def __init__(self, name: str, module: nn.Module, optimizer: Any, learning_rate: float) -> None:
        self.name = name
        self.parameters = [p for p in module.parameters() if p.requires_grad]
        self.learning_rate = learning_rate
        self.optimizer = (
            make_optimizer(optimizer, self.parameters, learning_rate) if self.parameters else None
        )

    def states(self) -> list[dict[str, Any]]:
        """What the optimiser knows of each parameter, in their order."""
        return [] if self.optimizer is None else [dict(self.optimizer.state[p]) for p in self.parameters]

    def put_states(self, states: dict[int, dict[str, Any]]) -> None:
        """Give the optimiser what `states` gave, by the place of the parameter."""
        if self.optimizer is None:
            return
        for at, state in states.items():
            parameter = self.parameters[at]
            self.optimizer.state[parameter] = {
                name: value.to(parameter.device) if isinstance(value, Tensor) else value
                for name, value in state.items()
            }

    def forget(self) -> None:
        """Let the gradients of the last step go, so that those of the next may lie where they lay."""
        for parameter in self.parameters:
            parameter.grad = None

    def feel(self, loss: Tensor, alone: bool = False, again: bool = False) -> list[Tensor | None]:
        """The gradient of this player's loss by each of its parameters, None where it does not depend on it.

        alone: nobody else plays, and the plain way, which is faster, comes to the same. again: another loss of the
        same pass is felt later.
        """
        if self.optimizer is None:
            return []
        self.forget()
        loss.backward(inputs=None if alone else self.parameters, retain_graph=again)
        return [parameter.grad for parameter in self.parameters]

    def slopes(self, loss: Tensor, again: bool = False) -> list[Tensor | None]:
        """The same without what torch does when it puts a gradient in its place, which no record should hold."""
        if self.optimizer is None:
            return []
        found = torch.autograd.grad(loss, self.parameters, retain_graph=again, allow_unused=True)
        taken = {parameter.data_ptr() for parameter in self.parameters}
        slopes: list[Tensor | None] = []
        for parameter, slope in zip(self.parameters, found, strict=True):
            # Each in memory of its own, laid out as its parameter is.
            if slope is not None and (slope.stride() != parameter.stride() or slope.data_ptr() in taken):
                slope = torch.empty_like(parameter).copy_(slope)
            taken.update([] if slope is None else [slope.data_ptr()])
            slopes.append(slope)
        return slopes

    def move(self, gradients: Sequence[Tensor | None], share: float, gradient_clip: float | None) -> None:
        """One step of the optimiser by these gradients, at this share of the learning rate."""
        if self.optimizer is None:
            return
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient
        if gradient_clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, gradient_clip, foreach=True)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate * share
        self.optimizer.step()
