"""Maximum mean discrepancy between the codes of a batch and draws of the prior."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.bounds import Terms
from vaekit.model import Evidence
from vaekit.penalties.penalty import Penalty
from vaekit.spec import Sizes, register


def inverse_multiquadratic(a: Tensor, b: Tensor, scale: float) -> Tensor:
    """sum over widths s of s / (s + |a_i - b_j|^2), (A, B); the widths are multiples of `scale`."""
    square = torch.cdist(a, b).square()
    widths = [scale * factor for factor in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)]
    kernel = torch.zeros_like(square)
    for width in widths:
        kernel = kernel + width / (width + square)
    return kernel


def mmd(a: Tensor, b: Tensor, scale: float) -> Tensor:
    """The unbiased estimate of MMD^2 between two samples (A, L) and (B, L); it can fall below 0.

    Reference: Gretton et al., 2012, https://jmlr.org/papers/v13/gretton12a.html
    """
    n, m = len(a), len(b)
    within_a = inverse_multiquadratic(a, a, scale)
    within_b = inverse_multiquadratic(b, b, scale)
    between = inverse_multiquadratic(a, b, scale)
    return (
        (within_a.sum() - within_a.diagonal().sum()) / (n * (n - 1))
        + (within_b.sum() - within_b.diagonal().sum()) / (m * (m - 1))
        - 2 * between.mean()
    )


@register(
    "penalty",
    "mmd",
    matches_prior=True,
    reference="Tolstikhin et al., 2018, https://arxiv.org/abs/1711.01558",
)
class MMD(Penalty):
    """weight x MMD^2 between the codes and draws of the prior, with inverse multiquadratic kernels."""

    def __init__(self, sizes: Sizes, *, weight: float = 10.0) -> None:
        super().__init__(sizes, weight)
        self.scale = 2.0 * sizes.latent_dim  # E|z - z'|^2 of two standard normal codes

    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        z = evidence.z[0]
        if len(z) < 2:
            return {"mmd": (self.weight, z.new_zeros(()))}
        drawn = evidence.p_z.sample(len(z), generator)
        return {"mmd": (self.weight, mmd(z, drawn, self.scale))}
