"""Optimisers by name. To add one: a class with `@register("optimizer", "my-name")` that makes a torch optimiser.

Declared beside each class: `elementwise`, when every number moves by its own gradients alone and in proportion to
the learning rate. Models can then be stacked and each still moves as if it were alone (`vaekit.sweep`).
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import nn

from vaekit.spec import build, register
from vaekit.train.adam import FusedAdam


class Maker(Protocol):
    """Makes a torch optimiser for these parameters."""

    def make(self, parameters: list[nn.Parameter], learning_rate: float) -> torch.optim.Optimizer: ...


@register(
    "optimizer", "adam", elementwise=True, reference="Kingma and Ba, 2015, https://arxiv.org/abs/1412.6980"
)
class Adam:
    """Adam; with weight_decay it is decoupled (AdamW)."""

    def __init__(
        self, *, betas: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        self.options: dict[str, Any] = {
            "betas": tuple(betas),
            "epsilon": epsilon,
            "weight_decay": weight_decay,
        }

    def make(self, parameters: list[nn.Parameter], learning_rate: float) -> torch.optim.Optimizer:
        return FusedAdam(parameters, learning_rate, **self.options)


@register(
    "optimizer",
    "adversarial-adam",
    elementwise=True,
    reference="Radford et al., 2016, https://arxiv.org/abs/1511.06434",
)
class AdversarialAdam(Adam):
    """Adam with little momentum, betas (0.5, 0.999): two players that answer each other circle with more."""

    def __init__(self, *, epsilon: float = 1e-8, weight_decay: float = 0.0) -> None:
        super().__init__(betas=(0.5, 0.999), epsilon=epsilon, weight_decay=weight_decay)


@register(
    "optimizer",
    "sgd",
    elementwise=True,
    reference="Robbins and Monro, 1951, https://doi.org/10.1214/aoms/1177729586",
)
class SGD:
    """Stochastic gradient descent with momentum."""

    def __init__(self, *, momentum: float = 0.9, weight_decay: float = 0.0) -> None:
        self.options: dict[str, Any] = {"momentum": momentum, "weight_decay": weight_decay}

    def make(self, parameters: list[nn.Parameter], learning_rate: float) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=learning_rate, fused=True, **self.options)


def make_optimizer(value: Any, parameters: list[nn.Parameter], learning_rate: float) -> torch.optim.Optimizer:
    """The torch optimiser of this name or part."""
    maker: Maker = build("optimizer", value)
    return maker.make(parameters, learning_rate)
