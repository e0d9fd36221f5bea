"""Counts whose variance is above their mean: Poisson counts with a rate that is itself a gamma draw.

With mean m and dispersion a the variance is m + a m^2; as a goes to 0 the counts become Poisson.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from vaekit.distributions.gamma import log_gamma_remainder
from vaekit.distributions.independent import Independent
from vaekit.distributions.seeded import seeded_globally

LARGEST_RATE = 1e18  # torch draws Poisson counts in 64-bit integers


class NegativeBinomial(Independent):
    """Counts of mean exp(log_mean), (K, B, *event), and `dispersion` above 0, of a shape that broadcasts to it."""

    def __init__(self, log_mean: Tensor, dispersion: Tensor) -> None:
        self.log_mean, self.dispersion = log_mean, dispersion

    @cached_property
    def mean(self) -> Tensor:
        return self.log_mean.exp()

    def value_log_prob(self, x: Tensor) -> Tensor:
        """log of Gamma(x + r) / (Gamma(r) x!) (1 + a m)^-(x + r) (a m)^x with r = 1 / a.

        Stirling's terms of the two Gammas are written together, so that a small dispersion costs no digits.
        """
        a, r = self.dispersion, self.dispersion.reciprocal()
        at_x, at_mean = torch.log1p(a * x), torch.log1p(a * self.mean)
        gammas = log_gamma_remainder(x + r) - log_gamma_remainder(r) - torch.lgamma(x + 1)
        return (x + r) * (at_x - at_mean) - 0.5 * at_x + x * (self.log_mean - 1) + gammas

    def sample(self, generator: torch.Generator) -> Tensor:
        r = self.dispersion.reciprocal().expand_as(self.mean)
        with seeded_globally(generator):
            drawn = torch.distributions.Gamma(r, 1.0).sample()
        rate = (drawn * self.dispersion * self.mean).clamp(max=LARGEST_RATE)
        return torch.poisson(rate, generator=generator)
