"""The standard normal prior."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.normal import StandardNormal
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


@register("prior", "normal", reference="Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114")
class NormalPrior(Prior):
    """z ~ N(0, I)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self._p = StandardNormal(sizes.latent_dim)

    def forward(self, c: Tensor | None = None) -> StandardNormal:
        return self._p
