"""A fixed mixture of normals around a circle: one petal a label."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.distributions.mixture import Mixture
from vaekit.distributions.normal import FullNormal
from vaekit.errors import SpecError
from vaekit.priors.labelled import LabelledPrior, Placed
from vaekit.spec import Sizes, register


class Petals(Placed):
    """The same draws with their density: a row's mixture is of its own petal, or of all."""

    prior: PetalsPrior

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L), or (..., B, L) with B labels -> (...)."""
        return Mixture(self._log_weights(), self.prior.normals).log_prob(z)

    def _log_weights(self) -> Tensor:
        log_whole = self.prior.weights.log()
        if self.labels is None:
            return log_whole
        places = torch.arange(self.prior.components, device=log_whole.device)
        log_own = torch.zeros_like(log_whole).masked_fill(places != self.labels[:, None], -math.inf)
        return torch.where((self.labels < 0)[:, None], log_whole, log_own)


@register(
    "prior",
    "petals",
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class PetalsPrior(LabelledPrior):
    """Normals with their centres on a circle and long in its radial direction, `components` of them.

    Every pair of latent values holds such a circle, with the same petal in each; an odd last value is a standard
    normal and says nothing of the label. radius: of the circle. length, width: standard deviations along the
    radius and across it; width None is 0.1, and less above ten components, so that petals stay apart.
    weights: of the petals.
    """

    means: Tensor
    roots: Tensor

    def __init__(
        self,
        sizes: Sizes,
        *,
        components: int = 10,
        weights: tuple[float, ...] | None = None,
        radius: float = 1.4,
        length: float = 0.5,
        width: float | None = None,
    ) -> None:
        super().__init__(sizes, components, weights)
        if sizes.latent_dim < 2:
            raise SpecError(
                "prior 'petals' stands around a circle, so it needs latent_dim of 2 or more, not 1."
            )
        width = min(0.1, 1 / self.components) if width is None else width
        for option, number in (("radius", radius), ("length", length), ("width", width)):
            if not 0 < number < math.inf:
                raise SpecError(
                    f"prior 'petals': {option}={number!r} is not possible; give a number above 0."
                )
        angle = 2 * math.pi * torch.arange(self.components) / self.components
        outward = torch.stack((angle.cos(), angle.sin()), -1)  # (C, 2)
        across = torch.stack((-angle.sin(), angle.cos()), -1)
        covariance = length**2 * _outer(outward) + width**2 * _outer(across)
        pairs, odd = divmod(sizes.latent_dim, 2)
        means = torch.cat((radius * outward.repeat(1, pairs), torch.zeros(self.components, odd)), -1)
        roots = torch.linalg.cholesky(covariance)
        whole = torch.eye(sizes.latent_dim).repeat(self.components, 1, 1)
        for pair in range(pairs):
            at = slice(2 * pair, 2 * pair + 2)
            whole[:, at, at] = roots
        self.register_buffer("means", means, persistent=False)
        self.register_buffer("roots", whole, persistent=False)

    @property
    def normals(self) -> FullNormal:
        """The petals, batch (C,)."""
        return FullNormal(self.means, self.roots)

    def draw_in(self, which: Tensor, generator: torch.Generator) -> Tensor:
        petals = self.normals.rows(which)
        noise = torch.randn(
            1, *petals.mean.shape, generator=generator, device=generator.device, dtype=self.means.dtype
        )
        return petals.draw(noise).z[0]

    def label_of(self, z: Tensor) -> Tensor:
        """The most probable petal."""
        return Mixture(self.weights.log(), self.normals).component_log_prob(z).argmax(-1)

    def forward(self, c: Tensor | None = None) -> Petals:
        placed = super().forward(c)
        return Petals(self, placed.labels)


def _outer(direction: Tensor) -> Tensor:
    """(C, 2) -> (C, 2, 2)."""
    return direction[:, :, None] * direction[:, None, :]
