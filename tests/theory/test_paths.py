"""Coefficient paths and resamples, against scikit-learn and the algebra of their covariance."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge, lasso_path

from vaekit.errors import DataError, SpecError
from vaekit.theory import LinearGaussian, coefficient_path, variance_over_resamples


def problem(n, d, seed=0, noise=0.5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + rng.normal(size=d)
    return X, X @ rng.normal(size=d) + 1.5 + noise * rng.normal(size=n)


@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_the_path_of_a_normal_prior_is_ridge_at_every_alpha(penalize_intercept):
    X, y = problem(30, 4)
    path = coefficient_path(X, y, [10, 0.1, 1], penalize_intercept=penalize_intercept)
    np.testing.assert_array_equal(path.alphas, [0.1, 1, 10])
    columns = np.c_[np.ones(30), X]
    for alpha, weights in zip(path.alphas, path.weights, strict=True):
        ridge = Ridge(alpha, fit_intercept=not penalize_intercept).fit(
            columns if penalize_intercept else X, y
        )
        wanted = ridge.coef_ if penalize_intercept else np.r_[ridge.intercept_, ridge.coef_]
        np.testing.assert_allclose(weights, wanted, atol=1e-10)


def test_the_path_of_a_laplace_prior_is_the_lasso_path():
    X, y = problem(40, 6)
    path = coefficient_path(X, y, prior="laplace")
    alphas, wanted, _ = lasso_path(X - X.mean(0), y - y.mean(), alphas=path.alphas, tol=1e-12, max_iter=10**6)
    np.testing.assert_allclose(alphas[::-1], path.alphas)
    np.testing.assert_allclose(path.weights[:, 1:], wanted.T[::-1], atol=1e-6)


@pytest.mark.parametrize("prior", ["normal", "laplace"])
def test_the_default_path_runs_from_least_squares_to_no_weights(prior):
    X, y = problem(40, 6)
    path = coefficient_path(X, y, prior=prior)
    np.testing.assert_allclose(path.weights[0, 1:], LinearRegression().fit(X, y).coef_, atol=2e-3)
    assert np.linalg.norm(path.weights[-1, 1:]) < 1e-2 * np.linalg.norm(path.weights[0, 1:])
    assert (np.diff(path.train_mse) >= -1e-12).all()
    norms = (
        np.abs(path.weights[:, 1:]).sum(1)
        if prior == "laplace"
        else np.linalg.norm(path.weights[:, 1:], axis=1)
    )
    assert (np.diff(norms) <= 1e-9).all()
    assert path.test_mse is None


def test_errors_of_the_path_are_those_of_the_fits():
    X, y = problem(60, 5)
    train, test = (X[:20], y[:20]), (X[20:], y[20:])
    path = coefficient_path(*train, [0.5, 5], test=test)
    for k, alpha in enumerate(path.alphas):
        fit = LinearGaussian("normal", sigma2=1.0, tau2=1 / alpha).fit(*train)
        assert path.train_mse[k] == pytest.approx(fit.mse_, rel=1e-9)
        assert path.test_mse[k] == pytest.approx(((fit.predict(test[0]) - test[1]) ** 2).mean(), rel=1e-9)


def test_new_noise_spreads_the_weights_as_their_algebra_says():
    X, y = problem(30, 4)
    sigma2, tau2, count = 0.8, 0.3, 4000
    drawn = variance_over_resamples(
        X, y, rng=np.random.default_rng(0), sigma2=sigma2, tau2=tau2, resamples=count
    )
    A = X - X.mean(0)
    for weights, alpha in [(drawn.mle, 0), (drawn.map, sigma2 / tau2)]:
        inverse = np.linalg.inv(A.T @ A + alpha * np.eye(4))
        wanted = sigma2 * inverse @ A.T @ A @ inverse
        found = np.cov(weights[:, 1:].T)
        scale = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
        assert (np.abs(found - wanted) < 5 * math.sqrt(2 / count) * scale).all()
    # The MLE is unbiased around the line that the noise is laid on.
    ols = LinearRegression().fit(X, y)
    error = np.sqrt(drawn.mle_variance[1:] / count)
    assert (np.abs(drawn.mle[:, 1:].mean(0) - ols.coef_) < 4 * error).all()


def test_resamples_are_the_same_for_the_same_generator_and_take_the_noise_of_the_line():
    X, y = problem(30, 2)
    first, again, other = (
        variance_over_resamples(X, y, rng=np.random.default_rng(seed), resamples=200).mle
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3
    wanted = np.diag(LinearGaussian().fit(X, y).covariance_)
    np.testing.assert_allclose(first.var(0, ddof=1), wanted, rtol=5 * math.sqrt(2 / 200))


@pytest.mark.parametrize("redraw", ["noise", "rows"])
def test_a_wide_prior_varies_as_the_mle_does(redraw):
    X, y = problem(30, 2)
    drawn = variance_over_resamples(X, y, rng=np.random.default_rng(0), tau2=1e9, resamples=20, redraw=redraw)
    np.testing.assert_allclose(drawn.map, drawn.mle, atol=1e-8)


X, Y = problem(10, 2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: coefficient_path(X, Y, prior="flat"), SpecError, "prior 'flat' has no path over alpha"),
        (lambda: coefficient_path(X, Y, prior="lasso"), SpecError, "those that have: normal, laplace"),
        (lambda: coefficient_path(X, Y, [0, 1]), DataError, "alphas start at 0; wanted are numbers above 0"),
        (lambda: coefficient_path(X, Y, []), DataError, "alphas is empty"),
        (lambda: coefficient_path(X, Y, test=(X[:, :1], Y)), DataError, "test rows have 1 features"),
        (lambda: variance_over_resamples(X, Y, rng=np.random.default_rng(), redraw="row"), SpecError,
         "Did you mean 'rows'"),
        (lambda: variance_over_resamples(X, Y, rng=np.random.default_rng(), resamples=1), DataError,
         "resamples=1"),
        (lambda: variance_over_resamples(X, Y, rng=np.random.default_rng(), tau2=0), DataError, "tau2 .* above 0"),
        (lambda: variance_over_resamples(X[:2], Y[:2], rng=np.random.default_rng()), DataError, "singular"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()
