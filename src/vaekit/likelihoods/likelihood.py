"""What every likelihood offers: called with codes it gives a distribution over examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor, nn

from vaekit.kinds import Array
from vaekit.spec import Sizes


class Likelihood(nn.Module, ABC):
    """p(x | z, c). Called with codes it gives an object with `log_prob(x, observed)`, `mean` and `sample`.

    domain      the values that x may take: "binary" (0 and 1), "unit" ([0, 1]), "real", "counts" (0, 1, ...),
                "categories" (0 .. C-1) or "levels" (0 .. N)
    measure     "density" (rescaled data add a log-Jacobian) or "mass" (they do not)
    normalised  False where values are scored that the distribution gives no probability
    input_shape the shape of one example of `represent(x)`, which encoders read
    """

    name = "own"
    domain = "real"
    measure = "density"
    normalised = True

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.input_shape = sizes.event_shape

    @abstractmethod
    def forward(self, z: Tensor, c: Tensor | None = None) -> Any:
        """Codes z (K, B, L) and a condition c (B, C) or None -> p_x, batch (K, B)."""

    @abstractmethod
    def check(self, x: Array) -> None:
        """DataError where x, in the model's units, leaves the domain; NaN stands for an unobserved value."""

    def represent(self, x: Tensor) -> Tensor:
        """x (B, *event) as encoders read it, (B, *input_shape); of a hidden value (NaN) NaN or zeros, read as 0."""
        return x

    def expected_log_prob(
        self, q: Any, x: Tensor, c: Tensor | None = None, observed: Tensor | None = None
    ) -> Tensor | None:
        """E over q of log p(x | z, c) in closed form, (B,); None where it is not known."""
        return None

    def scale_at_floor(self, p_x: Any) -> bool:
        """Whether a learned scale of p_x sits within 10 % of the floor that keeps densities finite."""
        return False
