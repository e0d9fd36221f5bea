"""Linear regression as inference, against scikit-learn, scipy and the algebra written another way."""

import math
import pickle

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import laplace, multivariate_normal, norm
from sklearn.base import clone
from sklearn.linear_model import BayesianRidge, LinearRegression, Ridge, RidgeCV
from sklearn.model_selection import GridSearchCV, LeaveOneOut, cross_val_score

from vaekit.errors import DataError, SpecError
from vaekit.theory import LinearGaussian, alpha_from

SHAPES = [(8, 20), (20, 8), (100, 3)]


def problem(n, d, seed=0, noise=0.5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + rng.normal(size=d)
    return X, X @ rng.normal(size=d) + 1.5 + noise * rng.normal(size=n)


def posterior_by_precision(X, y, sigma2, tau2, penalize_intercept):
    """Mean and covariance of a0..ad from the precision matrix, a free intercept having precision 0."""
    columns = np.c_[np.ones(len(X)), X]
    own = np.full(columns.shape[1], 1 / tau2)
    own[0] *= penalize_intercept
    covariance = np.linalg.inv(columns.T @ columns / sigma2 + np.diag(own))
    return covariance @ columns.T @ y / sigma2, covariance


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_posterior_mean_and_covariance_are_those_of_the_precision_matrix(n, d, penalize_intercept):
    X, y = problem(n, d)
    ours = LinearGaussian("normal", 0.3, 2.0, penalize_intercept=penalize_intercept).fit(X, y)
    mean, covariance = posterior_by_precision(X, y, 0.3, 2.0, penalize_intercept)
    np.testing.assert_allclose(ours.weights_, mean, atol=1e-9)
    np.testing.assert_allclose(ours.covariance_, covariance, atol=1e-9)
    np.testing.assert_array_equal(ours.weights_, np.r_[ours.intercept_, ours.coef_])


@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_a_flat_prior_gives_the_sampling_covariance_of_least_squares(penalize_intercept):
    X, y = problem(30, 4)
    ours = LinearGaussian(penalize_intercept=penalize_intercept).fit(X, y)
    columns = np.c_[np.ones(30), X]
    assert ours.sigma2_ == pytest.approx(ours.mse_, rel=1e-12)
    np.testing.assert_allclose(
        ours.covariance_, ours.sigma2_ * np.linalg.inv(columns.T @ columns), atol=1e-12
    )
    ols = LinearRegression().fit(X, y)
    np.testing.assert_allclose(ours.predict(X), ols.predict(X), atol=1e-12)
    assert not hasattr(ours, "tau2_")


def test_the_predictive_band_is_the_density_of_y_averaged_over_the_posterior():
    X, y = problem(20, 3)
    new = np.random.default_rng(1).normal(size=(4, 3))
    ours = LinearGaussian("normal", 0.4, 1.5).fit(X, y)
    mean, std = ours.predict(new, return_std=True)
    np.testing.assert_array_equal(mean, ours.predict(new))
    rng = np.random.default_rng(2)
    weights = rng.multivariate_normal(ours.weights_, ours.covariance_, size=200_000)
    draws = weights @ np.c_[np.ones(4), new].T + rng.normal(scale=math.sqrt(0.4), size=(200_000, 4))
    # Standard errors: std / sqrt(n) of a mean, std / sqrt(2 n) of a standard deviation.
    assert (np.abs(draws.mean(0) - mean) < 4 * std / math.sqrt(200_000)).all()
    assert (np.abs(draws.std(0) - std) < 4 * std / math.sqrt(400_000)).all()


def test_nine_of_ten_new_values_fall_into_their_band():
    X, y = problem(4000, 5)
    ours = LinearGaussian("normal", tau2="evidence").fit(X[:2000], y[:2000])
    mean, std = ours.predict(X[2000:], return_std=True)
    inside = np.abs(y[2000:] - mean) < norm.ppf(0.95) * std
    # Binomial standard error 0.0067, and about as much again from the 2000 rows that sigma2 is found from.
    assert inside.mean() == pytest.approx(0.9, abs=4 * 0.0095)


@pytest.mark.parametrize("prior", ["flat", "normal", "laplace"])
@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_the_mode_is_where_no_step_lowers_the_negative_log_posterior(prior, penalize_intercept):
    X, y = problem(25, 4)
    sigma2, tau2, b = 0.6, 0.8, 0.3
    ours = LinearGaussian(prior, sigma2, tau2, b, penalize_intercept).fit(X, y)
    under = slice(None) if penalize_intercept else slice(1, None)
    log_prior = {
        "flat": lambda w: np.zeros(1),
        "normal": lambda w: norm.logpdf(w, 0, math.sqrt(tau2)),
        "laplace": lambda w: laplace.logpdf(w, 0, b),
    }[prior]

    def objective(w):
        fit = norm.logpdf(y, w[0] + X @ w[1:], math.sqrt(sigma2)).sum()
        return -fit - log_prior(w[under]).sum()

    terms = ours.negative_log_posterior()
    assert terms.objective == pytest.approx(objective(ours.weights_), rel=1e-12)
    assert terms.likelihood + terms.prior == terms.objective
    assert terms.prior == pytest.approx(-log_prior(ours.weights_[under]).sum(), rel=1e-12, abs=1e-12)
    rng = np.random.default_rng(0)
    for size in (1e-4, 1e-2, 1.0):
        for step in rng.normal(scale=size, size=(50, 5)):
            assert objective(ours.weights_ + step) > terms.objective
    found = minimize(objective, ours.weights_ + 0.1, method="Powell", options={"xtol": 1e-9, "ftol": 1e-15})
    assert found.fun == pytest.approx(terms.objective, rel=1e-6)


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_all_terms_together_are_the_posterior_density_at_the_mode(n, d, penalize_intercept):
    X, y = problem(n, d)
    ours = LinearGaussian("normal", 0.3, 2.0, penalize_intercept=penalize_intercept).fit(X, y)
    terms = ours.negative_log_posterior()
    density = multivariate_normal(ours.weights_, ours.covariance_).logpdf(ours.weights_)
    assert terms.total == pytest.approx(-density, rel=1e-9)
    assert terms.constant == ours.log_evidence()
    assert terms.C == 1 / (2 * 2.0)
    squares = (ours.coef_**2).sum() + penalize_intercept * ours.intercept_**2
    assert terms.penalty == pytest.approx(squares, rel=1e-12)
    if n > d + 1:
        flat = LinearGaussian("flat", 0.3, penalize_intercept=penalize_intercept).fit(X, y)
        density = multivariate_normal(flat.weights_, flat.covariance_).logpdf(flat.weights_)
        assert flat.negative_log_posterior().total == pytest.approx(-density, rel=1e-9)


def test_the_evidence_is_the_integral_over_all_weights():
    rng = np.random.default_rng(0)
    x = rng.normal(size=6)
    y = 0.5 + 1.2 * x + 0.5 * rng.normal(size=6)
    ours = LinearGaussian("normal", 0.3, 0.9).fit(x[:, None], y)
    a0, a1 = np.linspace(-6, 6, 601), np.linspace(-6, 6, 601)
    line = a0[:, None, None] + a1[None, :, None] * x
    log_joint = norm.logpdf(y, line, math.sqrt(0.3)).sum(-1) + norm.logpdf(a1, 0, math.sqrt(0.9))
    step = a0[1] - a0[0]
    # The free intercept counts as p(a0) = 1.
    assert ours.log_evidence() == pytest.approx(math.log(np.exp(log_joint).sum() * step**2), abs=1e-8)


def test_evidence_maximisation_agrees_with_bayesian_ridge():
    X, y = problem(60, 10)
    ours = LinearGaussian("normal", tau2="evidence").fit(X, y)
    theirs = BayesianRidge(tol=1e-14, max_iter=100_000, alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0).fit(
        X, y
    )
    # BayesianRidge counts the centred rows as n independent values, we as n - 1: the two differ by O(1 / n).
    assert ours.tau2_ == pytest.approx(1 / theirs.lambda_, rel=0.02)
    assert ours.sigma2_ == pytest.approx(1 / theirs.alpha_, rel=0.04)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=0.01)


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("penalize_intercept", [False, True])
@pytest.mark.parametrize("sigma2", [0.3, None])
def test_no_other_variances_have_more_evidence(n, d, penalize_intercept, sigma2):
    X, y = problem(n, d, seed=3)
    ours = LinearGaussian("normal", sigma2, "evidence", penalize_intercept=penalize_intercept).fit(X, y)
    best = ours.log_evidence()
    steps = [0.5, 0.99, 1.0, 1.01, 2.0]
    for noise in steps if sigma2 is None else [1.0]:
        for width in steps:
            other = LinearGaussian(
                "normal", ours.sigma2_ * noise, ours.tau2_ * width, penalize_intercept=penalize_intercept
            ).fit(X, y)
            assert other.log_evidence() <= best + 1e-9 * abs(best)


def test_evidence_finds_the_variances_that_made_the_data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 400))
    y = X @ rng.normal(scale=math.sqrt(0.25), size=400) + rng.normal(scale=2, size=3000)
    ours = LinearGaussian("normal", tau2="evidence").fit(X, y)
    # Standard errors: sqrt(2 / 400) and sqrt(2 / 2600) of the variances.
    assert ours.tau2_ == pytest.approx(0.25, rel=4 * math.sqrt(2 / 400))
    assert ours.sigma2_ == pytest.approx(4, rel=4 * math.sqrt(2 / 2600))


def test_targets_that_do_not_depend_on_x_get_a_prior_of_no_width():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    X -= X.mean(0)
    y -= X @ np.linalg.lstsq(X, y)[0]  # not even by chance
    ours = LinearGaussian("normal", tau2="evidence").fit(X, y)
    assert ours.tau2_ < 1e-8
    np.testing.assert_allclose(ours.coef_, 0, atol=1e-8)


@pytest.mark.parametrize(("n", "d"), [(8, 20), (20, 8), (30, 3)])
@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_cross_validation_predicts_left_out_rows_best(n, d, penalize_intercept):
    X, y = problem(n, d, seed=1, noise=2)
    ours = LinearGaussian("normal", tau2="cv", penalize_intercept=penalize_intercept).fit(X, y)
    assert ours.alpha_ == pytest.approx(ours.sigma2_ / ours.tau2_, rel=1e-12)
    assert ours.sigma2_ == pytest.approx(ours.mse_, rel=1e-12)
    columns = np.c_[np.ones(n), X] if penalize_intercept else X

    def left_out_error(alpha):
        ridge = Ridge(alpha=alpha, fit_intercept=not penalize_intercept)
        scores = cross_val_score(ridge, columns, y, cv=LeaveOneOut(), scoring="neg_mean_squared_error")
        return -scores.mean()

    best = left_out_error(ours.alpha_)
    for factor in (0.5, 0.9, 1.1, 2):
        assert left_out_error(ours.alpha_ * factor) >= best * (1 - 1e-9)
    theirs = RidgeCV(np.geomspace(ours.alpha_ / 4, ours.alpha_ * 4, 9), fit_intercept=not penalize_intercept)
    assert theirs.fit(columns, y).alpha_ == pytest.approx(ours.alpha_, rel=1e-9)


@pytest.mark.parametrize("prior", ["flat", "normal", "laplace"])
def test_an_estimated_noise_is_the_mean_squared_error_of_the_weights_it_leads_to(prior):
    X, y = problem(50, 5)
    ours = LinearGaussian(prior, tau2=0.05, b=0.05).fit(X, y)
    assert ours.sigma2_ == pytest.approx(ours.mse_, rel=1e-9)
    again = LinearGaussian(prior, sigma2=ours.sigma2_, tau2=0.05, b=0.05).fit(X, y)
    np.testing.assert_allclose(again.weights_, ours.weights_, atol=1e-9)

    def joint(log_sigma2):
        """The smallest negative log posterior of the weights, at this noise."""
        fit = LinearGaussian(prior, sigma2=math.exp(log_sigma2), tau2=0.05, b=0.05).fit(X, y)
        return fit.negative_log_posterior().objective

    found = minimize_scalar(joint, bracket=(math.log(ours.sigma2_) - 0.3, math.log(ours.sigma2_) + 0.3))
    assert math.exp(found.x) == pytest.approx(ours.sigma2_, rel=1e-5)


def test_ridge_shrinks_each_singular_direction_by_its_own_factor():
    X, y = problem(30, 5)
    _, d, Vt = np.linalg.svd(X - X.mean(0), full_matrices=False)
    flat, ridge = LinearGaussian().fit(X, y), LinearGaussian("normal", 1.0, 0.1).fit(X, y)
    assert ridge.alpha_ == alpha_from(1.0, 0.1, 30) == pytest.approx(10)
    np.testing.assert_allclose((Vt @ ridge.coef_) / (Vt @ flat.coef_), d**2 / (d**2 + 10), rtol=1e-9)


def test_a_constant_column_is_known_to_be_one_whatever_its_size():
    X, y = problem(30, 3)
    X[:, 1] = 1e8 + 0.1
    with pytest.raises(DataError, match="2 directions of 3 weights"):
        LinearGaussian().fit(X, y)
    ridge = LinearGaussian("normal", 1.0, 1.0).fit(X, y)
    assert ridge.coef_[1] == 0
    assert ridge.covariance_[2, 2] == pytest.approx(1.0)  # nothing was learned about it
    assert LinearGaussian("laplace", 1.0).fit(X, y).coef_[1] == 0


@pytest.mark.parametrize("prior", ["flat", "normal", "laplace"])
def test_rows_that_fit_exactly_give_the_exact_weights_and_no_density(prior):
    X, _ = problem(30, 3)
    ours = LinearGaussian(prior).fit(X, np.full(30, 7.0))
    np.testing.assert_allclose(ours.weights_, [7, 0, 0, 0], atol=1e-12)
    assert ours.sigma2_ == 0
    with pytest.raises(DataError, match="every row is fitted exactly"):
        ours.negative_log_posterior()
    ours = LinearGaussian(prior).fit(X, X @ [1.0, -2.0, 0.5] + 3)
    np.testing.assert_allclose(ours.weights_, [3, 1, -2, 0.5], atol=1e-6)
    assert ours.sigma2_ < 1e-12


@pytest.mark.parametrize("tau2", ["evidence", "cv"])
def test_variances_of_targets_that_are_all_alike_are_zero(tau2):
    X, _ = problem(30, 3)
    ours = LinearGaussian("normal", tau2=tau2).fit(X, np.full(30, 7.0))
    assert (ours.sigma2_, ours.tau2_) == (0, 0)
    mean, std = ours.predict(X, return_std=True)
    np.testing.assert_allclose(mean, 7, atol=1e-12)
    np.testing.assert_allclose(std, 0, atol=1e-12)


def test_fitting_again_with_another_prior_leaves_nothing_behind():
    X, y = problem(30, 3)
    ours = LinearGaussian("normal").fit(X, y)
    assert hasattr(ours, "covariance_") and hasattr(ours, "tau2_")
    ours.set_params(prior="laplace").fit(X, y)
    assert not hasattr(ours, "covariance_") and not hasattr(ours, "tau2_")
    with pytest.raises(SpecError, match="posterior that is not normal"):
        ours.predict(X, return_std=True)


def test_it_is_pickled_cloned_and_searched_over():
    X, y = problem(40, 3)
    ours = LinearGaussian("normal", tau2="evidence").fit(X, y)
    again = pickle.loads(pickle.dumps(ours))
    np.testing.assert_array_equal(again.predict(X), ours.predict(X))
    assert again.log_evidence() == ours.log_evidence()
    assert clone(ours).get_params() == ours.get_params()
    search = GridSearchCV(LinearGaussian("normal"), {"tau2": [1e-4, 1.0, "evidence"]}, cv=3).fit(X, y)
    assert search.best_params_["tau2"] != 1e-4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prior": "lapalce"}, "no prior on weights is called 'lapalce'; there are: flat, laplace, normal. "
                               "Did you mean 'laplace'?"),
        ({"prior": "normal", "tau2": "evidance"}, "number above 0 or one of: evidence, cv. Did you mean 'evidence'"),
        ({"prior": "flat", "tau2": "cv"}, "variance of a normal prior, and prior is 'flat'"),
        ({"sigma2": 0.0}, "'sigma2' parameter"),
        ({"prior": "normal", "tau2": -1.0}, "'tau2' parameter"),
        ({"prior": "normal", "tau2": math.inf}, "'tau2' parameter"),
        ({"prior": "laplace", "b": 0}, "'b' parameter"),
    ],
)  # fmt: skip
def test_options_that_do_not_exist_are_refused_in_words(options, words):
    X, y = problem(20, 3)
    with pytest.raises(ValueError) as caught:
        LinearGaussian(**options).fit(X, y)
    assert words in str(caught.value)


@pytest.mark.parametrize("n", [1, 4, 8])
def test_fewer_rows_than_features_under_a_flat_prior_name_the_cure(n):
    X, y = problem(n, 8)
    with pytest.raises(
        DataError, match=r"design matrix is singular: n_samples=\d .*prior='normal' .*tau2=1.0"
    ):
        LinearGaussian().fit(X, y)
    cured = LinearGaussian("normal", sigma2=1.0, tau2=1.0).fit(X, y)
    assert np.isfinite(cured.coef_).all()


def test_a_column_that_is_the_sum_of_others_is_singular_too():
    X, y = problem(30, 3)
    with pytest.raises(DataError, match="3 directions of 4 weights"):
        LinearGaussian().fit(np.c_[X, X.sum(1)], y)


@pytest.mark.parametrize("prior", ["normal", "laplace"])
def test_noise_is_not_estimated_from_rows_that_any_weights_can_meet(prior):
    X, y = problem(8, 20)
    with pytest.raises(DataError, match="sigma2 cannot be estimated: n_samples=8"):
        LinearGaussian(prior).fit(X, y)
    assert LinearGaussian(prior, sigma2=0.5).fit(X, y).sse_ > 0
    assert LinearGaussian("normal", tau2="cv").fit(X, y).sigma2_ > 0


@pytest.mark.parametrize(
    ("prior", "words"), [("flat", "improper"), ("laplace", "no evidence in closed form")]
)
def test_evidence_is_given_only_where_there_is_one(prior, words):
    X, y = problem(20, 3)
    ours = LinearGaussian(prior).fit(X, y)
    with pytest.raises(SpecError, match=words):
        ours.log_evidence()


def test_a_laplace_prior_has_terms_without_the_constant():
    X, y = problem(20, 3)
    terms = LinearGaussian("laplace", b=0.5).fit(X, y).negative_log_posterior()
    assert terms.constant is None and terms.total is None
    assert terms.C == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1.0, 1.0, 10, "sum"), "no form is called 'sum'; there are: sse, mse"),
        ((1.0, 1.0, 10, "sse "), "Did you mean 'sse'"),
        ((0.0, 1.0, 10), "sigma2=0.0"),
        ((1.0, -1.0, 10), "tau2=-1.0"),
        ((1.0, 1.0, 0), "n=0"),
    ],
)
def test_strengths_that_do_not_exist_are_refused_in_words(arguments, words):
    with pytest.raises(SpecError) as caught:
        alpha_from(*arguments)
    assert words in str(caught.value)
