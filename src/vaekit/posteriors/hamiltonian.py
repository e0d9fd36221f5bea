"""A normal posterior moved along Hamiltonian dynamics towards the true posterior."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from vaekit.distributions.draws import Draws
from vaekit.distributions.normal import DiagonalNormal, standard_normal_log_prob
from vaekit.errors import SpecError
from vaekit.nn.network import Network
from vaekit.nn.options import whole_number
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


class HamiltonianDraws:
    """Draws of (z, momentum) moved by leapfrog steps; the momentum at the end is part of the target.

    The momentum starts as r_0 = noise / b, its root inverse temperature b below 1 at the start and 1 at the
    end, where the target is p(x, z) N(r; 0, I). Leapfrog steps keep volume and cooling shrinks it by b^L, so

        log q = log q_0(z_0) + log N(r_0; 0, I / b^2) - log b^L - log N(r; 0, I)
              = log q_0(z_0) + log N(noise; 0, I)               - log N(r; 0, I)

    and exp(log p(x, z) - log q) averages to p(x) for every number of steps and every step size.
    """

    mean = None  # no closed form

    def __init__(
        self, base: DiagonalNormal, log_joint: LogJoint, step_size: Tensor, start: Tensor, steps: int
    ) -> None:
        self.base, self.log_joint = base, log_joint
        self.step_size, self.start, self.steps = step_size, start, steps

    def _slope(self, z: Tensor) -> Tensor:
        """d log p(x, z) / dz; differentiable again where gradients are kept."""
        again = torch.is_grad_enabled()
        with torch.enable_grad():
            z = z if z.requires_grad else z.detach().requires_grad_()
            return torch.autograd.grad(self.log_joint(z).sum(), z, create_graph=again)[0]

    def _inverse_temperature(self, k: int) -> Tensor:
        """Its root after k steps: from `start` to 1, its reciprocal falling with the square of k."""
        reciprocal = 1 / self.start
        return 1 / (reciprocal + (1 - reciprocal) * (k / self.steps) ** 2)

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, 2 L), for the code and for the momentum -> draws z (K, B, L)."""
        for_code, for_momentum = noise.chunk(2, dim=-1)
        before = self.base.draw(for_code)
        z, momentum = before.z, for_momentum / self.start
        half_kick = 0.5 * self.step_size * self._slope(z)
        for k in range(self.steps):
            momentum = momentum + half_kick
            z = z + self.step_size * momentum
            half_kick = 0.5 * self.step_size * self._slope(z)
            cooling = self._inverse_temperature(k) / self._inverse_temperature(k + 1)
            momentum = cooling * (momentum + half_kick)

        def log_q() -> Tensor:
            return before.log_q + standard_normal_log_prob(for_momentum) - standard_normal_log_prob(momentum)

        return Draws(z, log_q)


@register(
    "posterior",
    "hamiltonian",
    density="own draws",
    needs_joint=True,
    reference="Caterini et al., 2018, https://arxiv.org/abs/1805.11328",
)
class HamiltonianPosterior(EncodedPosterior):
    """A diagonal normal moved by `steps` leapfrog steps along log p(x, z).

    Step sizes (one a latent value, at most `largest_step`) and the starting temperature are learned.
    """

    def __init__(
        self,
        sizes: Sizes,
        network: Network,
        *,
        steps: int = 3,
        first_step: float = 0.05,
        largest_step: float = 0.5,
    ) -> None:
        steps = whole_number("posterior 'hamiltonian': steps", steps)
        if not 0 < first_step < largest_step < math.inf:
            raise SpecError(
                f"posterior 'hamiltonian': first_step={first_step!r} must lie between 0 and "
                f"largest_step={largest_step!r}."
            )
        super().__init__(sizes, network, 2 * sizes.latent_dim)
        self.noise_size = 2 * sizes.latent_dim
        self.steps, self.largest_step = steps, largest_step
        start = math.log(first_step / (largest_step - first_step))
        self.step_logits = nn.Parameter(torch.full((sizes.latent_dim,), start))
        self.temperature_logit = nn.Parameter(torch.tensor(2.0))

    def forward(
        self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> HamiltonianDraws:
        assert log_joint is not None, "a Hamiltonian posterior is called with the joint density"
        mean, log_variance = self.numbers(h, c).chunk(2, dim=-1)
        step_size = self.largest_step * torch.sigmoid(self.step_logits)
        start = torch.sigmoid(self.temperature_logit).sqrt()
        return HamiltonianDraws(DiagonalNormal(mean, log_variance), log_joint, step_size, start, self.steps)
