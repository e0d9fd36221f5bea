"""Rings around the origin in two latent values, one a label."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.errors import SpecError
from vaekit.priors.labelled import LabelledPrior
from vaekit.spec import Sizes, register


@register("prior", "rings", support="any", density=False)
class RingsPrior(LabelledPrior):
    """Ring k has radius reach (k + 1) / components, a uniform angle, and a normal thickness across it.

    reach: radius of the outermost ring. thickness: standard deviation of the radius as a share of the distance
    between two rings. weights: of the rings.
    """

    def __init__(
        self,
        sizes: Sizes,
        *,
        components: int = 10,
        weights: tuple[float, ...] | None = None,
        reach: float = 3.0,
        thickness: float = 0.1,
    ) -> None:
        super().__init__(sizes, components, weights)
        self._refuse_other_dims(sizes.latent_dim, "a set of rings in a plane")
        if not 0 < reach < math.inf or not 0 <= thickness < 0.5:
            raise SpecError(
                f"prior 'rings': reach={reach!r}, thickness={thickness!r} is not possible; give a reach above 0 and "
                "a thickness from 0 to below 0.5."
            )
        self.apart, self.thickness = reach / self.components, float(thickness)

    def draw_in(self, which: Tensor, generator: torch.Generator) -> Tensor:
        angle = 2 * math.pi * self.uniform(len(which), generator)
        off = torch.randn(len(which), generator=generator, device=generator.device, dtype=self.weights.dtype)
        radius = self.apart * (which + 1 + self.thickness * off)
        return torch.stack((radius * angle.cos(), radius * angle.sin()), -1)

    def label_of(self, z: Tensor) -> Tensor:
        """The ring with the nearest radius."""
        nearest: Tensor = ((z.norm(dim=-1) / self.apart).round().long() - 1).clamp(0, self.components - 1)
        return nearest
