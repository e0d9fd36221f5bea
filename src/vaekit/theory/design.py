"""The rows of a regression as the prior on its weights sees them.

An intercept without a prior is solved for by centring: the design is then X minus its column means, and the weights
are a1..ad. An intercept under the prior is a weight like the others: the design has a column of ones before X, and the
weights are a0..ad.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.linear_model import Lasso

from vaekit.kinds import Array
from vaekit.theory.spectrum import Spectrum


@dataclass(frozen=True)
class Design:
    """y = A w + noise, for weights w that the prior is on.

    A       (n, k) columns of the weights
    y       (n,) targets, centred where A is
    x_mean  (d,) what was taken from the columns of X, 0 where the intercept is among the weights
    y_mean  what was taken from y
    """

    A: Array
    y: Array
    x_mean: Array
    y_mean: float
    penalize_intercept: bool

    @classmethod
    def of(cls, X: Array, y: Array, penalize_intercept: bool) -> Design:
        """The design of X (n, d) and y (n,)."""
        if penalize_intercept:
            ones = np.ones((len(X), 1))
            return cls(np.hstack([ones, X]), y, np.zeros(X.shape[1]), 0.0, True)
        x_mean, y_mean = X.mean(0), float(y.mean())
        A = X - x_mean
        # A constant column leaves rounding errors behind, which would pass for information.
        A[:, np.linalg.norm(A, axis=0) <= len(X) * np.finfo(float).eps * np.linalg.norm(X, axis=0)] = 0
        return cls(A, y - y_mean, x_mean, y_mean, False)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.y)

    @property
    def dof(self) -> int:
        """Dimensions that y moves in: one less than its rows when it is centred."""
        return self.n if self.penalize_intercept else self.n - 1

    @cached_property
    def spectrum(self) -> Spectrum:
        """The design in its singular directions."""
        return Spectrum.of(self.A, self.y, self.dof)

    @property
    def fits_anything(self) -> bool:
        """True when some weights meet every y exactly, so that the rows say nothing about the noise."""
        return self.spectrum.rank >= self.dof

    def lasso(self, alpha: float) -> Array:
        """The w (k,) that minimises SSE / (2 n) + alpha sum |w|, by scikit-learn's coordinate descent."""
        if alpha == 0:
            return self.spectrum.ridge(0.0)
        solver = Lasso(alpha=alpha, fit_intercept=False, tol=1e-12, max_iter=100_000)
        return np.asarray(solver.fit(self.A, self.y).coef_)

    def sse(self, w: Array) -> float:
        """The sum of squared errors of weights w (k,)."""
        residual = self.y - self.A @ w
        return float(residual @ residual)

    def whole(self, w: Array) -> Array:
        """All weights a0..ad (1 + d,) from the weights w (k,) of this design."""
        return w if self.penalize_intercept else np.concatenate([[self.y_mean - self.x_mean @ w], w])

    def whole_covariance(self, covariance: Array, sigma2: float) -> Array:
        """The covariance of a0..ad, from that of w and the noise: a0 = mean y - mean x . w, plus noise / n."""
        if self.penalize_intercept:
            return covariance
        shared = covariance @ self.x_mean
        corner = sigma2 / self.n + self.x_mean @ shared
        return np.block([[corner, -shared[None, :]], [-shared[:, None], covariance]])
