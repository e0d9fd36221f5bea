"""A normal distribution over numbers or vectors, and the KL divergence of two in closed form."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.theory.density import cholesky, gaussian_logpdf, joint_logpdf, one_spread
from vaekit.theory.probabilities import real_numbers
from vaekit.theory.units import in_units


class Gaussian:
    """N(mean, spread): a number when the mean is one, else a vector (d,) of independent or correlated values.

    mean      a number, or (d,)
    var, std  a number or (d,): independent values
    cov       (d, d): correlated values

    It has the face of a frozen distribution of scipy.stats: logpdf(x) and rvs(size, random_state).
    """

    def __init__(self, mean: Any, *, var: Any = None, std: Any = None, cov: Any = None) -> None:
        self.mean = real_numbers(mean, "mean")
        if self.mean.ndim > 1:
            raise DataError(f"mean has shape {self.mean.shape}; wanted is a number or a list of them.")
        kind, spread = one_spread(var=var, std=std, cov=cov)
        self._full = kind == "cov"
        if self._full:
            self._root = cholesky(spread)
            fits = self._root.shape == self.mean.shape * 2
        else:
            fits = spread.ndim == 0 or spread.shape == self.mean.shape
            self._root = np.sqrt(spread) if kind == "var" else spread
        if not fits:
            raise DataError(
                f"{kind} has shape {spread.shape}, which does not fit a mean of shape {self.mean.shape}."
            )
        if not self._full:
            self._root = np.broadcast_to(self._root, self.mean.shape)

    @property
    def dim(self) -> int:
        """How many values it is over."""
        return int(self.mean.size)

    @property
    def var(self) -> Array:
        """The variance of each value, in the shape of the mean."""
        return np.asarray((self._root**2).sum(-1) if self._full else self._root**2)

    @property
    def root(self) -> Array:
        """Lower triangular (d, d): its product with its transpose is the covariance."""
        return self._root if self._full else np.diag(np.atleast_1d(self._root))

    @property
    def is_diagonal(self) -> bool:
        """True when it was given as independent values."""
        return not self._full

    def logpdf(self, x: Any) -> Any:
        """Log density in nats: x (...) -> (...) for a number, (..., d) -> (...) for a vector."""
        if self._full:
            return joint_logpdf(real_numbers(x, "x") - self.mean, self._root)
        each = gaussian_logpdf(x, self.mean, std=self._root)
        return each.sum(-1) if self.mean.ndim else each

    def rvs(self, size: int, random_state: Any = None) -> Array:
        """Draws, (size,) or (size, d); random_state is a numpy Generator or a seed for one."""
        noise = np.random.default_rng(random_state).normal(size=(size, *self.mean.shape))
        return np.asarray(self.mean + (noise @ self._root.T if self._full else noise * self._root))


def gaussian_kl(p: Gaussian, q: Gaussian, base: float = math.e) -> float:
    """KL(p||q) in closed form, in nats unless another base is given.

    1/2 (tr(Sq^-1 Sp) + (mq - mp)' Sq^-1 (mq - mp) - d + log det Sq - log det Sp)
    """
    same_dimension(p, q)
    away = np.atleast_1d(p.mean - q.mean)
    if p.is_diagonal and q.is_diagonal:
        ratio = np.atleast_1d(p.var / q.var)
        twice = (ratio - 1 - np.log(ratio) + away**2 / np.atleast_1d(q.var)).sum()
    else:
        ratio = solve_triangular(q.root, p.root, lower=True)
        shift = solve_triangular(q.root, away, lower=True)
        twice = (ratio**2).sum() + shift @ shift - p.dim - 2 * np.log(np.diag(ratio)).sum()
    return float(in_units(np.maximum(twice / 2, 0.0), base))  # rounding may leave -1e-17 between equals


def same_dimension(p: Gaussian, q: Gaussian) -> None:
    """Raise DataError unless both are over the same kind of value."""
    if p.mean.shape != q.mean.shape:
        raise DataError(
            f"p has a mean of shape {p.mean.shape} and q of shape {q.mean.shape}; both are over one space."
        )
