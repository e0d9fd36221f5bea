"""The critic of codes: it tells draws of the prior from the codes of data (an adversarial autoencoder)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vaekit.bounds import Terms
from vaekit.critics.critic import Critic
from vaekit.errors import SpecError
from vaekit.model import Evidence
from vaekit.nn.dropout import dropout_rate
from vaekit.nn.initialise import SCHEMES, empty_layer
from vaekit.nn.mlp import stack
from vaekit.nn.options import one_of
from vaekit.spec import Sizes, register


@register(
    "penalty",
    "code-critic",
    matches_prior=True,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class CodeCritic(Critic):
    """A network that tells prior draws from codes; the model is paid for codes that it takes for prior draws.

    At equilibrium the critic's loss is 2 ln 2 = 1.386 nats and the model's ln 2 = 0.693.
    hidden: widths of the critic. learning_rate: its own, or None for the model's. encoder_rate: None to add the
    model's term to its loss, or the learning rate of an optimiser of its own by which the encoder follows the critic.
    noise: standard deviation of normal noise on all that the critic reads, draws and codes alike.
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        weight: float = 1.0,
        hidden: tuple[int, ...] = (256, 256),
        learning_rate: float | None = None,
        encoder_rate: float | None = None,
        noise: float = 0.0,
        dropout: float = 0.0,
        init: str = "torch",
    ) -> None:
        super().__init__(sizes, weight)
        if not hidden or any(not isinstance(width, int) or width < 1 for width in hidden):
            raise SpecError(
                f"penalty '{self.name}': hidden={hidden!r} is not possible; give e.g. hidden=(256, 256)."
            )
        if not 0 <= noise < math.inf:
            raise SpecError(f"penalty '{self.name}': noise={noise!r} must be 0 or more.")
        self.learning_rate = self._rate("learning_rate", learning_rate)
        self.encoder_rate = self._rate("encoder_rate", encoder_rate)
        self.noise = float(noise)
        self.init = one_of(f"penalty '{self.name}': init", init, SCHEMES)
        rate = dropout_rate(f"penalty '{self.name}': dropout", dropout)
        self.layers = stack([self.inputs(sizes), *hidden], "relu", rate)
        self.last = empty_layer(nn.Linear, hidden[-1], 1)

    def inputs(self, sizes: Sizes) -> int:
        """How many values it reads of a row."""
        return sizes.latent_dim

    def read(self, z: Tensor, c: Tensor | None) -> Tensor:
        """What it reads of codes z (B, L) with the condition c (B, C) of their rows, (B, inputs)."""
        return z

    def forward(self, seen: Tensor) -> Tensor:
        """(..., inputs) -> logit of 'a draw of the prior', (...)."""
        judged: Tensor = self.last(self.layers(seen)).squeeze(-1)
        return judged

    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        judged = self(self._seen(evidence.z[0], evidence, generator))
        return {self.name.replace("-", "_"): (self.weight, F.softplus(-judged))}

    def critic_loss(self, evidence: Evidence, generator: torch.Generator) -> Tensor:
        z = evidence.z[0].detach()
        drawn = evidence.p_z.sample(len(z), generator).detach()
        real, fake = (self._seen(codes, evidence, generator) for codes in (drawn, z))
        return F.softplus(-self(real)).mean() + F.softplus(self(fake)).mean()

    def _seen(self, z: Tensor, evidence: Evidence, generator: torch.Generator) -> Tensor:
        """What it reads of these codes of the rows at hand, with its noise."""
        seen = self.read(z, getattr(evidence, "c", None))
        if not self.noise:
            return seen
        noise = torch.randn(seen.shape, generator=generator, device=seen.device, dtype=seen.dtype)
        return seen + self.noise * noise
