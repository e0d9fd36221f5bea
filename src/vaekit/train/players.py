"""Players: the model and its critics. A player's loss moves that player's parameters and no others.

Two players may share parameters: the model, and its encoder where it follows a critic by an optimiser of its own.
Each keeps its own gradient until all move.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from vaekit.train.optimizers import make_optimizer


class Player:
    """Parameters, the optimiser that moves them, and the base learning rate."""

    def __init__(self, name: str, module: nn.Module, optimizer: Any, learning_rate: float) -> None:
        self.name = name
        self.parameters = [p for p in module.parameters() if p.requires_grad]
        self.felt: list[Tensor | None] = []
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

    def feel(self, loss: Tensor, alone: bool = False, again: bool = False) -> None:
        """Give this player's parameters, and nobody else's, the gradient of its loss.

        alone: nobody else plays, and the plain way, which is faster, comes to the same. again: another loss of the
        same pass is felt later.
        """
        if self.optimizer is None:
            return
        for parameter in self.parameters:
            parameter.grad = None
        loss.backward(inputs=None if alone else self.parameters, retain_graph=again)
        self.felt = [] if alone else [parameter.grad for parameter in self.parameters]

    def move(self, share: float, gradient_clip: float | None) -> None:
        """One step of the optimiser, at this share of the learning rate."""
        if self.optimizer is None:
            return
        for parameter, gradient in zip(self.parameters, self.felt, strict=False):
            parameter.grad = gradient
        if gradient_clip is not None:
            nn.utils.clip_grad_norm_(self.parameters, gradient_clip, foreach=True)
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate * share
        self.optimizer.step()
