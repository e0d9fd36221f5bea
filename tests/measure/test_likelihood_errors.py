"""Importance sampling says how far off it is, and says so when it does not know.

The truth is that of the linear-Gaussian model, by scipy.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussian
from scipy.special import logsumexp

from vaekit.measure import Reader, log_likelihood
from vaekit.measure.likelihood import FEWEST_DRAWS, LEAST_EFFECTIVE, NO_INTERVAL

TRUTH = LinearGaussian()
WIDER = TRUTH.model(1.4 * TRUTH.posterior_covariance)
AWAY = TRUTH.model(TRUTH.posterior_covariance, shift=3.0)


def estimate(model, rows, draws, seed=0):
    return log_likelihood(Reader(model, rows.shape[1:], seed), rows, draws)


@pytest.mark.parametrize("draws", [50, 200])
def test_intervals_of_these_rows_cover_the_exact_value(draws):
    """400 repeats: a share of 0.95 has a standard error of 0.011."""
    rows, exact = TRUTH.x[:10], TRUTH.log_px()[:10].mean()
    found = [estimate(WIDER, rows, draws, seed) for seed in range(400)]
    claimed = [one.interval for one in found if not one.reason]
    assert all(one.effective_sample_size >= LEAST_EFFECTIVE * draws for one in found)
    assert len(claimed) >= 380
    share = np.mean([low <= exact <= high for low, high in claimed])
    assert 0.92 <= share <= 0.98


def test_intervals_of_the_population_cover_its_mean():
    """The mean of log p(x) over the model's own draws is minus its entropy."""
    _, log_det = np.linalg.slogdet(2 * math.pi * math.e * TRUTH.marginal.cov_object.covariance)
    rng = np.random.default_rng(1)
    hits = []
    for seed in range(400):
        low, high = estimate(WIDER, TRUTH.marginal.rvs(100, random_state=rng), 50, seed).population_interval
        hits.append(low <= -log_det / 2 <= high)
    assert 0.92 <= np.mean(hits) <= 0.98


def test_the_first_order_bias_is_added_and_leaves_less_than_a_fifth_of_it():
    """Means over 40,000 independent estimates of one row with 40 draws."""
    row, exact = np.repeat(TRUTH.x[:1], 40_000, 0), TRUTH.log_px()[0]
    found = estimate(WIDER, row, 40)
    plain = found.k_curve[-1][1]
    assert found.value - plain == pytest.approx(found.bias)
    error = found.monte_carlo_error
    assert plain < exact - 4 * error
    assert abs(found.value - exact) < (exact - plain) / 5 + 3 * error


def test_the_parts_are_those_of_the_weights_themselves():
    """Value, error, effective number and K-curve by numpy from the same noise."""
    rows, draws = TRUTH.x[:3], 64
    found = estimate(WIDER, rows, draws, seed=5)
    noise = torch.randn(draws, 3, 2, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    w = WIDER(torch.tensor(rows), noise).log_weight.detach().numpy()
    logs = logsumexp(w, axis=0) - math.log(draws)
    relative = np.exp(w - logs)
    variance = relative.var(axis=0) / draws
    np.testing.assert_allclose(found.rows, logs + variance / 2, rtol=1e-10)
    assert found.monte_carlo_error == pytest.approx(math.sqrt(variance.sum()) / 3)
    assert found.effective_sample_size == pytest.approx((draws / (relative**2).mean(0)).mean())
    assert [k for k, _ in found.k_curve] == [1, 2, 4, 8, 16, 32, 64]
    for k, value in found.k_curve:
        blocks = logsumexp(w.reshape(-1, k, 3), axis=1) - math.log(k)
        assert value == pytest.approx(blocks.mean())


def test_the_k_curve_rises_and_ends_at_all_draws():
    curve = estimate(WIDER, TRUTH.x, 1000).k_curve
    draws, values = zip(*curve, strict=True)
    assert list(values) == sorted(values)
    assert draws[-1] == 1000
    assert list(draws) == sorted(draws)


def test_too_few_effective_draws_give_a_lower_bound_that_says_so():
    found = estimate(AWAY, TRUTH.x, 200)
    assert found.effective_sample_size < LEAST_EFFECTIVE * 200
    assert found.interval is None
    assert found.population_interval is None
    assert NO_INTERVAL in found.reason
    assert NO_INTERVAL in repr(found)
    # The error that such weights state is far less than what they are low by.
    assert found.value < TRUTH.log_px().mean() - 3 * found.monte_carlo_error
    assert found.value == pytest.approx(found.k_curve[-1][1], rel=1e-12)


@pytest.mark.parametrize("draws", [1, 2, FEWEST_DRAWS - 1])
def test_few_draws_claim_no_error(draws):
    assert NO_INTERVAL in estimate(WIDER, TRUTH.x, draws).reason


def test_other_units_shift_values_and_leave_errors():
    found = estimate(WIDER, TRUTH.x, 64)
    moved = found.shifted(2.5)
    assert moved.value == pytest.approx(found.value + 2.5)
    assert moved.k_curve[0][1] == pytest.approx(found.k_curve[0][1] + 2.5)
    assert (moved.monte_carlo_error, moved.bias) == (found.monte_carlo_error, found.bias)
