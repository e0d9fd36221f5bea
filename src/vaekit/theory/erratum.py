"""A misprint, measured: the normal density of the article that the tour walks through is a density only at sigma = 1.

Printed is (2 pi sigma)^(-1/2) exp(-1/2 (y - mu)^2 sigma^(-1/2)). With sigma a variance the exponent holds
sigma^(-1); as it is printed the function integrates to sigma^(-1/4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.integrate import quad

from vaekit.theory.density import gaussian_logpdf, one_spread
from vaekit.theory.probabilities import real_numbers


@dataclass(frozen=True)
class Erratum:
    """Integrals over the whole line, by adaptive quadrature.

    sigma      the variance
    correct    integral of the normal density: 1
    printed    integral of the printed formula
    predicted  sigma^(-1/4), which the printed formula integrates to
    """

    sigma: float
    correct: float
    printed: float
    predicted: float


def printed_density(y: Any, mean: Any, sigma: Any) -> Any:
    """The formula as it is printed, in the shape that y, mean and sigma broadcast to."""
    y, mean = real_numbers(y, "y"), real_numbers(mean, "mean")
    _, variance = one_spread(sigma=sigma)
    return (2 * np.pi * variance) ** -0.5 * np.exp(-0.5 * (y - mean) ** 2 * variance**-0.5)


def density_erratum(sigma: float) -> Erratum:
    """The integrals of the correct and of the printed density with this variance."""
    one_spread(sigma=sigma)
    return Erratum(
        sigma=sigma,
        correct=_over_the_line(lambda y: np.exp(gaussian_logpdf(y, 0, var=sigma)), sigma**0.5),
        printed=_over_the_line(lambda y: printed_density(y, 0, sigma), sigma**0.25),
        predicted=sigma**-0.25,
    )


def _over_the_line(density: Callable[[float], float], width: float) -> float:
    """The integral from minus to plus infinity of a symmetric bump of this width."""
    # Measured in widths, so that quadrature meets the bump whatever its scale.
    return float(2 * width * quad(lambda t: density(t * width), 0, np.inf, epsabs=1e-12)[0])
