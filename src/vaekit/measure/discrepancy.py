"""Maximum mean discrepancy between two samples, with its error.

The estimate is the one that the penalty trains (`vaekit.penalties.mmd`); its variance is that of a U-statistic,
whose first-order part vanishes when both samples have one law, so that both parts are counted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure, near_zero
from vaekit.measure.samples import two_samples
from vaekit.penalties.mmd import inverse_multiquadratic
from vaekit.penalties.mmd import mmd as unbiased

MOST_ROWS = 2000
"""Rows of one estimate; the estimates of more rows are averaged, so that time grows with the rows, not their square."""
LEAST_ROWS = 4


def mmd(A: Any, B: Any, *, scale: float | None = None, rng: Rng | int = 0) -> Measure:
    """MMD^2 between A (n, ...) and B (m, ...), unbiased: 0 on average for one law, and then often below 0.

    The kernel is a sum of inverse multiquadratics with seven widths around `scale`; scale None is the mean squared
    distance of two rows of B, which is 2 d for a standard normal of d values.

    Reference: Gretton et al., 2012, https://jmlr.org/papers/v13/gretton12a.html
    """
    A, B = two_samples(A, B, LEAST_ROWS)
    rng = np.random.default_rng(rng)
    if scale is None:
        scale = 2 * float(B.var(0, ddof=1).sum()) or 1.0
    parts = math.ceil(max(len(A), len(B)) / MOST_ROWS)
    parts = max(1, min(parts, min(len(A), len(B)) // LEAST_ROWS))
    pairs = zip(
        np.array_split(rng.permutation(len(A)), parts),
        np.array_split(rng.permutation(len(B)), parts),
        strict=True,
    )
    found = [_estimate(torch.from_numpy(A[a]), torch.from_numpy(B[b]), scale) for a, b in pairs]
    values, variances = np.array(found).T
    value, error = float(values.mean()), float(np.sqrt(variances.sum())) / parts
    return Measure(
        value,
        error,
        min(len(A), len(B)),
        f"MMD^2, unbiased, inverse multiquadratic kernel of seven widths around {scale:.4g}",
        near_zero(value, error),
    )


def _estimate(a: torch.Tensor, b: torch.Tensor, scale: float) -> tuple[float, float]:
    """MMD^2 and its variance: that of the means over rows, and that of the pairs which they leave."""
    within_a, within_b, between = (
        inverse_multiquadratic(p, q, scale).numpy() for p, q in ((a, a), (b, b), (a, b))
    )
    np.fill_diagonal(within_a, 0)
    np.fill_diagonal(within_b, 0)
    n, m = between.shape
    by_a = within_a.sum(1) / (n - 1) - between.mean(1)
    by_b = within_b.sum(1) / (m - 1) - between.mean(0)
    pairs = (
        2 * _pairs_within(within_a) / (n * (n - 1))
        + 2 * _pairs_within(within_b) / (m * (m - 1))
        + 4 * _pairs_between(between) / (n * m)
    )
    # The spread of row means holds the pairs' part twice.
    rows = 4 * (by_a.var(ddof=1) / n + by_b.var(ddof=1) / m)
    return float(unbiased(a, b, scale)), float(max(rows - pairs, pairs, 0.0))


def _pairs_within(kernel: Array) -> float:
    """E of the squared kernel with both its means taken out, unbiased; the diagonal of kernel (n, n) is 0.

    Reference: Szekely and Rizzo, 2014, https://doi.org/10.1214/14-AOS1255
    """
    n = len(kernel)
    rows = kernel.sum(1)
    inner = (kernel**2).sum() - 2 * (rows**2).sum() / (n - 2) + rows.sum() ** 2 / ((n - 1) * (n - 2))
    return float(inner) / (n * (n - 3))


def _pairs_between(kernel: Array) -> float:
    """The same of kernel (n, m) between two samples."""
    n, m = kernel.shape
    centred = kernel - kernel.mean(1, keepdims=True) - kernel.mean(0, keepdims=True) + kernel.mean()
    variance: float = float((centred**2).sum() / ((n - 1) * (m - 1)))
    return variance
