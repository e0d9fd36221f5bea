"""What every posterior offers: called with data it gives a distribution of codes, which can be drawn from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from vaekit.spec import Sizes

LogJoint = Callable[[Tensor], Tensor]
"""z (K, B, L) -> log p(x, z), (K, B), for the x at hand."""


class Posterior(nn.Module, ABC):
    """q(z | x, c). Called with x it gives an object with `draw(noise) -> Draws`.

    `noise_size` standard normal numbers make one draw of one code.
    """

    name = "own"
    support = "real"
    density = "anywhere"
    needs_joint = False  # True: q is made with log p(x, z), so the prior must have a density
    has_rows = False  # True: q.rows(which) gives some rows of the batch, so a mixture of them can be sampled

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.latent_dim = sizes.latent_dim
        self.noise_size = sizes.latent_dim

    def bind(self, prior: nn.Module) -> None:
        """Read what is needed of the prior (a box needs its corners); most posteriors need nothing."""

    @abstractmethod
    def forward(self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> Any:
        """The distribution of codes for h (B, *event), x as the likelihood represents it, and c (B, C)."""
