"""Linear regression in the singular directions of its design, where every weight stands alone.

With A = U diag(d) V' the targets along direction j are p_j = d_j w_j + noise. Under w_j ~ N(0, tau2) the weight is
shrunk by d_j^2 / (d_j^2 + alpha), alpha = sigma2 / tau2, and mean, covariance, evidence and leave-one-out errors are
sums over j.

Reference: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 3.4.1
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaekit.kinds import Array
from vaekit.theory.density import LOG_2PI


@dataclass(frozen=True)
class Spectrum:
    """The directions (r of them) in which the rows of A differ.

    U     (n, r) and V (k, r): singular vectors
    d     (r,) singular values, above 0
    p     (r,) the targets along U
    left  (n,) what of the targets lies along no direction
    dof   dimensions that the targets move in: n, or n - 1 when they are centred
    """

    U: Array
    V: Array
    d: Array
    p: Array
    left: Array
    dof: int

    @classmethod
    def of(cls, A: Array, y: Array, dof: int) -> Spectrum:
        """The directions of A (n, k), with those dropped that are there by rounding only."""
        U, d, Vt = np.linalg.svd(A, full_matrices=False)
        kept = d > d.max(initial=0) * max(A.shape) * np.finfo(float).eps
        U, d, V = U[:, kept], d[kept], Vt[kept].T
        p = U.T @ y
        return cls(U, V, d, p, y - U @ p, dof)

    @property
    def rank(self) -> int:
        """Directions that carry information."""
        return len(self.d)

    @property
    def rest(self) -> float:
        """The sum of squares that no weights can explain."""
        return float(self.left @ self.left)

    @property
    def scale(self) -> float:
        """The largest d^2, which alphas are measured in; 1 when all columns are 0."""
        return float(self.d.max(initial=0)) ** 2 or 1.0

    def ridge(self, alpha: float) -> Array:
        """The w (k,) that minimises SSE + alpha |w|^2; the shortest of them when alpha is 0."""
        return np.asarray(self.V @ (self.d * self.p / (self.d**2 + alpha)))

    def lowest(self, alpha: float) -> float:
        """The smallest value of SSE + alpha |w|^2, which is y' (I + A A' / alpha)^-1 y."""
        return float((self.p**2 * (alpha / (self.d**2 + alpha))).sum() + self.rest)

    def covariance(self, sigma2: float, tau2: float) -> Array:
        """(k, k) covariance of w given y: known along V, the prior's tau2 across it."""
        # sigma2 / (d^2 + sigma2 / tau2), written so that it holds for sigma2 = 0 and for a flat prior (tau2 = inf).
        known = sigma2 / (self.d**2 + (sigma2 / tau2 if sigma2 else 0.0))
        whole = (self.V * known) @ self.V.T
        if len(self.V) > self.rank:
            whole += tau2 * (np.eye(len(self.V)) - self.V @ self.V.T)
        return np.asarray(whole)

    def log_evidence(self, sigma2: float, tau2: float) -> float:
        """log of the integral of p(y | w) N(w; 0, tau2 I) over w: log N(y; 0, sigma2 I + tau2 A A')."""
        variances = np.concatenate([sigma2 + tau2 * self.d**2, np.full(self.dof - self.rank, sigma2)])
        squares = self.lowest(sigma2 / tau2) / sigma2
        return float(-0.5 * (np.log(variances).sum() + self.dof * LOG_2PI + squares))

    def log_flat_integral(self, sigma2: float) -> float:
        """log of the integral of p(y | w) over w, for a design of full rank."""
        spare = self.dof - self.rank
        return float(-0.5 * (spare * (LOG_2PI + np.log(sigma2)) + self.rest / sigma2) - np.log(self.d).sum())

    def leave_one_out(self, alpha: float) -> float:
        """Mean squared error of predicting each row by the ridge fit to the others; no fit is repeated."""
        n = len(self.left)
        shrink = self.d**2 / (self.d**2 + alpha)
        residual = self.left + self.U @ ((1 - shrink) * self.p)
        own_weight = (self.U**2) @ shrink + (n - self.dof) / n  # a free intercept gives each row 1 / n
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = (residual / (1 - own_weight)) ** 2
        return float(np.nan_to_num(errors, nan=np.inf).mean())
