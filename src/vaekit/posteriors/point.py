"""A deterministic encoder: a point mass."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.point import PointMass
from vaekit.nn.network import Network
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.posterior import LogJoint
from vaekit.spec import Sizes, register


@register(
    "posterior",
    "point",
    density="nowhere",
    reference="Hinton and Salakhutdinov, 2006, https://doi.org/10.1126/science.1127647",
)
class PointPosterior(EncodedPosterior):
    """z = encoder(x): every code is certain, and q has no density."""

    def __init__(self, sizes: Sizes, network: Network) -> None:
        super().__init__(sizes, network, sizes.latent_dim)
        self.noise_size = 0

    def forward(self, h: Tensor, c: Tensor | None = None, log_joint: LogJoint | None = None) -> PointMass:
        return PointMass(self.numbers(h, c))
