"""The sliced Wasserstein distance: optimal transport along many lines, where it is a matter of sorting."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure, near_zero
from vaekit.measure.resampling import jackknife
from vaekit.measure.samples import two_samples


def sliced_wasserstein(
    A: Any, B: Any, *, projections: int = 200, groups: int = 30, rng: Rng | int = 0
) -> Measure:
    """The squared 2-Wasserstein distance between A and B along a line, averaged over random directions.

    Two finite samples of one law are some distance apart: what of that goes as 1/n is taken off by the jackknife,
    so the value may fall below 0. Between N(0, I) and N(a, I) over d values it is |a|^2 / d. The error does not
    count the choice of the directions, which follow from rng.

    Reference: Bonneel et al., 2015, https://doi.org/10.1007/s10851-014-0506-3
    """
    A, B = two_samples(A, B, groups)
    rng = np.random.default_rng(rng)
    directions = rng.standard_normal((A.shape[1], projections))
    directions /= np.linalg.norm(directions, axis=0)
    on_a, on_b = A @ directions, B @ directions
    order_a, order_b = on_a.argsort(0), on_b.argsort(0)

    def distance(a: Array, b: Array) -> float:
        return _squared(_kept(on_a, order_a, a), _kept(on_b, order_b, b))

    found = jackknife(distance, [len(A), len(B)], groups, rng)
    return Measure(
        found.extrapolated,
        found.standard_error,
        min(len(A), len(B)),
        f"squared sliced 2-Wasserstein distance, {projections} directions, extrapolated in 1/n",
        near_zero(found.extrapolated, found.standard_error),
    )


def _kept(values: Array, order: Array, rows: Array) -> Array:
    """values (n, P) of these rows, each column sorted; `order` sorts all of them."""
    keep = np.zeros(len(values), dtype=bool)
    keep[rows] = True
    ranked = order.T
    return np.take_along_axis(values.T, ranked[keep[ranked]].reshape(len(ranked), -1), 1)


def _squared(a: Array, b: Array) -> float:
    """The mean over lines of the squared difference of quantile functions, a (P, n) and b (P, m) sorted.

    Quantile functions are steps: they are compared on all their steps together.
    """
    n, m = a.shape[1], b.shape[1]
    if n == m:
        return float(((a - b) ** 2).mean())
    edges = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)  # in units of 1 / (n m)
    widths = np.diff(edges, prepend=0) / (n * m)
    at_a, at_b = (edges - 1) // m, (edges - 1) // n
    return float((((a[:, at_a] - b[:, at_b]) ** 2) @ widths).mean())
