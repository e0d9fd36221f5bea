"""The weights of a regression as its penalty grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_X_y

from vaekit.errors import DataError, SpecError, suggestion
from vaekit.kinds import Array
from vaekit.theory.design import Design
from vaekit.theory.probabilities import real_numbers
from vaekit.theory.weight_priors import Laplace, Normal, WeightPrior


@dataclass(frozen=True)
class CoefficientPath:
    """One row for each alpha, rising.

    alphas     (A,)
    weights    (A, 1 + d) a0..ad
    train_mse  (A,) mean squared error of the rows that the weights are found from
    test_mse   (A,) of the rows of the test set, or None
    """

    alphas: Array
    weights: Array
    train_mse: Array
    test_mse: Array | None


# (alpha, rows) -> the prior that leads to the penalty alpha when sigma2 is 1.
_PRIORS: dict[str, Callable[[float, int], WeightPrior]] = {
    "normal": lambda alpha, n: Normal(1 / alpha),
    "laplace": lambda alpha, n: Laplace(1 / (n * alpha)),
}


def coefficient_path(
    X: Any,
    y: Any,
    alphas: Any = None,
    *,
    prior: str = "normal",
    penalize_intercept: bool = False,
    test: tuple[Any, Any] | None = None,
) -> CoefficientPath:
    """The MAP weights of X (n, d), y (n,) for every alpha, and the errors that they make.

    alphas  numbers above 0, in the convention of scikit-learn's Ridge (prior="normal": sigma2 / tau2) or Lasso
            (prior="laplace": sigma2 / (n b)); None takes 60 from almost no penalty to almost no weights
    test    (X, y) to measure the error on rows that the weights are not found from
    """
    if prior not in _PRIORS:
        raise SpecError(
            f"prior {prior!r} has no path over alpha; those that have: {', '.join(_PRIORS)}."
            f"{suggestion(prior, _PRIORS)}"
        )
    X, y = check_X_y(X, y, dtype=np.float64, y_numeric=True)
    design = Design.of(X, y.astype(np.float64), penalize_intercept)
    values = _default_alphas(design, prior) if alphas is None else _read_alphas(alphas)
    weights = np.stack([design.whole(_PRIORS[prior](a, design.n).mode(design, 1.0)) for a in values])
    test_mse = None if test is None else _mse(weights, *check_X_y(*test, dtype=np.float64, y_numeric=True))
    return CoefficientPath(values, weights, _mse(weights, X, y), test_mse)


def _mse(weights: Array, X: Array, y: Array) -> Array:
    """(A,) the mean squared error of each row of weights."""
    if X.shape[1] != weights.shape[1] - 1:
        raise DataError(
            f"the test rows have {X.shape[1]} features, and the weights are for {weights.shape[1] - 1}."
        )
    errors = y - (weights[:, :1] + weights[:, 1:] @ X.T)
    return np.asarray((errors**2).mean(1))


def _read_alphas(alphas: Any) -> Array:
    values = np.sort(real_numbers(alphas, "alphas").ravel())
    if not values.size:
        raise DataError("alphas is empty; wanted are numbers above 0.")
    if values[0] <= 0:
        raise DataError(f"alphas start at {values[0]:g}; wanted are numbers above 0.")
    return values


def _default_alphas(design: Design, prior: str) -> Array:
    """From almost no penalty to almost no weights."""
    if prior == "normal":
        return np.geomspace(1e-6, 1e3, 60) * design.spectrum.scale
    largest = np.abs(design.A.T @ design.y).max(initial=0) / design.n  # above it every weight is 0
    return np.geomspace(1e-4, 1.1, 60) * (largest or 1.0)
