"""Codes and values of rows that are known in part, on models where the conditional law is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal, norm

from vaekit.measure import Reader
from vaekit.measure.conditional import conditional_codes, effective_sample_size, normalised
from vaekit.measure.imputation import (
    conditional_draws,
    conditional_interval,
    conditional_mean,
    weighted_quantiles,
)
from vaekit.model import make_model
from vaekit.spec import Sizes, Spec, part

FEATURES, CODES, NOISE, ROWS, DRAWS = 5, 2, 0.6, 30, 4000


class Known:
    """x = W z + b + noise of variance s^2, with a q that is wider than p(z | x) and knows nothing of x."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.W, self.b = rng.normal(size=(FEATURES, CODES)), rng.normal(size=FEATURES)
        self.covariance = self.W @ self.W.T + NOISE**2 * np.eye(FEATURES)
        self.whole = multivariate_normal(self.b, self.covariance).rvs(ROWS, random_state=1)
        self.hidden = rng.random(self.whole.shape) < 0.4
        self.hidden[0], self.hidden[1] = True, False
        self.rows = np.where(self.hidden, np.nan, self.whole).astype(np.float32)
        spec = Spec(CODES, likelihood=part("gaussian", scale=NOISE), network=part("mlp", hidden=()))
        model = make_model(spec, Sizes((FEATURES,), CODES), torch.Generator().manual_seed(0)).double()
        with torch.no_grad():
            model.likelihood.decoder.last.weight.copy_(torch.tensor(self.W))
            model.likelihood.decoder.last.bias.copy_(torch.tensor(self.b))
            model.posterior.head.weight.zero_()
            model.posterior.head.bias.zero_()
        model.likelihood.scale.value = torch.tensor(NOISE, dtype=torch.float64)
        self.reader = Reader(model, (FEATURES,), 3)

    def given_observed(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance of the whole row given what is observed of it."""
        seen = ~self.hidden[row]
        gain = np.zeros((FEATURES, seen.sum()))
        if seen.any():
            gain = np.linalg.solve(self.covariance[np.ix_(seen, seen)], self.covariance[seen]).T
        mean = self.b + gain @ (np.float64(self.rows[row, seen]) - self.b[seen])
        return mean, self.covariance - gain @ self.covariance[seen]


@pytest.fixture(scope="module")
def known() -> Known:
    return Known()


def test_weights_average_to_the_density_of_the_values_observed(known: Known) -> None:
    _, log_weight = conditional_codes(known.reader, known.rows, draws=DRAWS)
    found = (log_weight.logsumexp(0) - np.log(DRAWS)).numpy()
    error = np.sqrt(1 / effective_sample_size(log_weight).numpy() - 1 / DRAWS)
    for row in np.flatnonzero(~known.hidden.all(1)):
        seen = ~known.hidden[row]
        law = multivariate_normal(known.b[seen], known.covariance[np.ix_(seen, seen)])
        assert (
            abs(found[row] - law.logpdf(np.float64(known.rows[row, seen]))) < 4 * error[row] + error[row] ** 2
        )
    assert abs(found[0]) < 4 * error[0] + error[0] ** 2  # log p of nothing


def test_weighted_codes_have_the_mean_of_the_posterior_given_what_is_observed(known: Known) -> None:
    z, log_weight = conditional_codes(known.reader, known.rows, draws=DRAWS)
    w = normalised(log_weight).unsqueeze(-1)
    found = (w * z).sum(0)
    error = (w * (z - found)).square().sum(0).sqrt().numpy()
    for row in range(ROWS):
        seen = ~known.hidden[row]
        W = known.W[seen]
        precision = np.eye(CODES) + W.T @ W / NOISE**2
        mean = (
            np.linalg.solve(precision, W.T @ (np.float64(known.rows[row, seen]) - known.b[seen])) / NOISE**2
        )
        assert (np.abs(found[row].numpy() - mean) < 4 * error[row]).all()


def test_a_hidden_value_becomes_its_mean_given_the_others(known: Known) -> None:
    filled = conditional_mean(known.reader, known.rows, DRAWS)
    z, log_weight = conditional_codes(known.reader, known.rows, draws=DRAWS)
    w = normalised(log_weight).numpy()[:, :, None]
    each = z.numpy() @ known.W.T + known.b
    error = np.sqrt(np.square(w * (each - filled)).sum(0))
    trusted = np.flatnonzero(effective_sample_size(log_weight).numpy() >= 100)
    assert len(trusted) > 0.8 * ROWS
    for row in trusted:
        mean, _ = known.given_observed(row)
        hidden = known.hidden[row]
        assert (np.abs(filled[row] - mean)[hidden] < 4 * error[row][hidden]).all()


def test_draws_have_the_moments_of_the_conditional_gaussian(known: Known) -> None:
    n = 2000
    drawn = conditional_draws(known.reader, known.rows[:4], n, DRAWS)
    _, log_weight = conditional_codes(known.reader, known.rows[:4], draws=DRAWS)
    # As uncertain as the fewer of the draws and of what their weighted codes are worth.
    worth = np.minimum(n, effective_sample_size(log_weight).numpy())
    for row in range(4):
        hidden = known.hidden[row]
        if not hidden.any():
            continue
        mean, covariance = known.given_observed(row)
        spread = np.sqrt(np.diag(covariance)[hidden])
        found = drawn[:, row, hidden]
        assert (np.abs(found.mean(0) - mean[hidden]) < 4 * spread / np.sqrt(worth[row])).all()
        assert (np.abs(found.std(0) / spread - 1) < 4 / np.sqrt(2 * worth[row])).all()


def test_an_interval_holds_its_share_of_the_conditional_gaussian(known: Known) -> None:
    level = 0.8
    low, high = conditional_interval(known.reader, known.rows, level, DRAWS)
    _, log_weight = conditional_codes(known.reader, known.rows, draws=DRAWS)
    tail = (1 - level) / 2
    worth = effective_sample_size(log_weight).numpy()
    error = np.sqrt(tail * (1 - tail) / worth)
    for row in np.flatnonzero(worth >= 100):
        mean, covariance = known.given_observed(row)
        law = norm(mean, np.sqrt(np.clip(np.diag(covariance), 1e-12, None)))
        for end, share in ((low, tail), (high, 1 - tail)):
            found = law.cdf(end[row])[known.hidden[row]]
            assert (np.abs(found - share) < 4.5 * error[row]).all()


@pytest.mark.parametrize("ask", [conditional_mean, lambda *a: conditional_draws(*a, 3), conditional_interval],
                         ids=["mean", "draws", "interval"])  # fmt: skip
def test_what_is_said_of_a_row_does_not_depend_on_the_rows_beside_it(ask, known: Known) -> None:
    whole = np.asarray(ask(known.reader, known.rows))
    some = np.asarray(ask(known.reader, known.rows[7:12]))
    np.testing.assert_array_equal(some, whole[..., 7:12, :])


def test_nan_of_any_bits_is_the_same_hidden_value(known: Known) -> None:
    other = known.rows.copy()
    other[known.hidden] = np.float32(-np.nan)
    assert not np.array_equal(other.view(np.uint32), known.rows.view(np.uint32))
    z, _ = conditional_codes(known.reader, known.rows, draws=5)
    again, _ = conditional_codes(known.reader, other, draws=5)
    assert torch.equal(z, again)


def test_many_draws_of_wide_rows_are_decoded_in_small_batches() -> None:
    from vaekit.measure.conditional import AT_ONCE, rows_at_once

    for event, draws in (((30,), 1000), ((3, 32, 32), 1000), ((1, 28, 28), 10_000)):
        values = rows_at_once(event, draws) * draws * int(np.prod(event))
        assert values <= max(AT_ONCE, draws * int(np.prod(event)))


def test_equal_weights_give_the_quantiles_of_numpy() -> None:
    values = np.random.default_rng(0).normal(size=(101, 3))
    levels = np.array([0.05, 0.5, 0.95])
    found = weighted_quantiles(values, np.full(101, 1 / 101), levels)
    np.testing.assert_allclose(found, np.quantile(values, levels, axis=0, method="hazen"), rtol=1e-12)


def test_a_value_of_weight_zero_moves_no_quantile() -> None:
    values = np.random.default_rng(0).normal(size=(50, 2))
    weights = np.random.default_rng(1).dirichlet(np.ones(50))
    found = weighted_quantiles(values, weights, np.array([0.1, 0.9]))
    more = np.concatenate((values, [[9.0, -9.0]]))
    again = weighted_quantiles(more, np.append(weights, 0.0), np.array([0.1, 0.9]))
    np.testing.assert_allclose(again, found, rtol=1e-12)


@pytest.mark.parametrize("name", ["bernoulli", "categorical"])
def test_where_values_are_names_the_most_probable_one_is_taken(name: str) -> None:
    """Against a sum over a fine grid of one code."""
    categories = 2 if name == "bernoulli" else 3
    likelihood = part(name, **({} if name == "bernoulli" else {"categories": 3}))
    spec = Spec(1, likelihood=likelihood, network=part("mlp", hidden=(8,)))
    model = make_model(spec, Sizes((4,), 1), torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        model.likelihood.decoder.last.weight.mul_(8)  # codes that say much
    rng = np.random.default_rng(0)
    rows = rng.integers(0, categories, size=(40, 4)).astype(np.float32)
    rows[rng.random(rows.shape) < 0.5] = np.nan
    found = conditional_mean(Reader(model, (4,), 0), rows, DRAWS)
    grid = torch.linspace(-6, 6, 2001, dtype=torch.float64).view(-1, 1, 1)
    log_prior = -0.5 * grid[:, 0, 0].square()
    with torch.no_grad():
        p_x = model.decode(grid)
        tables = [
            p_x.value_log_prob(torch.full((1, 4), float(k), dtype=torch.float64))[:, 0]
            for k in range(categories)
        ]
    log_px = torch.stack(tables, -1).numpy()  # (grid, 4, categories)
    for at, row in enumerate(rows):
        seen = np.flatnonzero(~np.isnan(row))
        log_joint = log_prior.numpy() + sum((log_px[:, d, int(row[d])] for d in seen), np.zeros(len(log_px)))
        weight = np.exp(log_joint - log_joint.max())
        shares = np.einsum("g,gdk->dk", weight / weight.sum(), np.exp(log_px))
        top = np.sort(shares, 1)
        clear = np.isnan(row) & (top[:, -1] - top[:, -2] > 0.05)  # several Monte Carlo errors
        np.testing.assert_array_equal(found[at][clear], shares.argmax(1)[clear])
