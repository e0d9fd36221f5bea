"""The closed-form acceptance tests of the article, by their numbers; the right answers come from elsewhere."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import entropy as scipy_entropy
from scipy.stats import multivariate_normal, norm
from sklearn.linear_model import Lasso, LinearRegression, Ridge

from vaekit.theory import (
    Gaussian,
    LinearGaussian,
    alpha_from,
    cross_entropy,
    density_erratum,
    entropy,
    gaussian_kl,
    gaussian_logpdf,
    kl_divergence,
    monte_carlo_kl,
    printed_density,
    self_information,
    variance_over_resamples,
)

WIDE_AND_TALL = [(8, 20), (20, 8), (200, 5)]  # n < d, n > d, many rows


def problem(n, d, seed=0, noise=0.5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + rng.normal(size=d)
    return X, X @ rng.normal(size=d) + 1.5 + noise * rng.normal(size=n)


@pytest.mark.parametrize(("n", "d"), WIDE_AND_TALL)
@pytest.mark.parametrize(("sigma2", "tau2"), [(0.25, 1.0), (2.0, 0.1), (1.0, 30.0)])
@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_01_ridge_is_map_under_a_normal_prior(n, d, sigma2, tau2, penalize_intercept):
    for seed in range(5):
        X, y = problem(n, d, seed)
        ours = LinearGaussian("normal", sigma2, tau2, penalize_intercept=penalize_intercept).fit(X, y)
        if penalize_intercept:
            ridge = Ridge(alpha=sigma2 / tau2, fit_intercept=False).fit(np.c_[np.ones(n), X], y)
            assert np.abs(ours.weights_ - ridge.coef_).max() <= 1e-10
        else:
            ridge = Ridge(alpha=sigma2 / tau2).fit(X, y)
            assert np.abs(ours.coef_ - ridge.coef_).max() <= 1e-10
            assert abs(ours.intercept_ - ridge.intercept_) <= 1e-10


@pytest.mark.parametrize(("n", "d"), WIDE_AND_TALL)
def test_02_the_mse_form_takes_alpha_over_n(n, d):
    X, y = problem(n, d)
    sigma2, tau2 = 0.5, 2.0
    sse_form, mse_form = (alpha_from(sigma2, tau2, n, form=form) for form in ("sse", "mse"))
    assert mse_form == pytest.approx(sse_form / n, rel=1e-15)
    wanted = LinearGaussian("normal", sigma2, tau2).fit(X, y).coef_

    def minimiser_of_mse_plus(strength):
        """Where the gradient of MSE + strength |w|^2 vanishes, intercept free, by least squares on stacked rows."""
        rows = np.vstack([np.c_[np.ones(n), X] / math.sqrt(n), math.sqrt(strength) * np.eye(d + 1)[1:]])
        return np.linalg.lstsq(rows, np.r_[y / math.sqrt(n), np.zeros(d)])[0][1:]

    assert np.abs(minimiser_of_mse_plus(mse_form) - wanted).max() <= 1e-8
    assert np.abs(minimiser_of_mse_plus(sse_form) - wanted).max() > 1e-3


def test_02_the_intercept_is_penalised_only_when_asked():
    X, y = problem(40, 3)
    free, again = (LinearGaussian("normal", 1.0, 1e-9).fit(X, y + far) for far in (0, 1000))
    assert again.intercept_ - free.intercept_ == pytest.approx(1000, rel=1e-12)
    np.testing.assert_allclose(again.coef_, free.coef_, atol=1e-14)
    asked = LinearGaussian("normal", 1.0, 1e-9, penalize_intercept=True).fit(X, y + 1000)
    assert abs(asked.intercept_) < 1e-3


@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_03_a_wide_prior_tends_to_least_squares_without_turning_back(penalize_intercept):
    X, y = problem(50, 6)
    ols = LinearRegression().fit(X, y)
    wanted = np.r_[ols.intercept_, ols.coef_]
    sigma2 = 0.3
    away = [
        np.linalg.norm(
            LinearGaussian("normal", sigma2, tau2, penalize_intercept=penalize_intercept).fit(X, y).weights_
            - wanted
        )
        for tau2 in sigma2 * 10.0 ** np.arange(-4, 11)
    ]
    # Monotone as far as the last digits of the weights (about 1e-15 of their length) can tell.
    assert (np.diff(away) < 1e-14 * np.linalg.norm(wanted)).all()
    assert away[-1] <= 1e-6
    flat = LinearGaussian("flat", sigma2, penalize_intercept=penalize_intercept).fit(X, y)
    np.testing.assert_allclose(flat.weights_, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("n", "d"), WIDE_AND_TALL)
@pytest.mark.parametrize("b", [0.01, 0.1, 1.0])
def test_04_lasso_is_map_under_a_laplace_prior(n, d, b):
    X, y = problem(n, d)
    sigma2 = 0.5
    ours = LinearGaussian("laplace", sigma2, b=b).fit(X, y)
    strength = 2 * sigma2 / b  # of SSE + strength sum |w|
    gradient = -2 * (X - X.mean(0)).T @ (y - ours.predict(X))
    at_zero = ours.coef_ == 0
    outside = np.maximum(np.abs(gradient) - strength, 0)  # 0 must lie in the subgradient
    residual = np.where(at_zero, outside, np.abs(gradient + strength * np.sign(ours.coef_)))
    assert residual.max() <= 1e-6
    theirs = Lasso(alpha=sigma2 / (n * b), tol=1e-10, max_iter=100_000).fit(X, y)
    assert np.abs(ours.coef_ - theirs.coef_).max() <= 1e-5
    assert ours.alpha_ == pytest.approx(sigma2 / (n * b), rel=1e-15)


@pytest.mark.parametrize(("n", "d"), WIDE_AND_TALL)
def test_05_the_evidence_is_likelihood_times_prior_over_posterior_at_any_weights(n, d):
    X, y = problem(n, d)
    sigma2, tau2 = 0.4, 1.7
    columns = np.c_[np.ones(n), X]
    ours = LinearGaussian("normal", sigma2, tau2, penalize_intercept=True).fit(X, y)
    marginal = multivariate_normal(np.zeros(n), sigma2 * np.eye(n) + tau2 * columns @ columns.T).logpdf(y)
    assert ours.log_evidence() == pytest.approx(marginal, rel=1e-8)
    for w in np.random.default_rng(1).normal(size=(10, d + 1)):
        ratio = (
            gaussian_logpdf(y, columns @ w, var=sigma2).sum()
            + gaussian_logpdf(w, 0, var=tau2).sum()
            - gaussian_logpdf(w, ours.weights_, cov=ours.covariance_)
        )
        assert ours.log_evidence() == pytest.approx(ratio, rel=1e-8)


def test_06_the_negative_log_likelihood_is_a_straight_line_in_the_mse():
    X, y = problem(60, 4)
    n, sigma2 = 60, 0.7
    slope, start = n / (2 * sigma2), n / 2 * math.log(2 * math.pi * sigma2)
    for tau2 in (1e-3, 1e-2, 0.1, 1.0, 100.0):
        ours = LinearGaussian("normal", sigma2, tau2).fit(X, y)
        assert abs(ours.negative_log_posterior().likelihood - (start + slope * ours.mse_)) <= 1e-10
        by_density = -norm.logpdf(y, ours.predict(X), math.sqrt(sigma2)).sum()
        assert abs(by_density - (start + slope * ours.mse_)) <= 1e-10
        assert ours.sse_ == pytest.approx(n * ours.mse_, rel=1e-14)


@pytest.mark.parametrize("redraw", ["noise", "rows"])
def test_06_map_varies_less_than_mle_over_500_resamples(redraw):
    X, y = problem(40, 6, noise=2.0)
    drawn = variance_over_resamples(
        X, y, rng=np.random.default_rng(0), sigma2=4.0, tau2=1.0, resamples=500, redraw=redraw
    )
    assert drawn.mle.shape == drawn.map.shape == (500, 7)
    assert np.trace(np.cov(drawn.map.T)) < np.trace(np.cov(drawn.mle.T))
    assert drawn.map_variance.sum() == pytest.approx(np.trace(np.cov(drawn.map.T)))


@pytest.mark.parametrize("sigma", [0.25, 1, 4])
def test_07_the_printed_density_integrates_to_sigma_to_the_minus_quarter(sigma):
    def over_the_line(density):
        return quad(density, -np.inf, np.inf)[0]

    assert over_the_line(lambda y: np.exp(gaussian_logpdf(y, 0.3, var=sigma))) == pytest.approx(1, abs=1e-6)
    assert over_the_line(lambda y: printed_density(y, 0.3, sigma)) == pytest.approx(sigma**-0.25, abs=1e-6)
    found = density_erratum(sigma)
    assert found.correct == pytest.approx(1, abs=1e-6)
    assert found.printed == pytest.approx(found.predicted, abs=1e-6)
    assert found.predicted == pytest.approx({0.25: math.sqrt(2), 1: 1, 4: math.sqrt(0.5)}[sigma], rel=1e-15)


def test_08_self_information_is_zero_for_certainty_and_adds_over_independent_events():
    assert self_information(1.0) == 0
    p, q = np.random.default_rng(0).uniform(size=(2, 10_000))
    assert np.abs(self_information(p * q) - self_information(p) - self_information(q)).max() <= 1e-12
    assert self_information(0.5) == 1
    assert entropy([0.5, 0.5]) == 1
    assert self_information(1 / 6) == pytest.approx(2.584963, abs=5e-7)
    assert entropy([1 / 6] * 6) == pytest.approx(2.584963, abs=5e-7)
    np.testing.assert_allclose(
        self_information(p, base=math.e) / self_information(p), math.log(2), rtol=1e-12
    )


def test_09_kl_is_cross_entropy_less_entropy_and_never_negative():
    P, Q = [0.9, 0.1], [0.5, 0.5]
    assert kl_divergence(P, Q) == pytest.approx(0.531004, abs=1e-6)
    assert kl_divergence(Q, P) == pytest.approx(0.736966, abs=1e-6)
    rng = np.random.default_rng(0)
    for pair in range(10_000):
        p, q = rng.dirichlet(np.full(rng.integers(2, 12), rng.choice([0.2, 1.0, 20.0])), size=2)
        p, q = (0.999 * r + 0.001 / len(r) for r in (p, q))
        found = kl_divergence(p, q)
        assert found >= 0
        assert abs(found - (cross_entropy(p, q) - entropy(p))) <= 1e-12
        if pair % 100 == 0:
            assert kl_divergence(p, p) == 0
            assert found == pytest.approx(scipy_entropy(p, q, base=2), abs=1e-12)
    assert kl_divergence([0.5, 0.5, 0], [0.5, 0, 0.5]) == math.inf
    assert cross_entropy([0.5, 0.5, 0], [0.5, 0, 0.5]) == math.inf
    assert kl_divergence([1, 0], [0.5, 0.5]) == 1  # 0 log 0 is 0


def test_10_cross_entropy_is_the_mean_under_p_of_the_information_of_q():
    P, Q = np.array([0.9, 0.1]), np.array([0.5, 0.5])
    assert cross_entropy(P, Q) == pytest.approx(P @ self_information(Q), abs=1e-15)
    the_other_way = Q @ self_information(P)
    assert abs(cross_entropy(P, Q) - the_other_way) > 0.7
    assert cross_entropy(Q, P) == pytest.approx(the_other_way, abs=1e-15)


@pytest.mark.parametrize(
    ("p", "q", "nats"),
    [((1, 1), (0, 1), 0.5), ((0, 4), (0, 1), 0.806853), ((0, 1), (0, 4), 0.318147)],
)
def test_11_kl_of_gaussians_has_its_closed_form(p, q, nats):
    (mean_p, var_p), (mean_q, var_q) = p, q
    found = gaussian_kl(Gaussian(mean_p, var=var_p), Gaussian(mean_q, var=var_q))
    assert found == pytest.approx(nats, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_11_monte_carlo_kl_lies_within_four_standard_errors(seed):
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, 6))

    def spread(full):
        if not full:
            return {"var": rng.uniform(0.5, 2, size=d)}
        root = rng.normal(size=(d, d))
        return {"cov": root @ root.T + 0.5 * np.eye(d)}

    p, q = (Gaussian(rng.normal(size=d), **spread(seed % 4 in full)) for full in ([1, 3], [2, 3]))
    found = monte_carlo_kl(p, q, rng=rng, n_samples=100_000)
    assert 0 < found.standard_error < 0.1
    assert abs(found.value - gaussian_kl(p, q)) <= 4 * found.standard_error


def test_16_a_gaussian_of_variance_one_costs_half_the_squared_error_and_a_constant():
    x, mean = np.random.default_rng(0).normal(size=(2, 784))
    constant = -gaussian_logpdf(x, mean, var=1).sum() - 0.5 * ((x - mean) ** 2).sum()
    assert constant == pytest.approx(784 / 2 * math.log(2 * math.pi), rel=1e-12)
    assert constant == pytest.approx(720.4478, abs=5e-5)
