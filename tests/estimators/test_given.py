"""sample(n, given=...), rows with a change, and ratios of likelihoods, on estimators that were fitted.

A linear VAE is a Gaussian: x ~ N(mean, W W' + s^2), in the user's units, so its conditionals are known from its own
weights. n draws at effective sample size e agree with them within 4 standard errors, whose square is (1 / n + 1 / e)
times the variance.
"""

import warnings

import numpy as np
import pandas
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.datasets import load_digits, load_wine

from vaekit import AAE, CVAE, VAE, SemiSupervisedVAE, part
from vaekit.errors import DataError, SpecError

WINE = load_wine()
COLUMNS = ["alcohol", "ash", "magnesium", "hue", "proline"]
TABLE = pandas.DataFrame(WINE.data, columns=WINE.feature_names)[COLUMNS]
GIVEN = {"alcohol": 14.0, "proline": 1200.0}
N = 2000
QUICK = {"max_epochs": 3, "network": part("mlp", hidden=(16,)), "random_state": 0}


@pytest.fixture(scope="module")
def linear():
    return VAE(
        2,
        likelihood=part("gaussian", scale="per-feature"),
        posterior="full-normal",
        network=part("mlp", hidden=()),
        max_epochs=100,
        batch_size=32,
        learning_rate=1e-2,
        validation_fraction=0,
        random_state=0,
    ).fit(TABLE)


def noise_of(vae):
    """The standard deviation of p(x | z), in the model's units."""
    with torch.no_grad():
        return vae.model_.likelihood(torch.zeros(1, 1, 2)).scale.double().numpy().reshape(-1)


def law(vae):
    """Mean and covariance of x under a linear VAE, in the user's units."""
    decoder, treatment = vae.model_.likelihood.decoder, vae.treatment_
    W = decoder.last.weight.detach().double().numpy()
    b = decoder.last.bias.detach().double().numpy()
    s, scale = noise_of(vae), treatment.scale
    return treatment.offset + scale * b, np.outer(scale, scale) * (W @ W.T + np.diag(s**2))


def conditional(vae, given):
    mean, S = law(vae)
    at = [COLUMNS.index(name) for name in given]
    others = [i for i in range(len(COLUMNS)) if i not in at]
    weight = S[np.ix_(others, at)] @ np.linalg.inv(S[np.ix_(at, at)])
    away = np.array(list(given.values())) - mean[at]
    return others, mean[others] + weight @ away, S[np.ix_(others, others)] - weight @ S[np.ix_(at, others)]


@pytest.mark.parametrize("method", ["importance", "pseudo-gibbs", "mcmc"])
def test_draws_are_those_of_the_conditional_gaussian_of_the_fitted_weights(linear, method):
    drawn = linear.sample(N, given=GIVEN, method=method, random_state=0)
    report = linear.given_report_
    assert report.method == method
    assert report.effective_sample_size >= 100
    others, mean, C = conditional(linear, GIVEN)
    share = 1 / N + 1 / report.effective_sample_size
    d = drawn[:, others]
    assert (np.abs(d.mean(0) - mean) < 4 * np.sqrt(np.diag(C) * share)).all()
    spread = np.sqrt((np.outer(np.diag(C), np.diag(C)) + C**2) * share)
    assert (np.abs(np.cov(d.T) - C) < 4 * spread).all()


def test_given_values_come_back_as_they_were_given(linear):
    drawn = linear.sample(7, given={"hue": 1 / 3, 0: 13.1}, random_state=0)
    assert (drawn[:, 3] == 1 / 3).all()
    assert (drawn[:, 0] == 13.1).all()
    assert len(np.unique(drawn[:, 1])) == 7


ROW = [14.0, np.nan, np.nan, np.nan, 1200.0]
SPELLINGS = {
    "names": GIVEN,
    "numbers": {0: 14, -1: 1200},
    "names with a missing value": {**GIVEN, "ash": None, "hue": np.nan},
    "row": np.array(ROW),
    "row of a table": np.array([ROW]),
    "frame": pandas.DataFrame([ROW], columns=COLUMNS),
    "series": pandas.Series(ROW, index=COLUMNS),
}


@pytest.mark.parametrize("given", SPELLINGS.values(), ids=SPELLINGS)
def test_the_same_evidence_in_another_spelling_gives_the_same_draws(linear, given):
    wanted = linear.sample(4, given=GIVEN, random_state=1)
    np.testing.assert_array_equal(linear.sample(4, given=given, random_state=1), wanted)


REFUSED = {
    "an unknown name": ({"alkohol": 14}, "Did you mean 'alcohol'"),
    "an unknown number": ({5: 1.0}, "0 to 4"),
    "a text": ({"ash": "much"}, "wanted is a number"),
    "an infinite value": ({"ash": np.inf}, "infinite value for ash"),
    "another shape": (np.zeros(4), "shape"),
    "two rows": (pandas.DataFrame([ROW, ROW], columns=COLUMNS), "one row"),
    "nothing": ({}, "no known value"),
    "everything": (np.ones(5), "nothing is left to draw"),
}


@pytest.mark.parametrize(("given", "why"), REFUSED.values(), ids=REFUSED)
def test_evidence_outside_of_the_columns_is_refused_in_words(linear, given, why):
    with pytest.raises(DataError, match=why):
        linear.sample(2, given=given)


def test_an_impossible_value_is_named_and_the_draws_are_still_made(linear):
    mean, S = law(linear)
    far = float(mean[4] + 15 * np.sqrt(S[4, 4]))
    with pytest.warns(UserWarning, match="proline = .* above all"):
        drawn = linear.sample(3, given={"alcohol": float(mean[0]), "proline": far}, random_state=0)
    assert np.isfinite(drawn).all()
    assert linear.given_report_.strain > 20


def test_a_method_without_evidence_is_refused(linear):
    with pytest.raises(DataError, match="give given="):
        linear.sample(2, method="mcmc")


DIGITS = load_digits()
SOME = DIGITS.images[:300]


def _half(image):
    known = image.astype(float).copy()
    known[:, 4:] = np.nan
    return known


MODELS = {
    "VAE of pixels": (VAE(3, binarize=0.5, **QUICK), None),
    "CVAE": (CVAE(3, binarize=0.5, **QUICK), 3),
    "AAE": (AAE(2, **QUICK), None),
    "AAE with labels": (AAE(2, prior="petals", labels="prior", **QUICK), 3),
    "SemiSupervisedVAE": (SemiSupervisedVAE(2, **QUICK), None),
    "SemiSupervisedVAE of a class": (SemiSupervisedVAE(2, **QUICK), 3),
    "vamp prior": (VAE.from_recipe("vamp_vae", components=5, latent_dim=2, **QUICK), None),
    "categories": (VAE(2, likelihood=part("categorical", categories=17), **QUICK), None),
}


@pytest.mark.filterwarnings("ignore:the draws are worth few", "ignore:the given values are practically")
@pytest.mark.parametrize(("model", "c"), MODELS.values(), ids=MODELS)
def test_every_model_that_samples_is_conditioned_on_half_an_image(model, c, monkeypatch):
    fitted = model.fit(SOME, DIGITS.target[:300])
    few = {
        "given_chains.WARM_UP": 5,
        "given_chains.SWEEPS": 10,
        "given_chains.MOST_SWEEPS": 20,
        "given.FEWEST_DRAWS": 500,
    }
    for name, number in few.items():
        monkeypatch.setattr(f"vaekit.measure.{name}", number)
    for method in ("importance", "pseudo-gibbs", "mcmc"):
        drawn = fitted.sample(5, c=c, given=_half(SOME[3]), method=method, random_state=0)
        assert drawn.shape == (5, 8, 8)
        np.testing.assert_array_equal(drawn[:, :, :4], np.repeat(SOME[3:4, :, :4], 5, 0))
        assert np.isfinite(drawn).all()
        assert fitted.given_report_.draws > 0


def test_a_condition_that_is_a_column_is_given_as_c():
    cvae = CVAE(2, condition=["hue"], **QUICK).fit(TABLE)
    drawn = cvae.sample(3, c=0.9, given={"ash": 2.5}, random_state=0)
    assert (drawn[:, 1] == 2.5).all()
    assert drawn.shape == (3, 4)
    with pytest.raises(DataError, match="give it as c="):
        cvae.sample(3, c=0.9, given={"hue": 0.9})


def test_a_value_outside_of_the_domain_is_named():
    vae = VAE(2, likelihood="bernoulli", scale_inputs=False, **QUICK).fit((SOME.reshape(300, 64) > 8) * 1.0)
    with pytest.raises(DataError, match="given has x5 = 3"):
        vae.sample(2, given={4: 1.0, 5: 3.0})


def test_a_change_moves_the_other_columns_as_the_linear_model_says(linear):
    X = TABLE[:20]
    found = linear.counterfactual(X, {"alcohol": 15.0}, n_samples=20_000)
    assert (found.rows[:, 0] == 15.0).all()
    # E[x' | x] = mean + W W' S^-1 (x - mean) for the part of x that codes make, so a change of x moves it linearly.
    _, S = law(linear)
    s2 = (noise_of(linear) * linear.treatment_.scale) ** 2
    change = np.zeros((20, 5))
    change[:, 0] = 15.0 - X["alcohol"]
    moved = change @ np.linalg.solve(S, S - np.diag(s2))
    spread = np.sqrt(np.diag((S - np.diag(s2)) @ np.linalg.solve(S, np.diag(s2))))
    error = spread * np.sqrt(2 / found.effective_sample_size.min())
    assert (np.abs(found.rows - X.to_numpy() - moved)[:, 1:] < 4 * error[1:]).all()


def test_a_change_to_its_own_value_gives_the_row_back(linear):
    row = TABLE[5:6]
    found = linear.counterfactual(row, {"ash": float(row["ash"].iloc[0])}, n_samples=50)
    np.testing.assert_allclose(found.rows, row.to_numpy(), rtol=1e-12)


def test_where_values_are_no_real_numbers_the_row_is_what_is_expected_of_it():
    X = (SOME > 8) * 1.0
    vae = VAE(2, likelihood="bernoulli", **QUICK).fit(X)
    found = vae.counterfactual(X[:4], {20: 1.0}, n_samples=100)
    flat = found.rows.reshape(4, 64)
    assert (flat[:, 20] == 1).all()
    np.testing.assert_array_equal(np.delete(flat, 20, 1), np.delete(found.after.reshape(4, 64), 20, 1))
    categories = VAE(2, likelihood=part("categorical", categories=2), **QUICK).fit(X)
    with pytest.raises(SpecError, match="no mean"):
        categories.counterfactual(X[:4], {20: 1.0})


def test_a_ratio_of_likelihoods_is_that_of_the_gaussian(linear):
    X, other = TABLE[:10], TABLE[10:20]
    found = linear.log_likelihood_ratio(X, other, n_samples=2000)
    exact = multivariate_normal(*law(linear))
    truth = exact.logpdf(X.to_numpy()) - exact.logpdf(other.to_numpy())
    assert (np.abs(found.rows - truth) < 4 * found.errors).all()
    one = linear.log_likelihood_ratio(X, other[:1], n_samples=2000)
    assert (
        np.abs(one.rows - (exact.logpdf(X.to_numpy()) - exact.logpdf(other[:1].to_numpy()))) < 4 * one.errors
    ).all()
    with pytest.raises(DataError, match="3 rows and X has 10"):
        linear.log_likelihood_ratio(X, other[:3])


def test_draws_without_evidence_are_as_they_were(linear):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert linear.sample(3, random_state=0).shape == (3, 5)
