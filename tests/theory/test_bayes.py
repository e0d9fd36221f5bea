"""Bayes' rule over lists and grids, against counting, conjugate priors and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.stats import beta, betabinom, binom, norm

from vaekit.errors import DataError
from vaekit.theory import bayes

POSITIVE = st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=8)


def test_a_test_for_a_rare_disease_is_answered_as_by_counting_people():
    # Of 10,000 people 100 are ill, 90 of them test positive; of the 9,900 healthy 495 do.
    found = bayes(prior=[0.01, 0.99], likelihood=[0.9, 0.05])
    assert found.evidence == pytest.approx((90 + 495) / 10_000, rel=1e-14)
    np.testing.assert_allclose(found.posterior, [90 / 585, 495 / 585], rtol=1e-14)
    np.testing.assert_array_equal(found.prior, [0.01, 0.99])
    np.testing.assert_array_equal(found.likelihood, [0.9, 0.05])


@given(POSITIVE, st.data())
def test_the_posterior_sums_to_one_and_is_prior_times_likelihood_over_evidence(weights, data):
    prior = np.array(weights) / sum(weights)
    likelihood = data.draw(st.lists(st.floats(1e-3, 1e3), min_size=len(prior), max_size=len(prior)))
    found = bayes(prior, likelihood)
    assert found.posterior.sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(
        found.posterior * found.evidence, found.prior * found.likelihood, rtol=1e-12, atol=1e-300
    )


@given(POSITIVE)
def test_a_likelihood_that_is_the_same_everywhere_teaches_nothing(weights):
    prior = np.array(weights) / sum(weights)
    found = bayes(prior, np.full(len(prior), 0.3))
    np.testing.assert_allclose(found.posterior, prior, rtol=1e-12)
    assert found.evidence == pytest.approx(0.3)


def test_two_observations_at_once_are_one_after_the_other():
    prior, first, second = [0.2, 0.3, 0.5], np.array([0.9, 0.4, 0.1]), np.array([0.2, 0.7, 0.3])
    after_first = bayes(prior, first)
    after_both = bayes(after_first.posterior, second)
    at_once = bayes(prior, first * second)
    np.testing.assert_allclose(after_both.posterior, at_once.posterior, rtol=1e-14)
    assert after_first.evidence * after_both.evidence == pytest.approx(at_once.evidence, rel=1e-14)


def test_a_coin_on_a_grid_has_its_conjugate_posterior_and_evidence():
    grid = np.linspace(0, 1, 20_001)
    found = bayes(beta.pdf(grid, 2, 3), binom.pmf(7, 10, grid), grid=grid)
    np.testing.assert_allclose(found.posterior, beta.pdf(grid, 9, 6), atol=1e-6)
    assert found.evidence == pytest.approx(betabinom.pmf(7, 10, 2, 3), rel=1e-7)
    assert trapezoid(found.posterior, grid) == pytest.approx(1, abs=1e-12)


def test_an_uneven_grid_is_weighed_by_its_steps():
    grid = np.sinh(np.linspace(-3, 3, 4001))
    found = bayes(norm.pdf(grid, 0, 1), norm.pdf(1.2, grid, 0.5), grid=grid)
    np.testing.assert_allclose(
        found.posterior, norm.pdf(grid, 1.2 * 1 / 1.25, np.sqrt(0.25 / 1.25)), atol=2e-5
    )
    assert found.evidence == pytest.approx(norm.pdf(1.2, 0, np.sqrt(1.25)), rel=1e-5)


def test_what_a_coarse_grid_adds_to_the_prior_is_divided_away():
    grid = np.linspace(-6, 6, 25)
    prior = 1.0008 * norm.pdf(grid)
    found = bayes(prior, np.ones(25), grid=grid)
    assert trapezoid(found.prior, grid) == pytest.approx(1, abs=1e-12)
    assert found.evidence == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(found.posterior, found.prior, rtol=1e-12)


@pytest.mark.parametrize(
    ("prior", "likelihood", "grid", "words"),
    [
        ([0.5, 0.4], [1, 1], None, "prior sums to 0.9; probabilities sum to 1"),
        ([0, 0], [1, 1], None, "prior sums to 0"),
        ([1.2, -0.2], [1, 1], None, "prior holds the negative value -0.2"),
        ([0.5, 0.5], [1, -3], None, "likelihood holds the negative value -3"),
        ([0.5, 0.5], [1, 1, 1], None, "prior has 2 and likelihood has 3 values"),
        ([0.5, float("nan")], [1, 1], None, "prior holds NaN"),
        ([0.5, 0.5], [1, float("inf")], None, "likelihood holds infinite values"),
        (["a", "b"], [1, 1], None, "prior cannot be read as an array of numbers"),
        ([0.5, 0.5j], [1, 1], None, "prior cannot be read .* complex"),
        ([[0.5, 0.5]], [1, 1], None, r"prior has shape \(1, 2\)"),
        ([], [], None, r"prior has shape \(0,\)"),
        ([0, 1], [1, 0], None, "the evidence is 0"),
        ([1, 1, 1], [1, 1, 1], [0, 1, 2], "prior integrates to 2 over the grid"),
        ([1, 1, 1], [1, 1, 1], [0, 1, 1], "each larger than the one before"),
        ([1, 1, 1], [1, 1, 1], [0, 1], "prior has 3 and grid has 2 values"),
    ],
)
def test_what_is_no_distribution_is_refused_in_words(prior, likelihood, grid, words):
    with pytest.raises(DataError, match=words):
        bayes(prior, likelihood, grid=grid)
