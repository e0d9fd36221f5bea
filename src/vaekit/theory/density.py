"""The log density of a normal distribution, with its spread named: a variance, a standard deviation, a covariance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from vaekit.errors import DataError, SpecError
from vaekit.kinds import Array
from vaekit.theory.probabilities import real_numbers

LOG_2PI = math.log(2 * math.pi)


def gaussian_logpdf(x: Any, mean: Any, *, var: Any = None, std: Any = None, cov: Any = None) -> Any:
    """log N(x; mean, spread) in nats, numbers for numbers; exactly one of var, std and cov is given.

    var or std  x, mean and spread broadcast; one log density for every value
    cov         (d, d): x (..., d) and mean (d,) or (..., d); one log density for every vector, (...)
    """
    x, mean = real_numbers(x, "x"), real_numbers(mean, "mean")
    kind, spread = one_spread(var=var, std=std, cov=cov)
    if kind == "cov":
        return joint_logpdf(x - mean, cholesky(spread))
    scale = spread if kind == "std" else np.sqrt(spread)
    return -0.5 * (((x - mean) / scale) ** 2 + LOG_2PI) - np.log(scale)


def one_spread(**given: Any) -> tuple[str, Array]:
    """The name and value of the one spread that was given; variances and deviations are above 0."""
    named = {name: value for name, value in given.items() if value is not None}
    if len(named) != 1:
        raise SpecError(
            f"give exactly one of {', '.join(f'{name}=' for name in given)}; given: {', '.join(named) or 'none'}."
        )
    ((kind, value),) = named.items()
    spread = real_numbers(value, kind)
    if kind != "cov" and not ((spread > 0) & np.isfinite(spread)).all():
        raise DataError(
            f"{kind} has values from {spread.min():g} to {spread.max():g}; wanted are numbers above 0."
        )
    return kind, spread


def cholesky(cov: Array) -> Array:
    """The lower root of a covariance matrix; DataError unless it is symmetric and positive definite."""
    if cov.ndim != 2 or cov.shape[0] != cov.shape[1]:
        raise DataError(f"cov has shape {cov.shape}; a covariance matrix has shape (d, d).")
    if not np.allclose(cov, cov.T, rtol=1e-8, atol=1e-12 * np.abs(cov).max(initial=0)):
        raise DataError("cov is not symmetric; a covariance matrix equals its transpose.")
    try:
        return np.asarray(np.linalg.cholesky(cov))
    except np.linalg.LinAlgError:
        lowest = np.linalg.eigvalsh(cov)[0]
        raise DataError(
            f"cov is singular or no covariance: its smallest eigenvalue is {lowest:.3g}; wanted are values above 0."
        ) from None


def joint_logpdf(away: Array, root: Array) -> Any:
    """The log density (...) of vectors that lie `away` (..., d) from the mean."""
    d = len(root)
    if away.shape[-1:] != (d,):
        raise DataError(f"x - mean has shape {away.shape}; with cov of shape {root.shape} it is (..., {d}).")
    whitened = solve_triangular(root, away.reshape(-1, d).T, lower=True)
    log_density = -0.5 * (whitened**2).sum(0) - np.log(np.diag(root)).sum() - 0.5 * d * LOG_2PI
    return log_density.reshape(away.shape[:-1])[()]
