"""The uniform prior on a box."""

from __future__ import annotations

import math

from torch import Tensor

from vaekit.distributions.uniform import BoxUniform
from vaekit.errors import SpecError
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


@register(
    "prior", "uniform", support="box", reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644"
)
class UniformPrior(Prior):
    """z uniform on [low, high]^L."""

    def __init__(self, sizes: Sizes, *, low: float = -1.0, high: float = 1.0) -> None:
        super().__init__(sizes)
        if not -math.inf < low < high < math.inf:
            raise SpecError(
                f"prior 'uniform': low={low!r}, high={high!r} is not possible; give finite numbers, low below high."
            )
        self.low, self.high = float(low), float(high)
        self._p = BoxUniform(sizes.latent_dim, self.low, self.high)

    def forward(self, c: Tensor | None = None) -> BoxUniform:
        return self._p
