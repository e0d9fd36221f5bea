"""The swiss roll: a spiral in two latent values, one arc of it a label."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.priors.labelled import LabelledPrior
from vaekit.spec import Sizes, register

ARC_POINTS = 200


@register(
    "prior",
    "swiss-roll",
    support="any",
    density=False,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class SwissRollPrior(LabelledPrior):
    """z = 3 sqrt(u) (cos a, sin a) with a = 4 pi sqrt(u) and u uniform on [0, 1]: a curve, which has no density.

    Label k has the arc of the u between the sum of the weights before k and that with its own: long arcs for
    frequent classes, and the whole roll uniform in u. weights: of the arcs.
    """

    ends: Tensor
    curve: Tensor

    def __init__(
        self, sizes: Sizes, *, components: int = 10, weights: tuple[float, ...] | None = None
    ) -> None:
        super().__init__(sizes, components, weights)
        self._refuse_other_dims(sizes.latent_dim, "a spiral in a plane")
        ends = torch.cat((torch.zeros(1), self.weights.cumsum(0)))
        within = (torch.arange(ARC_POINTS) + 0.5) / ARC_POINTS
        curve = on_roll(ends[:-1, None] + self.weights[:, None] * within)
        self.register_buffer("ends", ends, persistent=False)
        self.register_buffer("curve", curve, persistent=False)  # (C, points, 2)

    def draw_in(self, which: Tensor, generator: torch.Generator) -> Tensor:
        along = self.uniform(len(which), generator)
        return on_roll(self.ends[which] + self.weights[which] * along)

    def label_of(self, z: Tensor) -> Tensor:
        """The arc with the nearest point."""
        distance = torch.cdist(z, self.curve.flatten(0, 1).to(z.dtype))
        nearest: Tensor = distance.unflatten(-1, self.curve.shape[:2]).amin(-1).argmin(-1)
        return nearest


def on_roll(u: Tensor) -> Tensor:
    """u (...) in [0, 1] -> points of the roll, (..., 2)."""
    root = u.sqrt()
    angle = 4 * math.pi * root
    return torch.stack((3 * root * angle.cos(), 3 * root * angle.sin()), -1)
