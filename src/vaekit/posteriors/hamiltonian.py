"""A normal posterior moved along Hamiltonian dynamics towards the true posterior."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vaekit.distributions.draws import Draws
from vaekit.distributions.normal import DiagonalNormal, standard_normal_log_prob
from vaekit.errors import SpecError
from vaekit.nn.network import Network
from vaekit.posteriors.posterior import LogJoint, Posterior
from vaekit.spec import Sizes, register


class HamiltonianDraws:
    """Draws of (z, momentum) moved by leapfrog steps; the momentum at the end is part of the target.

    With z_0 from the normal, momentum r_0 ~ N(0, I / b_0) and a tempering that ends at 1, the extended
    density gives log q = log q_0(z_0) + log N(r_0; 0, I / b_0) - log |J| - log N(r_end; 0, I), so that
    log p(x, z) - log q is an unbiased weight of p(x).
    """

    mean = None  # no closed form

    def __init__(
        self, base: DiagonalNormal, x: Tensor, log_joint: LogJoint, step_size: Tensor, b_0: Tensor, steps: int
    ) -> None:
        self.base, self.x, self.log_joint = base, x, log_joint
        self.step_size, self.b_0, self.steps = step_size, b_0, steps

    def _slope(self, z: Tensor, keep: bool) -> Tensor:
        """d log p(x, z) / dz, differentiable again when the model is being trained."""
        with torch.enable_grad():
            z = z if z.requires_grad else z.detach().requires_grad_()
            return torch.autograd.grad(self.log_joint(self.x, z).sum(), z, create_graph=keep)[0]

    def draw(self, noise: Tensor) -> Draws:
        """noise (K, B, 2 L), for the code and for the momentum -> draws z (K, B, L)."""
        keep = torch.is_grad_enabled()
        latent_dim = noise.shape[-1] // 2
        before = self.base.draw(noise[..., :latent_dim])
        root = self.b_0.sqrt()
        z, momentum = before.z, noise[..., latent_dim:] / root
        for k in range(1, self.steps + 1):
            momentum = momentum + 0.5 * self.step_size * self._slope(z, keep)
            z = z + self.step_size * momentum
            momentum = momentum + 0.5 * self.step_size * self._slope(z, keep)
            momentum = momentum * self._temper(k - 1) / self._temper(k)
        if not keep:
            z, momentum = z.detach(), momentum.detach()

        def log_q() -> Tensor:
            start = standard_normal_log_prob(noise[..., latent_dim:]) + latent_dim * root.log()
            log_volume = latent_dim * root.log()
            return before.log_q + start - log_volume - standard_normal_log_prob(momentum)

        return Draws(z, log_q)

    def _temper(self, k: int) -> Tensor:
        """The root of the inverse temperature after k steps: from sqrt(b_0) to 1, quadratic in k."""
        done = (k / self.steps) ** 2
        return 1 / ((1 - 1 / self.b_0.sqrt()) * done + 1 / self.b_0.sqrt())


@register(
    "posterior",
    "hamiltonian",
    density="own draws",
    reference="Caterini et al., 2018, https://arxiv.org/abs/1805.11328",
)
class HamiltonianPosterior(Posterior):
    """A diagonal normal moved by `steps` leapfrog steps along log p(x, z).

    Step sizes (one a latent value, at most `largest_step`) and the starting temperature are learned.
    """

    def __init__(
        self, sizes: Sizes, network: Network, *, steps: int = 3, first_step: float = 0.05, largest_step: float = 0.5
    ) -> None:
        if not isinstance(steps, int) or steps < 1:
            raise SpecError(f"posterior 'hamiltonian': steps={steps!r} is not possible; give 1 or more.")
        if not 0 < first_step < largest_step:
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
        self, x: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None
    ) -> HamiltonianDraws:
        assert log_joint is not None, "a Hamiltonian posterior needs the joint density"
        mean, log_variance = self.head(self.encoder(x)).chunk(2, dim=-1)
        step_size = self.largest_step * torch.sigmoid(self.step_logits)
        b_0 = torch.exp(-F.softplus(-self.temperature_logit))
        return HamiltonianDraws(DiagonalNormal(mean, log_variance), x, log_joint, step_size, b_0, self.steps)
