"""Likelihoods of real values around a decoded centre: they differ in the shape of their tails only."""

from __future__ import annotations

from typing import Any

from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.scale import choose_scale
from vaekit.nn.network import Network
from vaekit.spec import Sizes


class LocationScaleLikelihood(DecodedLikelihood):
    """x = centre(z) + scale * noise. The scale is in the units that the model sees."""

    def __init__(self, sizes: Sizes, network: Network, *, scale: float | str = "learned") -> None:
        made = choose_scale(self.name, scale, sizes)
        super().__init__(sizes, network, 1 + made.extra_numbers)
        self.scale = made

    def check(self, x: Array) -> None:
        check_values(self.name, x, needs="finite x", cure="Replace or drop the infinite values.")

    def scale_at_floor(self, p_x: Any) -> bool:
        return bool(self.scale.at_floor(p_x.scale).any())
