"""Ridge regression is the most probable weight vector under a normal prior: one problem, six ways to its weights."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

from vaekit.article.table import Cell, Table
from vaekit.errors import DataError
from vaekit.kinds import Rng
from vaekit.theory.linear_gaussian import LinearGaussian

TEST_ROWS = 2000


def ridge_is_map(
    rng: Rng, *, rows: int = 30, features: int = 6, sigma2: float = 1.0, tau2: float = 1.0
) -> Table:
    """Weights drawn from N(0, tau2) and noise from N(0, sigma2); found again by MLE, MAP, ridge and others.

    alpha is that of SSE + alpha |w|^2. A row an estimate: its weights a0..an, its errors on the rows and on 2,000
    new ones, and the log evidence where the model has one.
    """
    if rows < features + 2:
        raise DataError(f"rows={rows} are too few for {features} features; give {features + 2} or more.")
    true = np.r_[1.0, rng.normal(scale=np.sqrt(tau2), size=features)]
    (X, y), (new_X, new_y) = (_drawn(rng, true, n, sigma2) for n in (rows, TEST_ROWS))
    alpha = sigma2 / tau2
    b = np.sqrt(tau2 / 2)  # the Laplace prior of the same variance
    fitted = {
        "MLE (flat prior)": LinearGaussian("flat", sigma2),
        "MAP, normal prior": LinearGaussian("normal", sigma2, tau2),
        "MAP, tau2 by the evidence": LinearGaussian("normal", sigma2, tau2="evidence"),
        "MAP, tau2 by cross-validation": LinearGaussian("normal", sigma2, tau2="cv"),
        "MAP, Laplace prior (lasso)": LinearGaussian("laplace", sigma2, b=b),
    }
    found: list[dict[str, Cell]] = [_row("truth", np.nan, true, X, y, new_X, new_y, np.nan)]
    for name, model in fitted.items():
        model.fit(X, y)
        strength = 0.0 if name.startswith("MLE") else float(getattr(model, "alpha_", np.nan))
        evidence = model.log_evidence() if name.startswith("MAP, normal") or "evidence" in name else np.nan
        found.append(_row(name, strength, model.weights_, X, y, new_X, new_y, float(evidence)))
    ridge = Ridge(alpha=alpha).fit(X, y)
    weights = np.r_[ridge.intercept_, ridge.coef_]
    found.append(_row("scikit-learn's Ridge", alpha, weights, X, y, new_X, new_y, np.nan))
    away = float(np.abs(weights - fitted["MAP, normal prior"].weights_).max())
    return Table.of(
        found,
        (
            f"noise {sigma2:g}, prior {tau2:g}: ridge with alpha = sigma2 / tau2 = {alpha:g} is the MAP; "
            f"the two differ by {away:.1e} at most.",
            "The intercept a0 is not penalised; alpha of the lasso row is scikit-learn's, sigma2 / (n b).",
        ),
    )


def _drawn(rng: Rng, weights: np.ndarray, n: int, sigma2: float) -> tuple[np.ndarray, np.ndarray]:
    X = rng.normal(size=(n, len(weights) - 1))
    return X, weights[0] + X @ weights[1:] + rng.normal(scale=np.sqrt(sigma2), size=n)


def _row(
    name: str,
    alpha: float,
    weights: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    new_X: np.ndarray,
    new_y: np.ndarray,
    log_evidence: float,
) -> dict[str, Cell]:
    def mse(rows: np.ndarray, targets: np.ndarray) -> float:
        return float(((targets - weights[0] - rows @ weights[1:]) ** 2).mean())

    return {
        "estimate": name,
        "alpha": alpha,
        **{f"a{place}": float(value) for place, value in enumerate(weights)},
        "train_mse": mse(X, y),
        "test_mse": mse(new_X, new_y),
        "log_evidence": log_evidence,
    }
