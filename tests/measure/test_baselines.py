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
    found = np.exp(baselines.independent_values(bits, states, np.full(3, True)))
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


def test_independent_values_are_those_that_are_there():
    counted = np.array([True, False])
    mixed = np.column_stack([rng.integers(3, size=90).astype(float), rng.normal(2, 3, size=90)])
    holed = mixed[:4].copy()
    holed[1, 0] = holed[2, 1] = holed[3] = np.nan
    whole, part = (baselines.independent_values(mixed, rows, counted) for rows in (mixed[:4], holed))
    of_numbers = norm(mixed[:, 1].mean(), mixed[:, 1].std()).logpdf(mixed[:4, 1])
    np.testing.assert_allclose(part, [whole[0], of_numbers[1], whole[2] - of_numbers[2], 0])


def test_one_normal_density_of_whole_rows_is_that_of_their_moments():
    law = multivariate_normal(train.mean(0), np.cov(train.T, bias=True))
    np.testing.assert_allclose(baselines.one_normal_density(train, test), law.logpdf(test), rtol=1e-6)


def test_the_most_frequent_value_fills_holes():
    column = np.array([[1.0], [2.0], [2.0], [np.nan]])
    assert baselines.frequent_imputation(column, np.array([[np.nan], [1.0]])).tolist() == [[2.0], [1.0]]


def test_names_that_follow_from_numbers_are_filled_rightly_by_regressions():
    """Which of three thirds of a line a number lies in: the ends are found, and names are whole numbers still."""
    line = rng.random(600)
    name = np.floor(3 * line)
    table = np.column_stack([line + 0.01 * rng.normal(size=600), name, name == 2])
    holes = table[:200].copy()
    holes[:100, 1] = np.nan
    holes[100:, 2] = np.nan
    filled = baselines.iterative_imputation(table[200:], holes, 0, np.array([False, True, True]))
    np.testing.assert_array_equal(filled[~np.isnan(holes)], table[:200][~np.isnan(holes)])
    assert (filled[:100, 1] == name[:100]).mean() > 0.8
    assert (filled[100:, 2] == table[100:200, 2]).mean() > 0.95
    assert set(filled[:, 1]) <= {0, 1, 2}
    assert baselines.width_of_names(table[200:], holes, np.array([False, True, True])) == 1 + 2 + 1
