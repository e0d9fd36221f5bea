"""Disentanglement, completeness and informativeness, by how important each unit is for predicting each factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array, Rng
from vaekit.measure.factors import BINS, codes_and_factors, discrete_factors
from vaekit.measure.record import Measure
from vaekit.theory.information import entropy


class DCI(NamedTuple):
    """disentanglement: each unit matters for one factor; completeness: each factor takes one unit; informativeness:
    how well factors are predicted on held-out rows (accuracy, or R^2 by the lasso)."""

    disentanglement: Measure
    completeness: Measure
    informativeness: Measure


def dci(codes: Any, factors: Any, *, predictor: str = "forest", bins: int = BINS, rng: Rng | int = 0) -> DCI:
    """1 - entropy of a unit's importances over factors (or of a factor's over units), weighted by importance.

    predictor  "forest": a random forest; "boosted": gradient-boosted trees, as in disentanglement_lib, and slow for
               factors of many values; "lasso": linear, as in the paper, its strength found by cross-validation

    codes (n, L), factors (n, F). Three quarters of the rows train. Values made with one predictor are not compared
    with those of another.

    Reference: Eastwood and Williams, 2018, https://openreview.net/forum?id=By-7dz-AZ
    """
    codes, factors = codes_and_factors(codes, factors)
    if predictor not in _PREDICTORS:
        near = suggestion(predictor, _PREDICTORS)
        raise DataError(f"no predictor is called {predictor!r}; there are: {', '.join(_PREDICTORS)}.{near}")
    rng = np.random.default_rng(rng)
    order = rng.permutation(len(codes))
    train, test = order[len(order) // 4 :], order[: len(order) // 4]
    targets = factors if predictor == "lasso" else discrete_factors(factors, bins)
    seed = int(rng.integers(2**31))
    found = [
        _PREDICTORS[predictor](codes[train], y[train], codes[test], y[test], seed)
        for y in targets.T
        if len(np.unique(y[train])) > 1
    ]
    if not found:
        raise DataError("every factor is constant; there is nothing to predict.")
    importances = np.stack([importance for importance, _ in found], axis=1)
    why = "one fit of the predictors: its error is not known"
    scores = {
        "disentanglement": _concentrated(importances),
        "completeness": _concentrated(importances.T),
        "informativeness": float(np.mean([score for _, score in found])),
    }
    return DCI(*(Measure(v, None, len(codes), f"DCI {what}, {predictor}", why) for what, v in scores.items()))


def _concentrated(importances: Array) -> float:
    """(rows, columns) -> 1 - entropy of each row's shares over the columns, the rows weighted by their sums."""
    sums = importances.sum(1)
    if not sums.any():
        return 0.0
    if importances.shape[1] == 1:
        return 1.0
    most = np.log(importances.shape[1])
    each = [
        1 - entropy(row / total, base=np.e) / most if total else 0.0
        for row, total in zip(importances, sums, strict=True)
    ]
    return float(np.average(each, weights=sums))


def _forest(X: Array, y: Array, X_test: Array, y_test: Array, seed: int) -> tuple[Array, float]:
    from sklearn.ensemble import RandomForestClassifier

    # Every split may look at every unit: a split that may not see the right one has to use another.
    model = RandomForestClassifier(50, max_features=None, random_state=seed).fit(X, y)
    return np.asarray(model.feature_importances_), float(model.score(X_test, y_test))


def _boosted(X: Array, y: Array, X_test: Array, y_test: Array, seed: int) -> tuple[Array, float]:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(random_state=seed).fit(X, y)
    return np.asarray(model.feature_importances_), float(model.score(X_test, y_test))


def _lasso(X: Array, y: Array, X_test: Array, y_test: Array, seed: int) -> tuple[Array, float]:
    from sklearn.linear_model import LassoCV

    spread = X.std(0)
    used = spread > 0
    importance = np.zeros(X.shape[1])
    if not used.any():
        return importance, 0.0
    mean, scale = X.mean(0)[used], spread[used]
    model = LassoCV(random_state=seed).fit((X[:, used] - mean) / scale, y)
    importance[used] = np.abs(model.coef_)
    return importance, float(model.score((X_test[:, used] - mean) / scale, y_test))


_PREDICTORS: dict[str, Callable[[Array, Array, Array, Array, int], tuple[Array, float]]] = {
    "forest": _forest,
    "boosted": _boosted,
    "lasso": _lasso,
}
