"""The simple methods give what their definitions say, found another way."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.stats import multivariate_normal, norm
from sklearn.impute import SimpleImputer

from vaekit.measure import baselines

rng = np.random.default_rng(0)
train = rng.normal(size=(300, 3)) @ rng.normal(size=(3, 5)) + 0.3 * rng.normal(size=(300, 5))
test = train[:40] + 0.1


def test_probabilistic_pca_is_the_normal_law_of_its_own_covariance():
    """Tipping and Bishop: the leading eigenvalues as they are, the others by their mean."""
    values, vectors = np.linalg.eigh(np.cov(train.T))
    values[:3] = values[:3].mean()
    law = multivariate_normal(train.mean(0), vectors @ np.diag(values) @ vectors.T)
    np.testing.assert_allclose(baselines.probabilistic_pca(train, test, 2), law.logpdf(test), rtol=1e-6)


def test_as_many_components_as_columns_still_leave_a_density():
    assert np.isfinite(baselines.probabilistic_pca(train, test, 99)).all()


def test_a_mixture_of_few_rows_is_one_normal_law():
    few = train[:15]
    variance = few.var(0) + baselines.FLOOR * few.var(0).mean()
    expected = norm(few.mean(0), np.sqrt(variance)).logpdf(test).sum(1)
    np.testing.assert_allclose(baselines.mixture_density(few, test, 0), expected, rtol=1e-4)


def test_a_column_that_never_changes_gives_no_density_without_end():
    still = np.column_stack([train, np.ones(300)])
    moving = baselines.mixture_density(train, test, 0).mean()
    found = baselines.mixture_density(still, np.column_stack([test, np.ones(40)]), 0).mean()
    assert found - moving < -0.5 * np.log(2 * np.pi * baselines.FLOOR * still.var(0).mean()) + 5


def test_independent_values_are_a_probability():
    bits = (rng.random((50, 3)) > 0.3).astype(float)
    states = np.array(list(product([0.0, 1.0], repeat=3)))
    found = np.exp(baselines.independent_values(bits, states))
    np.testing.assert_allclose(found.sum(), 1)
    ones = (bits[:, 0].sum() + 1) / 52
    np.testing.assert_allclose(found[states[:, 0] == 1].sum(), ones)


def test_the_fifth_nearest_row_by_sorting_all():
    distances = np.sort(np.linalg.norm(test[:, None] - train[None], axis=2), axis=1)[:, 4]
    np.testing.assert_allclose(baselines.neighbour_distance(train, test), distances)


def test_a_row_far_away_is_the_strangest():
    far = np.concatenate([test, np.full((1, 5), 50.0)])
    assert baselines.isolation(train, far, 0).argmax() == 40
    assert baselines.neighbour_distance(train, far).argmax() == 40


def test_holes_are_filled_and_nothing_else_is_touched():
    holes = np.where(rng.random(test.shape) < 0.2, np.nan, test)
    by_mean = baselines.mean_imputation(train, holes)
    np.testing.assert_allclose(by_mean, SimpleImputer().fit(train).transform(holes))
    by_regression = baselines.iterative_imputation(train, holes, 0)
    seen = ~np.isnan(holes)
    np.testing.assert_array_equal(by_regression[seen], test[seen])
    # Five columns of three directions tell each other.
    assert ((by_regression - test) ** 2).sum() < 0.5 * ((by_mean - test) ** 2).sum()
