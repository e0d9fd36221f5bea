"""The Laplace likelihood: absolute error with its scale named."""

from __future__ import annotations

from torch import Tensor

from vaekit.distributions.laplace import Laplace
from vaekit.likelihoods.location_scale import LocationScaleLikelihood
from vaekit.spec import register


@register(
    "likelihood",
    "laplace",
    reference="Laplace, 1774 (tr. Stigler, 1986), https://doi.org/10.1214/ss/1177013621",
)
class LaplaceLikelihood(LocationScaleLikelihood):
    """x ~ Laplace(centre(z), scale), for real values with some far ones.

    scale: the mean distance from the centre; a positive number, "learned" (one), "per-feature" (one for
    each value of an example) or "network" (from the code).
    """

    def distribution(self, numbers: Tensor) -> Laplace:
        return Laplace(numbers[:, :, 0], self.scale(numbers))
