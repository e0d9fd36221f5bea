"""The VampPrior: the mixture of the posteriors of learned pseudo-inputs."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from vaekit.distributions.draws import Draws
from vaekit.errors import SpecError
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


class PosteriorMixture:
    """1/C sum_c q(z | u_c) for C pseudo-inputs u."""

    def __init__(self, q: Any, components: int) -> None:
        self.q, self.components = q, components

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> (...)."""
        return self.q.log_prob(z.unsqueeze(-2)).logsumexp(-1) - math.log(self.components)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L): for each draw a pseudo-input, then a draw of its posterior."""
        device = generator.device
        which = torch.randint(self.components, (n,), generator=generator, device=device)
        latent_dim = self.q.mean.shape[-1]
        noise = torch.randn(1, n, latent_dim, generator=generator, device=device)
        drawn: Draws = self.q[which].draw(noise)
        return drawn.z[0]


@register(
    "prior",
    "vamp",
    learned=True,
    needs_q_density=True,
    reference="Tomczak and Welling, 2018, https://arxiv.org/abs/1705.07120",
)
class VampPrior(Prior):
    """The mixture of q(z | u) over `components` learned pseudo-inputs u, shaped like an example.

    The posterior is borrowed, not owned: its weights stand once in the model and in its file.
    """

    def __init__(self, sizes: Sizes, *, components: int = 50) -> None:
        super().__init__(sizes)
        if not isinstance(components, int) or components < 1:
            raise SpecError(f"prior 'vamp': components={components!r} is not possible; give 1 or more.")
        self.components = components
        self.pseudo_inputs = nn.Parameter(torch.zeros(components, *sizes.event_shape))
        self.bounds = sizes.facts.get("bounds")
        self._mean = sizes.facts.get("mean", torch.zeros(sizes.event_shape))
        self._spread = sizes.facts.get("spread", torch.ones(sizes.event_shape))

    def first_weights(self, generator: torch.Generator) -> None:
        """Around the mean of the data, as far as the data spread; no row of the data is kept."""
        noise = torch.randn(self.pseudo_inputs.shape, generator=generator)
        start = torch.as_tensor(self._mean) + torch.as_tensor(self._spread) * noise
        self.pseudo_inputs.data.copy_(start if self.bounds is None else start.clamp(*self.bounds))

    def bind(self, posterior: nn.Module) -> None:
        self._posterior = [posterior]  # in a list, so that torch does not take it for a child

    def forward(self, c: Tensor | None = None) -> PosteriorMixture:
        u = self.pseudo_inputs if self.bounds is None else self.pseudo_inputs.clamp(*self.bounds)
        return PosteriorMixture(self._posterior[0](u), self.components)
