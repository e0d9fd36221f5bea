"""The negative log posterior of a regression's weights, term by term."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NegativeLogPosterior:
    """-log p(w | y, X) = -log p(y | X, w) - log p(w) + log p(y | X) at one w, in nats.

    likelihood  -log p(y | X, w) = n/2 log(2 pi sigma2) + SSE / (2 sigma2), a straight line in SSE and in MSE
    prior       -log p(w) = C penalty + the log of its normalising integral; a flat prior counts as p(w) = 1
    constant    log p(y | X), the evidence: the same for every w; None where it has no closed form (laplace)
    C           1 / (2 tau2) for normal, 1 / b for laplace, 0 for flat
    penalty     sum of w^2 for normal, sum of |w| for laplace, 0 for flat; over the weights that the prior is on
    """

    likelihood: float
    prior: float
    constant: float | None
    C: float
    penalty: float

    @property
    def objective(self) -> float:
        """likelihood + prior: what MAP minimises over w."""
        return self.likelihood + self.prior

    @property
    def total(self) -> float | None:
        """-log of the posterior density; None where the constant is not known."""
        return None if self.constant is None else self.objective + self.constant
