"""The Gaussian law of rows with holes."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from vaekit.errors import DataError
from vaekit.theory.gaussian_with_holes import fit_gaussian

rng = np.random.default_rng(0)
root = rng.normal(size=(4, 4))
whole = rng.normal(size=(400, 4)) @ root.T + [1.0, -2.0, 0.0, 5.0]
holes = np.where(rng.random(whole.shape) < 0.3, np.nan, whole)


def test_of_whole_rows_it_is_their_mean_and_covariance():
    law = fit_gaussian(whole)
    np.testing.assert_allclose(law.mean, whole.mean(0))
    np.testing.assert_allclose(law.covariance, np.cov(whole.T, bias=True), rtol=1e-9)
    np.testing.assert_array_equal(law.impute(whole), whole)


def test_no_round_lowers_the_likelihood_of_what_is_observed_which_scipy_agrees_on():
    law = fit_gaussian(holes, 60)
    assert (np.diff(law.log_likelihoods) > -1e-8).all()
    seen = ~np.isnan(holes)
    start = multivariate_normal(np.nanmean(holes, 0), np.diag(np.nanvar(holes, 0)))
    by_scipy = sum(
        multivariate_normal(start.mean[s], start.cov_object.covariance[np.ix_(s, s)]).logpdf(row[s])
        for row, s in zip(holes, seen, strict=True)
        if s.any()
    )
    assert law.log_likelihoods[0] == pytest.approx(by_scipy)


def test_holes_are_filled_by_the_regression_on_what_is_observed():
    law = fit_gaussian(holes, 60)
    filled, hidden = law.impute(holes), np.isnan(holes)
    np.testing.assert_array_equal(filled[~hidden], holes[~hidden])
    row = int(np.flatnonzero(hidden.sum(1) == 2)[0])
    seen = ~hidden[row]
    precision = np.linalg.inv(law.covariance)  # of the law given the others: by blocks of the precision
    block = precision[np.ix_(hidden[row], hidden[row])]
    pull = precision[np.ix_(hidden[row], seen)] @ (holes[row, seen] - law.mean[seen])
    np.testing.assert_allclose(filled[row, hidden[row]], law.mean[hidden[row]] - np.linalg.solve(block, pull))
    assert (
        np.square(filled - whole)[hidden].mean()
        < 0.8 * np.square(np.nanmean(holes, 0) - whole)[hidden].mean()
    )


def test_a_row_without_a_value_becomes_the_mean_and_an_empty_column_is_refused():
    law = fit_gaussian(np.concatenate((holes, np.full((1, 4), np.nan))))
    np.testing.assert_allclose(law.impute(np.full((1, 4), np.nan))[0], law.mean)
    with pytest.raises(DataError, match="column 2 has no value"):
        fit_gaussian(np.where(np.arange(4) == 2, np.nan, whole))
