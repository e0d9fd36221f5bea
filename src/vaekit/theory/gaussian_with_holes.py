"""A Gaussian law of rows with holes: the maximum of the likelihood of what is observed, by EM.

What any model that fills holes is held against: it has no latent values, and as many parameters as pairs of columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array


@dataclass(frozen=True)
class GaussianWithHoles:
    """N(mean, covariance) of rows (D,), after `iterations` rounds; log_likelihoods: of what is observed, in nats, at
    the start of each."""

    mean: Array
    covariance: Array
    iterations: int
    log_likelihoods: tuple[float, ...]

    def impute(self, X: Array) -> Array:
        """X (n, D) with E[x | the observed values of its row] where it is NaN."""
        return _expected(np.asarray(X, dtype=np.float64), self.mean, self.covariance)[0]

    def score_samples(self, X: Array) -> Array:
        """(n,): the log-density of the observed values of each row of X (n, D), in nats; 0 for a row of none."""
        return _expected(np.asarray(X, dtype=np.float64), self.mean, self.covariance)[2]


def fit_gaussian(X: Array, iterations: int = 50, tolerance: float = 1e-6) -> GaussianWithHoles:
    """The law of X (n, D) with NaN for what is missing (at random); ends when no entry moves by `tolerance` of the
    variances, or after so many rounds.

    Raises DataError for a column without a value.
    Reference: Dempster, Laird and Rubin, 1977, https://doi.org/10.1111/j.2517-6161.1977.tb01600.x
    """
    X = np.asarray(X, dtype=np.float64)
    if np.isnan(X).all(0).any():
        raise DataError(f"column {int(np.isnan(X).all(0).argmax())} has no value, so it has no law.")
    mean, spread = np.nanmean(X, 0), np.nanvar(X, 0)
    covariance, scale = np.diag(spread), np.sqrt(np.outer(spread, spread))
    logs: list[float] = []
    for _ in range(iterations):
        filled, uncertain, log_likelihood = _expected(X, mean, covariance)
        logs.append(float(log_likelihood.sum()))
        mean = filled.mean(0)
        moved = ((filled - mean).T @ (filled - mean) + uncertain) / len(X)
        still = bool((np.abs(moved - covariance) <= tolerance * scale).all())
        covariance = moved
        if still:
            break
    return GaussianWithHoles(mean, covariance, len(logs), tuple(logs))


def _expected(X: Array, mean: Array, covariance: Array) -> tuple[Array, Array, Array]:
    """(X filled with conditional means, the sum of the conditional covariances, (n,) the log-density of what is
    observed)."""
    filled, uncertain, log_likelihood = X.copy(), np.zeros_like(covariance), np.zeros(len(X))
    for at, row in enumerate(filled):
        hidden = np.isnan(row)
        seen = ~hidden
        inner, cross = covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, hidden)]
        away = row[seen] - mean[seen]
        solved = (
            np.linalg.solve(inner, np.column_stack((away, cross)))
            if seen.any()
            else np.zeros((0, 1 + hidden.sum()))
        )
        row[hidden] = mean[hidden] + cross.T @ solved[:, 0]
        uncertain[np.ix_(hidden, hidden)] += covariance[np.ix_(hidden, hidden)] - cross.T @ solved[:, 1:]
        log_det = np.linalg.slogdet(inner)[1] if seen.any() else 0.0
        log_likelihood[at] = -0.5 * float(away @ solved[:, 0] + log_det + seen.sum() * np.log(2 * np.pi))
    return filled, uncertain, log_likelihood
