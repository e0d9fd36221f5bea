"""Filling half of the breast cancer table: the protocol of the MIWAE notebook, and other ways beside it.

The notebook (https://github.com/pamattei/miwae) hides the cells of `RandomState(1234).choice(n * p, n * p // 2,
replace=False)` of the standardised table and prints a mean squared error of 0.287. `python tests/estimators/
test_imputation.py` prints the table.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - without it there is no next line
from sklearn.impute import IterativeImputer, SimpleImputer

from vaekit import VAEImputer
from vaekit.measure import imputation_error, interval_coverage
from vaekit.theory.gaussian_with_holes import fit_gaussian

MASK, OTHER_MASKS = 1234, (0, 1, 2, 3, 4)


def standardised() -> np.ndarray:
    X = load_breast_cancer().data
    return (X - X.mean(0)) / X.std(0)


def half_hidden(X: np.ndarray, seed: int) -> np.ndarray:
    """X with NaN in half of its cells."""
    holed = X.ravel().copy()
    holed[np.random.RandomState(seed).choice(X.size, X.size // 2, replace=False)] = np.nan
    return holed.reshape(X.shape)


def by_trees(holed: np.ndarray) -> np.ndarray:
    """missForest, as the notebook has it."""
    trees = ExtraTreesRegressor(n_estimators=10, random_state=0)
    return IterativeImputer(trees, max_iter=5, random_state=0).fit_transform(holed)


OTHERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean of the column": SimpleImputer().fit_transform,
    "IterativeImputer": IterativeImputer(random_state=0).fit_transform,
    "ExtraTrees": by_trees,
    "Gaussian by EM, 20 rounds": lambda holed: fit_gaussian(holed, 20).impute(holed),
}


def error_of(fill: Callable[[np.ndarray], np.ndarray], seed: int) -> float:
    X = standardised()
    holed = half_hidden(X, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # IterativeImputer's rounds end before it has converged
        return imputation_error(X, fill(holed), np.isnan(holed)).value


@pytest.mark.slow
def test_the_default_imputer_fills_as_well_as_the_notebook_and_its_intervals_hold():
    X = standardised()
    holed = half_hidden(X, MASK)
    hidden = np.isnan(holed)
    imputer = VAEImputer(random_state=0).fit(holed)
    fitted = imputer.estimator_
    assert fitted.best_epoch_ < fitted.n_iter_ < 600  # it was stopped early
    assert imputation_error(X, imputer.transform(holed), hidden).value <= 0.300
    assert 0.85 <= interval_coverage(X, *fitted.impute_interval(holed), hidden).value <= 0.95


@pytest.mark.slow
def test_it_fills_other_masks_better_than_iterated_regressions():
    ours, theirs = (
        np.array([error_of(fill, seed) for seed in OTHER_MASKS])
        for fill in (VAEImputer(random_state=0).fit_transform, OTHERS["IterativeImputer"])
    )
    assert ours.mean() <= 0.92 * theirs.mean()
    assert (ours < theirs).all()


def print_table() -> None:
    """Errors on the notebook's mask, and the means over the others."""
    ways = {"VAEImputer": VAEImputer(random_state=0).fit_transform, **OTHERS}
    print(f"{'':28}  mask {MASK}  five others (lowest .. highest)")
    for name, fill in ways.items():
        first, *rest = (error_of(fill, seed) for seed in (MASK, *OTHER_MASKS))
        print(
            f"{name:28}  {first:9.4f}  {np.mean(rest):.4f} ({min(rest):.4f} .. {max(rest):.4f})", flush=True
        )
    holed = half_hidden(standardised(), MASK)
    fitted = VAEImputer(random_state=0).fit(holed).estimator_
    held = interval_coverage(standardised(), *fitted.impute_interval(holed), np.isnan(holed)).value
    print(
        f"90 % intervals hold {held:.1%} of the hidden cells; best epoch {fitted.best_epoch_} of {fitted.n_iter_}"
    )


if __name__ == "__main__":
    print_table()
