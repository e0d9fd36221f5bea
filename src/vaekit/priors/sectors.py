"""A standard normal in two latent values, cut into a disc and sectors: one piece a label."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.priors.labelled import LabelledPrior
from vaekit.spec import Sizes, register


@register(
    "prior",
    "sectors",
    support="any",
    density=False,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class SectorsPrior(LabelledPrior):
    """N(0, I) cut into pieces of the given weights: a disc in the middle for the first label, sectors around it
    for the others. The whole is the standard normal whatever the weights; a label's density ends at its borders,
    so the part is known by draws. weights: of the pieces.
    """

    ends: Tensor

    def __init__(
        self, sizes: Sizes, *, components: int = 10, weights: tuple[float, ...] | None = None
    ) -> None:
        super().__init__(sizes, components, weights)
        self._refuse_other_dims(sizes.latent_dim, "a disc with sectors in a plane")
        outside = self.weights[1:].sum().clamp(min=torch.finfo(self.weights.dtype).tiny)
        ends = torch.cat((torch.zeros(2), (self.weights[1:] / outside).cumsum(0)))
        self.register_buffer(
            "ends", ends, persistent=False
        )  # of piece k from ends[k] to ends[k + 1], in turns

    @property
    def radius(self) -> float:
        """Of the disc: a standard normal lies within it with the first weight."""
        return math.sqrt(-2 * math.log1p(-min(float(self.weights[0]), 1 - 1e-7)))

    def draw_in(self, which: Tensor, generator: torch.Generator) -> Tensor:
        share, along = self.uniform(len(which), generator), self.uniform(len(which), generator)
        inside = which == 0
        disc = self.weights[0]
        # The squared radius of a standard normal is exponential: 1 - share of it lies further out.
        within = torch.where(inside, share * disc, disc + share * (1 - disc))
        radius = (-2 * torch.log1p(-within.clamp(max=1 - 1e-7))).sqrt()
        turn = torch.where(inside, along, self.ends[which].lerp(self.ends[which + 1], along))
        angle = 2 * math.pi * turn
        return torch.stack((radius * angle.cos(), radius * angle.sin()), -1)

    def label_of(self, z: Tensor) -> Tensor:
        """The piece that a code lies in."""
        turn = torch.atan2(z[..., 1], z[..., 0]) / (2 * math.pi) % 1
        outside = torch.bucketize(turn, self.ends[1:].to(z.dtype), right=True).clamp(max=self.components - 1)
        return torch.where(z.norm(dim=-1) < self.radius, 0, outside)
