"""The Student t likelihood: errors with heavy tails, so that outliers pull little."""

from __future__ import annotations

import math
from numbers import Real

import torch
from torch import Tensor, nn

from vaekit.distributions.student_t import StudentT
from vaekit.errors import SpecError
from vaekit.likelihoods.location_scale import LocationScaleLikelihood
from vaekit.likelihoods.scale import positive
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register

LOWEST, FIRST = 2.01, 5.0  # learned degrees of freedom stay above the one and start at the other


@register(
    "likelihood", "student-t", reference="Takahashi et al., 2018, https://doi.org/10.24963/ijcai.2018/374"
)
class StudentTLikelihood(LocationScaleLikelihood):
    """x ~ Student's t around centre(z), for real values with outliers.

    scale: as in `gaussian`, but the standard deviation is sqrt(degrees / (degrees - 2)) times as large.
    degrees: a number above 2, so that mean and variance exist, or "learned" (one).
    """

    first_degrees: Tensor

    def __init__(
        self,
        sizes: Sizes,
        network: Network,
        *,
        scale: float | str = "learned",
        degrees: float | str = "learned",
    ) -> None:
        learned = degrees == "learned"
        if not learned and (not isinstance(degrees, Real) or not 2 < float(degrees) < math.inf):
            raise SpecError(
                f"likelihood 'student-t': degrees={degrees!r} is not possible; give a number above 2, or "
                "'learned'."
            )
        super().__init__(sizes, network, scale=scale)
        self.raw_degrees = nn.Parameter(torch.zeros(())) if learned else None
        given = FIRST if learned else float(degrees)
        self.register_buffer("first_degrees", torch.tensor(given), persistent=False)

    @property
    def degrees(self) -> Tensor:
        """The degrees of freedom, ()."""
        if self.raw_degrees is None:
            return self.first_degrees
        return LOWEST + (self.first_degrees - LOWEST) * positive(self.raw_degrees)

    def distribution(self, numbers: Tensor) -> StudentT:
        return StudentT(numbers[:, :, 0], self.scale(numbers), self.degrees)
