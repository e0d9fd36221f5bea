"""Measures of posteriors on the linear-Gaussian model, where everything about q(z) is known.

x ~ N(0, C), q(z | x) = N(A x, diag(s)): then q(z) = N(0, A C A' + diag(s)).
"""

import numpy as np
import pytest
from coverage import coverage, holds
from scipy.stats import multivariate_normal, norm

from vaekit.errors import DataError
from vaekit.measure.aggregate import marginal_kl, mutual_information, total_correlation
from vaekit.measure.codes import active_units, distortion, kl_per_unit, rate
from vaekit.measure.record import Measure, mean_of

A = np.array([[0.9, 0.2, 0.0], [0.5, -0.7, 0.3]])
C = np.array([[1.0, 0.3, 0.1], [0.3, 0.8, 0.0], [0.1, 0.0, 0.5]])
S = np.array([0.3, 0.5])
OF_MEANS = A @ C @ A.T
AGGREGATE = OF_MEANS + np.diag(S)


def posteriors(n, seed=0):
    x = np.random.default_rng(seed).multivariate_normal(np.zeros(3), C, size=n)
    return x @ A.T, np.tile(S, (n, 1))


def log_det(matrix):
    return np.linalg.slogdet(matrix)[1]


INFORMATION = 0.5 * (log_det(AGGREGATE) - np.log(S).sum())
DEPENDENCE = 0.5 * (np.log(np.diag(AGGREGATE)).sum() - log_det(AGGREGATE))
AWAY = 0.5 * (np.trace(AGGREGATE) - 2 - log_det(AGGREGATE))
PER_UNIT = 0.5 * (np.diag(OF_MEANS) + S - 1 - np.log(S))

KNOWN = [
    pytest.param(mutual_information, INFORMATION, id="information"),
    pytest.param(total_correlation, DEPENDENCE, id="dependence"),
    pytest.param(marginal_kl, AWAY, id="away"),
    pytest.param(rate, PER_UNIT.sum(), id="rate"),
]


@pytest.mark.parametrize(("measure", "truth"), KNOWN)
def test_a_measure_is_its_known_value_within_its_error(measure, truth):
    found = measure(*posteriors(2000))
    assert holds(found, truth)
    assert found.standard_error < 0.05
    assert (found.n, found.unit) == (2000, "nats")


@pytest.mark.parametrize(("measure", "truth"), KNOWN)
def test_its_interval_covers_the_known_value_as_often_as_it_says(measure, truth):
    """400 repeats: the share has a standard error of 1.1 %."""
    assert 0.92 <= coverage(lambda seed: measure(*posteriors(150, seed)), truth) <= 0.98


def test_the_rate_is_information_and_the_distance_of_the_aggregate_from_the_prior():
    mean, variance = posteriors(1000)
    parts = mutual_information(mean, variance, rng=3).value + marginal_kl(mean, variance, rng=3).value
    # With the same draws the log q(z) cancels; what is left is log q(z | x) - log p(z) of one draw a row.
    z = mean + np.sqrt(variance) * np.random.default_rng(3).standard_normal(mean.shape)
    draws = norm.logpdf(z, mean, np.sqrt(variance)).sum(1) - norm.logpdf(z).sum(1)
    assert parts == pytest.approx(draws.mean(), abs=1e-9)
    assert draws.mean() == pytest.approx(rate(mean, variance).value, abs=4 * draws.std() / np.sqrt(1000))


def test_kl_per_unit_is_the_closed_form_and_sums_to_the_rate():
    mean, variance = posteriors(3000)
    found = kl_per_unit(mean, variance)
    for one, truth in zip(found, PER_UNIT, strict=True):
        assert holds(one, truth)
    assert sum(one.value for one in found) == pytest.approx(rate(mean, variance).value, rel=1e-12)


def test_distortion_and_rate_sum_to_minus_the_elbo():
    """x = b z + noise: E_q[log p(x | z)] of each row in closed form, and the ELBO of a normal q by hand."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    b, s, mean, variance = 0.8, 0.6, 0.4 * x[:, None], np.full((500, 1), 0.5)
    log_px = norm.logpdf(x, b * mean[:, 0], s) - 0.5 * b**2 * 0.5 / s**2
    z = mean + np.sqrt(0.5) * rng.normal(size=(500, 20_000))
    draws = norm.logpdf(x[:, None], b * z, s) + norm.logpdf(z) - norm.logpdf(z, mean, np.sqrt(0.5))
    elbo = draws.mean()
    assert -(rate(mean, variance).value + distortion(log_px).value) == pytest.approx(
        elbo, abs=4 * draws.std() / np.sqrt(draws.size)
    )


def test_active_units_are_those_whose_posterior_mean_moves():
    mean = np.random.default_rng(0).normal(size=(4000, 5)) * np.sqrt([1.0, 0.02, 0.005, 0.0, 0.0101])
    found = active_units(mean)
    assert found.value in (2, 3)  # the last one lies on the threshold
    assert "1 unit lies" in found.reason and found.interval is None
    assert active_units(mean[:, :4]).value == 2


def test_units_of_a_mixture_of_two_points_share_one_bit():
    """q(z) puts half its mass at (1, 1) and half at (-1, -1): I = TC = log 2 where the posteriors are narrow."""
    side = np.where(np.arange(2000) % 2, 1.0, -1.0)
    mean, variance = np.stack([side, side], 1), np.full((2000, 2), 1e-4)
    assert mutual_information(mean, variance).value == pytest.approx(np.log(2), abs=2e-3)
    assert total_correlation(mean, variance).value == pytest.approx(np.log(2), abs=2e-3)
    same = mean * [1, 0]
    assert total_correlation(same, variance).value == pytest.approx(0, abs=1e-6)


def test_rows_beyond_one_mixture_are_read_in_several():
    mean, variance = posteriors(1200)
    found = mutual_information(mean, variance, batch=400)
    assert holds(found, INFORMATION)
    assert "mixtures of 400 rows" in found.name


def test_information_beyond_what_the_rows_can_tell_has_no_interval():
    """20 well-separated posteriors: the mixture of these rows alone has log 20 nats, and the truth is far above."""
    mean = np.random.default_rng(0).normal(size=(20, 3))
    found = mutual_information(mean, np.full((20, 3), 1e-6))
    assert found.standard_error is None and found.interval is None
    assert "give more rows" in found.reason and "alone" in found.name
    assert found.value == pytest.approx(np.log(20), abs=1e-6)


def test_the_aggregate_of_the_rows_alone_is_that_of_their_mixture():
    """Against the density of the mixture itself, integrated by draws from it."""
    mean, variance = posteriors(30)
    found = mutual_information(np.repeat(mean, 60, 0), np.repeat(variance, 60, 0))
    rng = np.random.default_rng(1)
    rows = rng.integers(30, size=40_000)
    z = mean[rows] + np.sqrt(S) * rng.normal(size=(40_000, 2))
    density = np.mean([multivariate_normal(m, np.diag(S)).pdf(z) for m in mean], axis=0)
    entropy_given = 0.5 * np.log(2 * np.pi * np.e * S).sum()
    truth = -np.log(density).mean() - entropy_given
    assert found.value == pytest.approx(truth, abs=0.02)


def test_a_record_says_what_it_is():
    found = mean_of(np.array([1.0, 2.0, 3.0]), "mean of three", "nats")
    assert repr(found) == "Measure(mean of three: 2 +- 0.58 nats, n=3)"
    low, high = found.interval
    assert (low + high) / 2 == pytest.approx(2) and high - low == pytest.approx(
        2 * 1.96 / np.sqrt(3), rel=1e-4
    )
    assert mean_of(np.array([1.0]), "one").standard_error is None
    with pytest.raises(AssertionError, match="neither"):
        Measure(1.0, None, 3, "lost")
    with pytest.raises(AttributeError):
        found.value = 3.0


@pytest.mark.parametrize(
    ("mean", "variance", "words"),
    [
        (np.zeros((3, 2)), np.zeros((3, 2)), "above 0"),
        (np.zeros((3, 2)), np.ones((3, 1)), "same rows"),
        (np.zeros(3), np.ones(3), r"\(n, L\)"),
        (np.full((3, 2), np.nan), np.ones((3, 2)), "not finite"),
    ],
    ids=["no spread", "other shape", "flat", "NaN"],
)
def test_posteriors_that_cannot_be_are_refused_in_words(mean, variance, words):
    with pytest.raises(DataError, match=words):
        mutual_information(mean, variance)
