"""The beta likelihood, for values in [0, 1] with a spread of their own: shares, percentages, probabilities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from vaekit.distributions.beta import Beta
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.scale import choose_scale
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register(
    "likelihood",
    "beta",
    reference="Ferrari and Cribari-Neto, 2004, https://doi.org/10.1080/0266476042000214501",
)
class BetaLikelihood(DecodedLikelihood):
    """x in [0, 1] is beta distributed around sigmoid(decoder(z)); an exact 0 or 1 is scored as 1e-6 or 1 - 1e-6.

    scale: the standard deviation as a share of the largest that a mean allows (for small ones), as in `gaussian`.
    """

    domain = "unit"

    def __init__(self, sizes: Sizes, network: Network, *, scale: float | str = "learned") -> None:
        made = choose_scale(self.name, scale, _as_shares(sizes))
        super().__init__(sizes, network, 1 + made.extra_numbers)
        self.scale = made

    def distribution(self, numbers: Tensor) -> Beta:
        return Beta(numbers[:, :, 0], self.scale(numbers))

    def check(self, x: Array) -> None:
        check_values(
            self.name, x, low=0, high=1, needs="x in [0, 1]", cure="Rescale x, or use likelihood 'gaussian'."
        )

    def scale_at_floor(self, p_x: Any) -> bool:
        return bool(self.scale.at_floor(p_x.scale).any())


def _as_shares(sizes: Sizes) -> Sizes:
    """The sizes with spreads divided by the largest that values in [0, 1] of that mean can have."""
    if "mean" not in sizes.facts or "spread" not in sizes.facts:
        return replace(sizes, facts={})
    mean = torch.as_tensor(sizes.facts["mean"], dtype=torch.float32).clamp(1e-3, 1 - 1e-3)
    spread = torch.as_tensor(sizes.facts["spread"], dtype=torch.float32)
    share = (spread / (mean * (1 - mean)).sqrt()).clamp(max=1.0)
    return replace(sizes, facts={"mean": mean, "spread": share})
