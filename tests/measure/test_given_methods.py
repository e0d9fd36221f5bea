"""Draws under known values against the conditional Gaussian that a linear model has in closed form.

n draws at effective sample size e have a mean with variance C (1 / n + 1 / e), and a covariance with variance
(C_ii C_jj + C_ij^2) (1 / n + 1 / e); answers agree within 4 such errors.
"""

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussian

from vaekit.errors import DataError
from vaekit.measure import Reader
from vaekit.measure.chains import effective_draws
from vaekit.measure.given import draw_given
from vaekit.measure.given_importance import by_importance
from vaekit.measure.known import Known, effective, softened
from vaekit.model import make_model
from vaekit.spec import Sizes, Spec, part

TRUTH = LinearGaussian(features=6)
KNOWN, UNKNOWN = [0, 3], [1, 2, 4, 5]
N = 2000


def conditional(x):
    """Mean and covariance of the unknown values given the known ones of x."""
    S = TRUTH.marginal.cov
    weight = S[np.ix_(UNKNOWN, KNOWN)] @ np.linalg.inv(S[np.ix_(KNOWN, KNOWN)])
    covariance = S[np.ix_(UNKNOWN, UNKNOWN)] - weight @ S[np.ix_(KNOWN, UNKNOWN)]
    return TRUTH.b[UNKNOWN] + weight @ (x[KNOWN] - TRUTH.b[KNOWN]), covariance


def row(x=TRUTH.x[0]):
    known = np.full((1, 6), np.nan)
    known[0, KNOWN] = x[KNOWN]
    return known


def errors_away(found, x=TRUTH.x[0]):
    """How many standard errors the mean and the covariance of draws are from the truth, at most."""
    mean, C = conditional(x)
    d = found.x[:, UNKNOWN]
    share = 1 / len(d) + 1 / found.report.effective_sample_size
    of_mean = np.abs(d.mean(0) - mean) / np.sqrt(np.diag(C) * share)
    spread = np.sqrt((np.outer(np.diag(C), np.diag(C)) + C**2) * share)
    return max(of_mean.max(), (np.abs(np.cov(d.T) - C) / spread).max())


def reader(**options):
    return Reader(TRUTH.model(**options), (6,), 0)


def other_model(**places):
    """The model with its true decoder, and other parts for codes; q is as first drawn."""
    spec = Spec(
        latent_dim=2,
        likelihood=part("gaussian", scale=TRUTH.noise),
        network=part("mlp", hidden=()),
        **places,
    )
    model = make_model(spec, Sizes((6,), 2), torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        model.likelihood.decoder.last.weight.copy_(torch.tensor(TRUTH.W))
        model.likelihood.decoder.last.bias.copy_(torch.tensor(TRUTH.b))
    model.likelihood.scale.value = model.likelihood.scale.value.double().fill_(TRUTH.noise)
    return Reader(model, (6,), 0)


@pytest.mark.parametrize("method", ["importance", "pseudo-gibbs", "mcmc"])
def test_each_method_draws_the_conditional_gaussian_when_q_is_the_posterior(method):
    found = draw_given(reader(), row(), N, method=method, seed=1)
    assert found.report.method == method
    assert found.report.effective_sample_size >= 100
    assert errors_away(found) < 4
    np.testing.assert_array_equal(found.x[:, KNOWN], np.repeat(row()[:, KNOWN], N, 0))


WRONG = {"covariance": np.diag([0.02, 0.3]), "shift": 0.3}


@pytest.mark.parametrize("method", ["importance", "mcmc"])
def test_a_wrong_q_is_made_up_for(method):
    found = draw_given(reader(**WRONG), row(), N, method=method, seed=2)
    assert found.report.effective_sample_size >= 100
    assert errors_away(found) < 4


def test_pseudo_gibbs_is_right_only_as_far_as_q_is():
    assert errors_away(draw_given(reader(**WRONG), row(), N, method="pseudo-gibbs", seed=2)) > 4


def normal_draws(n, rng):
    return rng.standard_normal((n, 2))


OTHERS = {
    "prior known by draws only": {
        "prior": part("sampled", draws=normal_draws),
        "posterior": "point",
        "bound": "reconstruction",
        "penalties": ("code-critic",),
    },
    "flow": {"posterior": "inverse-autoregressive"},
}


@pytest.mark.parametrize("method", ["importance", "mcmc"])
@pytest.mark.parametrize("places", OTHERS.values(), ids=OTHERS)
def test_a_model_without_one_of_the_densities_is_conditioned_too(places, method):
    found = draw_given(other_model(**places), row(), N, method=method, seed=3)
    assert found.report.effective_sample_size >= 100
    assert errors_away(found) < 4


def test_the_mean_weight_is_the_probability_of_the_known_values():
    S = TRUTH.marginal.cov[np.ix_(KNOWN, KNOWN)]
    away = TRUTH.x[0][KNOWN] - TRUTH.b[KNOWN]
    truth = -0.5 * (away @ np.linalg.solve(S, away) + np.linalg.slogdet(2 * np.pi * S)[1])
    with torch.no_grad():
        found = by_importance(Known(reader(**WRONG), row(), seed=0), 8000)
    n = len(found.z)
    error = np.sqrt(1 / found.effective - 1 / n)
    assert abs(float(found.log_weight.logsumexp(0)) - np.log(n) - truth) < 4 * error


def test_auto_says_why_it_took_a_chain(monkeypatch):
    monkeypatch.setattr("vaekit.measure.given.MOST_DRAWS", 300)
    monkeypatch.setattr("vaekit.measure.given.FEWEST_DRAWS", 300)
    found = draw_given(reader(covariance=1e-3 * np.eye(2), shift=1.0), row(), N, seed=0)
    assert found.report.method == "mcmc"
    assert "importance sampling came to" in found.report.sentence


def test_the_same_seed_draws_the_same():
    first, again, other = (draw_given(reader(), row(), 50, seed=seed).x for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first[:, UNKNOWN] != other[:, UNKNOWN]).all()


def test_means_vary_less_than_draws_around_the_same_centre():
    draws, means = (draw_given(reader(), row(), N, seed=1, mean=mean) for mean in (False, True))
    _, C = conditional(TRUTH.x[0])
    less = draws.x[:, UNKNOWN].var(0) - means.x[:, UNKNOWN].var(0)
    # What the mean leaves out is the noise of p(x | z); 4 standard errors of a difference of two variances.
    assert (np.abs(less - TRUTH.noise**2) < 4 * 2 * np.diag(C) * np.sqrt(2 / N)).all()


@pytest.mark.parametrize("method", ["importance", "mcmc"])
def test_values_beyond_all_that_the_model_makes_are_named(method):
    far = TRUTH.x[0].copy()
    far[3] = TRUTH.b[3] + 12 * np.sqrt(TRUTH.marginal.cov[3, 3])
    found = draw_given(reader(), row(far), 20, method=method, seed=0)
    assert found.impossible == 3
    # log p falls by half the squared distance, less what any row of the model loses (1 nat, give or take its spread)
    assert 40 < found.report.strain < 90
    assert draw_given(reader(), row(), 20, method=method, seed=0).impossible is None


def test_rows_that_the_model_makes_itself_are_not_called_impossible():
    called = [draw_given(reader(), row(x), 4, seed=0).impossible for x in TRUTH.x[:8]]
    assert called == [None] * 8


def test_values_without_any_probability_are_refused():
    far = TRUTH.x[0].copy()
    far[0] = 1e300
    with pytest.raises(DataError, match="no probability"):
        draw_given(reader(), row(far), 3)


def test_an_unknown_method_is_answered_with_those_there_are():
    with pytest.raises(DataError, match="Did you mean 'importance'"):
        draw_given(reader(), row(), 3, method="importanc")


def test_chains_end_when_their_sweeps_are_over(monkeypatch):
    monkeypatch.setattr("vaekit.measure.given_chains.MOST_SWEEPS", 20)
    monkeypatch.setattr("vaekit.measure.given_chains.SWEEPS", 10)
    monkeypatch.setattr("vaekit.measure.given.ENOUGH", 10**9)
    found = draw_given(reader(), row(), 5000, method="mcmc", seed=0)
    assert found.report.draws == 20 * 64
    assert len(found.x) == 5000


def test_effective_draws_of_an_autoregression_are_those_of_its_closed_form():
    rng, phi, T, C = np.random.default_rng(0), 0.8, 4000, 8
    x = np.empty((T, C))
    x[0] = rng.normal(size=C) / np.sqrt(1 - phi**2)
    for t in range(1, T):
        x[t] = phi * x[t - 1] + rng.normal(size=C)
    truth = T * C * (1 - phi) / (1 + phi)
    # Over seeds the estimate has a relative spread of about sqrt of (2 x window of 20) over all states, 4 %.
    assert abs(effective_draws(x[..., None]) / truth - 1) < 0.16


def test_chains_that_stay_apart_are_worth_little():
    rng = np.random.default_rng(0)
    apart = rng.normal(size=(500, 8, 1)) + 10 * np.arange(8)[None, :, None]
    assert effective_draws(apart) < 16
    assert effective_draws(rng.normal(size=(500, 8, 1))) > 2000


def test_weights_are_softened_until_enough_draws_are_effective():
    log_weight = torch.linspace(-500, 0, 1000, dtype=torch.float64)
    assert effective(log_weight) < 10
    assert 99 < effective(softened(log_weight, 100)) < 101
    even = torch.zeros(1000, dtype=torch.float64)
    assert softened(even, 100) is even
