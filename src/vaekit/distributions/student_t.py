"""Real values around a centre with heavy tails: far values pull little."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.distributions.location_scale import LocationScale


def log_gamma_half_step(a: Tensor) -> Tensor:
    """log Gamma(a + 1/2) - log Gamma(a) for a >= 1, with all digits for large a too.

    Subtracting two values of lgamma would lose them: in float32 0.01 nats are gone at a = 10,000. The
    series is that of the ratio for large a, reached by eight steps of Gamma(a + 1) = a Gamma(a).
    Reference: Tricomi and Erdelyi, 1951, https://doi.org/10.2140/pjm.1951.1.133
    """
    steps = sum(torch.log1p(-0.5 / (a + (i + 0.5))) for i in range(8))
    y = a + 8
    return steps + 0.5 * y.log() - 1 / (8 * y) + 1 / (192 * y**3) - 1 / (640 * y**5)


class StudentT(LocationScale):
    """Student's t; with `degrees` (), above 2, it has the variance scale^2 degrees / (degrees - 2)."""

    def __init__(self, centre: Tensor, scale: Tensor, degrees: Tensor) -> None:
        super().__init__(centre, scale)
        self.degrees = degrees

    def value_log_prob(self, x: Tensor) -> Tensor:
        n = self.degrees
        log_constant = log_gamma_half_step(n / 2) - 0.5 * (n * math.pi).log()
        tail = torch.log1p(self.standardised(x).square() / n)
        return torch.addcmul(log_constant - self.scale.log(), tail, n + 1, value=-0.5)

    def noise(self, generator: torch.Generator) -> Tensor:
        """A polar draw: radius from one uniform, direction from another.

        Reference: Bailey, 1994, https://doi.org/10.2307/2153537
        """
        u, v = torch.rand(2, *self.centre.shape, generator=generator, device=generator.device)
        radius = torch.expm1(-2 / self.degrees * torch.log1p(-u))
        return (self.degrees * radius).sqrt() * torch.cos(2 * math.pi * v)
