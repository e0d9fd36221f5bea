"""Annealed importance sampling, where log p(x) is known: in closed form, or by quadrature over two latent values."""

import numpy as np
import pytest
import torch
from linear_gaussian import LinearGaussian

from vaekit.errors import DataError
from vaekit.measure.annealing import ais, simulate
from vaekit.measure.quadrature import parts_by_quadrature
from vaekit.measure.reader import Reader
from vaekit.model import make_model
from vaekit.spec import Sizes, Spec, part

known = LinearGaussian()
ROWS = known.x[:8]
LOG_PX = known.log_px()[:8]


def reader_of(covariance_times=2.0, shift=0.5, posterior="full-normal", seed=0):
    """q is wider than the posterior and away from it."""
    model = known.model(covariance_times * known.posterior_covariance, shift, posterior)
    return Reader(model, (5,), seed)


def exact_draws(rows, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.multivariate_normal(np.zeros(2), known.posterior_covariance, size=len(rows))
    return (rows - known.b) @ known.to_mean.T + noise


def mean_and_error(found):
    """Over 20 chains a row, each a bound of its own, the mean over rows."""
    each = found.log_weights.mean(1)
    return each.mean(), each.std(ddof=1) / np.sqrt(len(each))


@pytest.mark.parametrize("base", ["posterior", "prior"])
def test_chains_from_both_ends_enclose_the_known_likelihood(base):
    reader = reader_of()
    options = {"temperatures": 40, "chains": 20, "base": base}
    forward = ais(reader, ROWS, **options)
    backward = ais(reader, ROWS, posterior_draws=exact_draws(ROWS), **options)
    low, low_error = mean_and_error(forward)
    high, high_error = mean_and_error(backward)
    assert low - 3 * low_error <= LOG_PX.mean() <= high + 3 * high_error
    assert high - low < 0.6  # nats: and they are close
    assert base in forward.name and 0.5 < forward.acceptance <= 1


def test_the_weights_average_to_the_likelihood_and_its_inverse():
    """Unbiased whatever the number of temperatures: 4000 chains of 3, each row within 5 of its standard errors."""
    reader = reader_of()
    forward = ais(reader, ROWS, temperatures=3, chains=4000)
    ratio = np.exp(forward.log_weights - LOG_PX)
    assert (np.abs(ratio.mean(0) - 1) < 5 * ratio.std(0) / np.sqrt(4000)).all()
    # Backward: a fresh exact draw for each chain, so each is a row of its own.
    rows = np.repeat(ROWS[:1], 1000, 0)
    backward = ais(reader, rows, posterior_draws=exact_draws(rows), temperatures=3, chains=2)
    ratio = np.exp(LOG_PX[0] - backward.log_weights).mean(0)
    assert ratio.mean() == pytest.approx(1, abs=5 * ratio.std() / np.sqrt(1000))


def test_more_temperatures_bring_the_bound_closer_where_q_is_far_off():
    reader = reader_of(9.0, 2.0)
    few, many = (mean_and_error(ais(reader, ROWS, temperatures=t, chains=20)) for t in (4, 60))
    assert few[0] + 3 * few[1] < many[0] - 3 * many[1] < LOG_PX.mean()


def test_a_true_posterior_needs_no_annealing():
    """Every weight is p(x) when q is p(z | x), and the steps change nothing."""
    found = ais(reader_of(1.0, 0.0), ROWS, temperatures=5, chains=3)
    np.testing.assert_allclose(found.log_weights, np.tile(LOG_PX, (3, 1)), atol=1e-8)
    assert found.value == pytest.approx(LOG_PX.mean())
    assert found.standard_error == pytest.approx(0, abs=1e-8)


def test_the_value_is_within_its_error_where_chains_agree():
    found = ais(reader_of(), ROWS, temperatures=30, chains=40)
    assert found.value == pytest.approx(LOG_PX.mean(), abs=4 * found.standard_error)
    assert (found.n, found.unit, found.interval) == (8, "nats", None)
    np.testing.assert_allclose(found.rows.mean(), found.value)


def bernoulli(prior="normal", posterior="normal", seed=0):
    """A decoder with one hidden layer, its weights doubled so that codes matter, over 12 pixels."""
    spec = Spec(
        latent_dim=2,
        likelihood="bernoulli",
        prior=prior,
        posterior=posterior,
        network=part("mlp", hidden=(16,)),
    )
    model = make_model(spec, Sizes((12,), 2), torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for weight in model.likelihood.decoder.parameters():
            weight.mul_(3)
    return Reader(model, (12,), seed)


@pytest.mark.parametrize(
    ("prior", "posterior"),
    [("normal", "normal"), ("normal", "full-normal"), (part("mixture", components=3), "normal")],
    ids=["normal", "full", "mixture"],
)
def test_rows_of_the_model_itself_lie_between_the_two_bounds(prior, posterior):
    reader = bernoulli(prior, posterior)
    rows, codes = simulate(reader, 6)
    assert rows.shape == (6, 12) and codes.shape == (6, 2) and set(np.unique(rows)) <= {0.0, 1.0}
    truth = parts_by_quadrature(reader, rows).log_px.mean()
    low = mean_and_error(ais(reader, rows, temperatures=40, chains=20))
    high = mean_and_error(ais(reader, rows, posterior_draws=codes, temperatures=40, chains=20))
    assert low[0] - 3 * low[1] <= truth <= high[0] + 3 * high[1]
    assert high[0] - low[0] < 1


def test_a_posterior_without_a_density_elsewhere_starts_at_the_prior():
    reader = bernoulli(posterior="inverse-autoregressive")
    rows, _ = simulate(reader, 3)
    found = ais(reader, rows, temperatures=60, chains=20)
    truth = parts_by_quadrature(reader, rows).log_px.mean()
    assert "from the prior" in found.name
    low, error = mean_and_error(found)
    assert low - 3 * error <= truth < found.value + 0.3
    with pytest.raises(DataError, match="own draws only"):
        ais(reader, rows, base="posterior")


def test_the_same_seed_gives_the_same_answer_and_torch_keeps_its_own():
    before = torch.random.get_rng_state()
    found = [ais(reader_of(seed=seed), ROWS[:2], temperatures=5, chains=2).log_weights for seed in (1, 1, 2)]
    assert (found[0] == found[1]).all() and (found[0] != found[2]).any()
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    ("options", "words"),
    [({"temperatures": 1}, "temperatures=1"), ({"chains": 0}, "chains=0"), ({"base": "q"}, "base='q'")],
    ids=["temperatures", "chains", "base"],
)
def test_impossible_options_are_refused_in_words(options, words):
    with pytest.raises(DataError, match=words):
        ais(reader_of(), ROWS, **options)
