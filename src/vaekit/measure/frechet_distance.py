"""The Frechet distance between normal laws fitted to two samples, in a named feature space."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure, near_zero
from vaekit.measure.resampling import jackknifed
from vaekit.measure.samples import Features, two_feature_samples


def frechet(
    A: Any,
    B: Any,
    *,
    features: Features | None = None,
    feature_name: str = "",
    extrapolate: bool = True,
    groups: int = 50,
    rng: Rng | int = 0,
) -> Measure:
    """|mean_A - mean_B|^2 + tr(C_A + C_B - 2 (C_A C_B)^1/2) of the features' means and covariances.

    features      (n, ...) -> (n, d); None takes the values themselves
    feature_name  what the features are called: distances in other features are other numbers (never Inception's)
    extrapolate   to infinitely many rows: finite samples of one law are some distance apart, and what of that goes
                  as 1/n is taken off by the jackknife; False gives the plain distance of these rows, which is
                  compared at equal n only

    Raises DataError unless there are more rows than features in every fit.

    Reference: Heusel et al., 2017, https://arxiv.org/abs/1706.08500;
    Chong and Forsyth, 2020, https://arxiv.org/abs/1911.07023
    """
    A, B, space = two_feature_samples(A, B, features, feature_name, groups)
    rng = np.random.default_rng(rng)
    moments = [_Moments(sample, groups, rng) for sample in (A, B)]
    whole = _distance(*moments[0].without(None), *moments[1].without(None))
    without = np.array(
        [_distance(*moments[0].without(group), *moments[1].without(group)) for group in range(groups)]
    )
    found = jackknifed(whole, without)
    value = found.extrapolated if extrapolate else found.value
    variant = "extrapolated in 1/n" if extrapolate else "of these rows"
    return Measure(
        value,
        found.standard_error,
        min(len(A), len(B)),
        f"squared Frechet distance, features: {space} ({A.shape[1]}), {variant}",
        near_zero(value, found.standard_error)
        if extrapolate
        else "finite rows lie further apart than their laws",
    )


class _Moments:
    """Sums over groups of rows, from which those without a group are one subtraction away."""

    def __init__(self, sample: Array, groups: int, rng: Rng) -> None:
        n, d = sample.shape
        if n - -(-n // groups) <= d:
            raise DataError(
                f"{n} rows have no covariance of {d} features that can be trusted; give more rows or fewer features."
            )
        centred = sample - sample.mean(0)  # sums of squares then lose nothing to rounding
        self.origin = sample.mean(0)
        self.parts = [centred[rows] for rows in np.array_split(rng.permutation(n), groups)]
        self.n, self.first, self.second = n, centred.sum(0), centred.T @ centred

    def without(self, group: int | None) -> tuple[Array, Array]:
        """Mean (d,) and covariance (d, d) of all rows, or of those outside of a group."""
        n, first, second = self.n, self.first, self.second
        if group is not None:
            part = self.parts[group]
            n, first, second = n - len(part), first - part.sum(0), second - part.T @ part
        mean = first / n
        return self.origin + mean, (second - n * np.outer(mean, mean)) / (n - 1)


def _distance(mean_a: Array, cov_a: Array, mean_b: Array, cov_b: Array) -> float:
    """tr (C_A C_B)^1/2 is the sum of the roots of the eigenvalues of R' C_B R with C_A = R R'."""
    values, vectors = np.linalg.eigh(cov_a)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    middle = np.linalg.eigvalsh(root.T @ cov_b @ root)
    shared = np.sqrt(np.clip(middle, 0, None)).sum()
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * shared)
