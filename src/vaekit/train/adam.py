"""torch's fused Adam without what torch does anew around it at every step.

`torch.optim` calls hooks, speaks to its compiler and sorts the tensors by device and kind, all of which takes longer
than the fused operation itself does for a small network. The numbers are the same to the bit.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from vaekit.machine import uncompiled

_add_param_group = uncompiled(torch.optim.Adam.add_param_group)
_first_step = uncompiled(torch.optim.Adam.step)


class FusedAdam(torch.optim.Adam):
    """Adam; with weight_decay it is decoupled (AdamW). The state is kept where `torch.optim.Adam` keeps it."""

    def __init__(
        self,
        parameters: list[nn.Parameter],
        learning_rate: float,
        betas: tuple[float, float],
        epsilon: float,
        weight_decay: float,
    ) -> None:
        super().__init__(
            parameters,
            lr=learning_rate,
            betas=betas,
            eps=epsilon,
            weight_decay=weight_decay,
            decoupled_weight_decay=bool(weight_decay),
            fused=True,
        )
        self._move = torch._fused_adamw_ if weight_decay else torch._fused_adam_
        self._alike = len({(parameter.device, parameter.dtype) for parameter in parameters}) == 1

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As torch's."""
        _add_param_group(self, param_group)

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Move every parameter that has a gradient."""
        (group,) = self.param_groups
        parameters = [parameter for parameter in group["params"] if parameter.grad is not None]
        states = [self.state[parameter] for parameter in parameters]
        if closure is not None or not self._alike or not states or not all(states):
            return _first_step(self, closure)  # which also makes the state
        steps = [state["step"] for state in states]
        torch._foreach_add_(steps, 1)
        self._move(
            parameters,
            [parameter.grad for parameter in parameters],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            steps,
            lr=group["lr"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )
        return None

    # torch wraps a step that lacks this mark in hooks, of which nobody here registers any.
    step.hooked = True  # type: ignore[attr-defined]
