"""The critic of codes: it tells draws of the prior from the codes of data (an adversarial autoencoder)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vaekit.bounds import Terms
from vaekit.critics.critic import Critic
from vaekit.errors import SpecError
from vaekit.model import Evidence
from vaekit.nn.initialise import empty_layer
from vaekit.nn.mlp import stack
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
    hidden: widths of the critic. learning_rate: its own, or None for the model's.
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        weight: float = 1.0,
        hidden: tuple[int, ...] = (256, 256),
        learning_rate: float | None = None,
    ) -> None:
        super().__init__(sizes, weight)
        if not hidden or any(not isinstance(width, int) or width < 1 for width in hidden):
            raise SpecError(
                f"penalty 'code-critic': hidden={hidden!r} is not possible; give e.g. hidden=(256, 256)."
            )
        if learning_rate is not None and not learning_rate > 0:
            raise SpecError(f"penalty 'code-critic': learning_rate={learning_rate!r} must be above 0.")
        self.learning_rate = learning_rate
        self.layers = stack([sizes.latent_dim, *hidden], "relu")
        self.last = empty_layer(nn.Linear, hidden[-1], 1)

    def forward(self, z: Tensor) -> Tensor:
        """z (..., L) -> logit of 'a draw of the prior', (...)."""
        judged: Tensor = self.last(self.layers(z)).squeeze(-1)
        return judged

    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        return {"code_critic": (self.weight, F.softplus(-self(evidence.z[0])))}

    def critic_loss(self, evidence: Evidence, generator: torch.Generator) -> Tensor:
        z = evidence.z[0].detach()
        drawn = evidence.p_z.sample(len(z), generator).detach()
        return F.softplus(-self(drawn)).mean() + F.softplus(self(z)).mean()
