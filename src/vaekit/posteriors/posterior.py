"""What every posterior offers: an encoder, a linear head, and a distribution made of its numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from vaekit.nn.initialise import empty_layer
from vaekit.nn.network import Network
from vaekit.spec import Sizes

LogJoint = Callable[[Tensor, Tensor], Tensor]  # (x, z (K, B, L)) -> log p(x, z), (K, B)


class Posterior(nn.Module, ABC):
    """q(z | x, c). Called with x it gives an object with `draw(noise) -> Draws`."""

    name = "own"
    support = "real"
    density = "anywhere"
    joint_with_prior = ""  # the only prior that it can stand with, where there is one

    def __init__(self, sizes: Sizes, network: Network, numbers: int) -> None:
        super().__init__()
        self.latent_dim = sizes.latent_dim
        self.noise_size = sizes.latent_dim
        self.encoder = network.encoder()
        self.head = empty_layer(nn.Linear, self.encoder.features, numbers)

    def bind(self, prior: nn.Module) -> None:
        """Read what is needed of the prior (a box needs its corners); most posteriors need nothing."""

    @abstractmethod
    def forward(self, x: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> Any:
        """The distribution of codes for x (B, *event)."""
