"""A class and a style: the code is a one-hot class and, behind it, standard normal values."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.distributions.labels import one_hot
from vaekit.distributions.normal import standard_normal_log_prob
from vaekit.errors import SpecError
from vaekit.priors.labelled import LabelledPrior, Placed
from vaekit.spec import Sizes, register


class ClassAndNormal(Placed):
    """p(class) N(style; 0, I), the class known where the row has a label."""

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., B, L), the class one-hot -> (..., B)."""
        classes = self.prior.components
        at = z[..., :classes].argmax(-1)
        log_class = self.prior.weights.log()[at]
        if self.labels is not None:
            log_known = torch.zeros_like(log_class).masked_fill(at != self.labels, -math.inf)
            log_class = torch.where(self.labels < 0, log_class, log_known)
        return log_class + standard_normal_log_prob(z[..., classes:])


@register(
    "prior",
    "class-and-normal",
    support="class-and-real",
    reference="Kingma et al., 2014, https://arxiv.org/abs/1406.5298",
)
class ClassAndNormalPrior(LabelledPrior):
    """The first `components` values of a code are a one-hot class, drawn by its weights; the others are N(0, I)."""

    def __init__(
        self, sizes: Sizes, *, components: int = 10, weights: tuple[float, ...] | None = None
    ) -> None:
        super().__init__(sizes, components, weights)
        self.style_dim = sizes.latent_dim - self.components
        if self.style_dim < 0:
            raise SpecError(
                f"prior 'class-and-normal' has {self.components} classes in codes of {sizes.latent_dim} values; give "
                f"latent_dim of {self.components} or more."
            )

    def draw_in(self, which: Tensor, generator: torch.Generator) -> Tensor:
        style = torch.randn(
            len(which), self.style_dim, generator=generator, device=generator.device, dtype=self.weights.dtype
        )
        return torch.cat((one_hot(which, self.components, style.dtype), style), -1)

    def label_of(self, z: Tensor) -> Tensor:
        """The largest of the class values."""
        return z[..., : self.components].argmax(-1)

    def forward(self, c: Tensor | None = None) -> ClassAndNormal:
        placed = super().forward(c)
        return ClassAndNormal(self, placed.labels)
