"""Linear regression as inference: MLE and MAP, the whole posterior, the evidence.

y = a0 + a1 x1 + ... + ad xd + noise,  noise ~ N(0, sigma2),  w = (a0, ..., ad) ~ prior
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from vaekit.errors import DataError, SpecError
from vaekit.theory.density import LOG_2PI
from vaekit.theory.design import Design
from vaekit.theory.noise_variance import sigma2_at_the_mode
from vaekit.theory.prior_variance import chosen, find_way
from vaekit.theory.terms import NegativeLogPosterior
from vaekit.theory.weight_priors import Flat, Laplace, Normal, WeightPrior, check_name

_ABOVE_0 = Interval(Real, 0, math.inf, closed="neither")

_NO_EVIDENCE = {
    "flat": "is improper, so that its evidence depends on the units of X",
    "laplace": "has no evidence in closed form",
}


class LinearGaussian(RegressorMixin, BaseEstimator):
    """A scikit-learn regressor whose fit is the mode of the posterior over its weights.

    prior               "flat" (the mode is the MLE, ordinary least squares), "normal" (ridge) or "laplace" (lasso)
    sigma2              variance of the noise; None estimates it, as SSE / n at the weights found (the two are found
                        together), and along with tau2 when that is "evidence"
    tau2                variance of a normal prior; "evidence" or "cv" (leave-one-out) chooses it by the data
    b                   scale of a Laplace prior
    penalize_intercept  whether the prior is on a0 too; if not, a0 has a flat prior

    Fitted: weights_ (1 + d,) are a0..ad, intercept_ and coef_ the same apart; sigma2_; covariance_ (1 + d, 1 + d) of
    the weights given the rows and sigma2, where the posterior is normal (absent under "laplace"; elsewhere its mean
    is its mode, weights_); tau2_ under "normal"; alpha_ in the convention of scikit-learn's Ridge or Lasso; sse_ and
    mse_, the sum and the mean of squared errors of the n_samples_ rows.

    Reference: Bishop, Pattern Recognition and Machine Learning, 2006, sections 3.3 to 3.5
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "prior": [str],
        "sigma2": [_ABOVE_0, None],
        "tau2": [_ABOVE_0, str],
        "b": [_ABOVE_0],
        "penalize_intercept": ["boolean"],
    }

    def __init__(
        self,
        prior: str = "flat",
        sigma2: float | None = None,
        tau2: float | str = 1.0,
        b: float = 1.0,
        penalize_intercept: bool = False,
    ) -> None:
        self.prior = prior
        self.sigma2 = sigma2
        self.tau2 = tau2
        self.b = b
        self.penalize_intercept = penalize_intercept

    def fit(self, X: Any, y: Any) -> Self:
        """Find the weights from X (n, d) and y (n,).

        Raises SpecError for options that do not exist or fit together, and DataError where the rows do not settle
        what is asked: a singular design under a flat prior, or noise to be estimated from rows that fit exactly.
        """
        self._validate_params()
        check_name(self.prior)
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        design = Design.of(X, np.asarray(y, dtype=np.float64), bool(self.penalize_intercept))
        prior, sigma2 = self._prior_and_noise(design)
        w = prior.mode(design, sigma2)
        self.weights_ = design.whole(w)
        self.intercept_, self.coef_ = float(self.weights_[0]), self.weights_[1:]
        self.sigma2_, self.alpha_ = sigma2, prior.alpha(sigma2, design.n)
        self.n_samples_, self.sse_ = design.n, design.sse(w)
        self.mse_ = self.sse_ / design.n
        self._forget("covariance_", "tau2_")
        if isinstance(prior, Normal):
            self.tau2_ = prior.tau2
        covariance = prior.covariance(design, sigma2)
        if covariance is not None:
            self.covariance_ = design.whole_covariance(covariance, sigma2)
        self._weight_prior, self._under_prior = prior, w
        self._log_integral: Any = _log_integral(prior, design, sigma2) if sigma2 else None
        return self

    def _forget(self, *names: str) -> None:
        """Drop what an earlier fit with other options left behind."""
        for name in names:
            self.__dict__.pop(name, None)

    def _prior_and_noise(self, design: Design) -> tuple[WeightPrior, float]:
        """The prior with its numbers, and sigma2, as given or as the rows say."""
        if isinstance(self.tau2, str):
            way = find_way(self.tau2)
            if self.prior != "normal":
                raise SpecError(
                    f"tau2='{self.tau2}' chooses the variance of a normal prior, and prior is '{self.prior}'; "
                    "use prior='normal', or leave tau2 out."
                )
            sigma2, tau2 = chosen(way, design, self.sigma2)
            return Normal(tau2), sigma2
        priors: dict[str, WeightPrior] = {
            "flat": Flat(),
            "normal": Normal(float(self.tau2)),
            "laplace": Laplace(float(self.b)),
        }
        prior = priors[self.prior]
        return prior, sigma2_at_the_mode(prior, design) if self.sigma2 is None else float(self.sigma2)

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """The mean of y for each row of X (n, d): (n,).

        With return_std also the standard deviation of a new y there, (n,): noise and what is not known of the
        weights. Raises SpecError for it under prior 'laplace', whose posterior is not normal.
        """
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        mean = X @ self.coef_ + self.intercept_
        if not return_std:
            return mean
        if not hasattr(self, "covariance_"):
            raise SpecError(
                "prior 'laplace' gives a posterior that is not normal, and no standard deviation in closed form; "
                "leave return_std out, or use prior='normal'."
            )
        columns = np.hstack([np.ones((len(X), 1)), X])
        spread = ((columns @ self.covariance_) * columns).sum(1)
        return mean, np.sqrt(self.sigma2_ + np.maximum(spread, 0.0))

    def log_evidence(self) -> float:
        """log p(y | X) at sigma2_, all weights integrated out, in nats: log N(y; 0, sigma2 I + tau2 X X').

        An intercept that is not penalised is integrated over a flat prior that counts as p(a0) = 1: compare values
        of models that share it. Raises SpecError for priors that have no evidence in closed form.
        """
        check_is_fitted(self)
        name = self._weight_prior.name
        if name in _NO_EVIDENCE:
            raise SpecError(f"prior '{name}' {_NO_EVIDENCE[name]}; use prior='normal'.")
        self._refuse_no_noise()
        evidence: float = self._log_integral
        return evidence

    def negative_log_posterior(self) -> NegativeLogPosterior:
        """-log p(w | y, X) at the fitted weights, each term by name, in nats; at sigma2_."""
        check_is_fitted(self)
        self._refuse_no_noise()
        prior, w = self._weight_prior, self._under_prior
        penalty = prior.penalty(w)
        at_no_error = self.n_samples_ * (LOG_2PI + math.log(self.sigma2_)) / 2
        return NegativeLogPosterior(
            likelihood=at_no_error + self.sse_ / (2 * self.sigma2_),
            prior=prior.factor * penalty + len(w) * prior.log_scale,
            constant=self._log_integral,
            C=prior.factor,
            penalty=penalty,
        )

    def _refuse_no_noise(self) -> None:
        if self.sigma2_ == 0:
            raise DataError(
                "every row is fitted exactly, so that sigma2_ is 0 and densities are infinite; give sigma2= a number."
            )


def _log_integral(prior: WeightPrior, design: Design, sigma2: float) -> float | None:
    """log p(y | X), the intercept integrated too: that gives 1 / sqrt(n) where it is flat."""
    over_weights = prior.log_integral(design, sigma2)
    if over_weights is None or design.penalize_intercept:
        return over_weights
    return over_weights - 0.5 * math.log(design.n)
