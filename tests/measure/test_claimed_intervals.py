"""An interval that is claimed covers: 92 to 98 % of 400 repeats with fixed seeds hold the truth.

Here are the measures whose truth no other file knows. A share of 0.95 of 400 repeats has a standard error of 0.011.
"""

from __future__ import annotations

import numpy as np
import pytest
from coverage import coverage
from scipy.integrate import quad
from scipy.spatial import KDTree
from scipy.stats import norm
from sklearn.linear_model import LinearRegression

from vaekit import measure

TRAIN = np.random.default_rng(0).normal(size=(300, 2))


def numbers(seed, n=200):
    return np.random.default_rng(seed).normal(size=(n, 3))


def guesses(seed, n=200):
    """Codes that know nothing of three classes, of which each is as likely."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.integers(3, size=n)


def strange(seed, n=400, share=0.2, shift=1.5):
    """Scores N(0, 1), and N(1.5, 1) of the rows that are strange."""
    rng = np.random.default_rng(seed)
    rows = rng.random(n) < share
    return rng.normal(size=n) + shift * rows, rows


def mixed_up(seed, n=300, wrong=0.15):
    """Three groups that are found always, and labels of which a share says the next class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n)
    return 10 * np.eye(3)[y] + rng.normal(size=(n, 3)), np.where(rng.random(n) < wrong, (y + 1) % 3, y)


def known_factor(seed, n=400):
    """A unit that is a factor with noise of its variance, and one that knows a quarter: r^2 of 1/2 and 1/5."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=n)
    return np.column_stack([factor + rng.normal(size=n), factor + 2 * rng.normal(size=n)]), factor


def precision_of_strange():
    """The area under precision against recall, as the threshold falls."""

    def precision(t):
        hits, false = 0.2 * norm.sf(t - 1.5), 0.8 * norm.sf(t)
        return hits / (hits + false) * norm.pdf(t - 1.5)

    return quad(precision, -9, 12)[0]


def information_of_mixed_up():
    joint = (0.85 * np.eye(3) + 0.15 * np.eye(3)[[1, 2, 0]]) / 3
    shared = (joint[joint > 0] * np.log(9 * joint[joint > 0])).sum()
    return shared / np.log(3)


def rand_of_mixed_up():
    """(agreeing pairs less those of chance) / (most less those of chance), of very many rows."""
    together = 3 * (0.85**2 + 0.15**2) / 9
    return (together - 1 / 9) / (1 / 3 - 1 / 9)


def median_distance():
    """Of N(0, I) to the nearest of TRAIN: half of a fine grid, by weight, is nearer."""
    axis = np.linspace(-5, 5, 601)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    weight = np.exp(-(grid**2).sum(1) / 2)
    distance = KDTree(TRAIN).query(grid)[0]
    order = distance.argsort()
    return float(distance[order][np.searchsorted(weight[order].cumsum(), weight.sum() / 2)])


def closest(seed):
    rng = np.random.default_rng(seed + 1)
    return measure.distance_to_closest_record(rng.normal(size=(120, 2)), TRAIN, rng.normal(size=(150, 2)))


LAW = np.array([1.0, -2.0, 0.5])
LEARNED = LinearRegression().fit(
    numbers(7, 30), numbers(7, 30) @ LAW + np.random.default_rng(8).normal(size=30)
)


def learned_badly(seed):
    """R^2 of a line that was learned from 30 rows; y has a variance of LAW @ LAW + 1."""
    X = numbers(seed + 10, 300)
    y = X @ LAW + np.random.default_rng(seed + 5000).normal(size=300)
    few = numbers(7, 30), numbers(7, 30) @ LAW + np.random.default_rng(8).normal(size=30)
    return measure.train_on_synthetic(few, few, (X, y), predictor=LinearRegression()).synthetic


OF_LEARNED = 1 - (1 + ((LEARNED.coef_ - LAW) ** 2).sum() + LEARNED.intercept_**2) / (LAW @ LAW + 1)

KNOWN = {
    "linear_probe": (lambda s: measure.linear_probe(*guesses(s), rng=s), 1 / 3),
    "knn_probe": (lambda s: measure.knn_probe(*guesses(s), rng=s), 1 / 3),
    "sap": (lambda s: measure.sap(*known_factor(s), discrete=False, rng=s), 1 / 2 - 1 / 5),
    "distance_to_closest_record": (lambda s: closest(s).samples, median_distance),
    "closer": (lambda s: closest(s).closer, 0.5),
    "train_on_synthetic": (learned_badly, OF_LEARNED),
}
SLOW = {
    "told_anomalous": (lambda s: measure.told_anomalous(*strange(s))[0], norm.cdf(1.5 / np.sqrt(2))),
    "average precision": (lambda s: measure.told_anomalous(*strange(s))[1], precision_of_strange),
    "nmi": (lambda s: measure.clustering(*mixed_up(s), rng=s).nmi, information_of_mixed_up),
    "ari": (lambda s: measure.clustering(*mixed_up(s), rng=s).ari, rand_of_mixed_up),
    "accuracy": (lambda s: measure.clustering(*mixed_up(s), rng=s).accuracy, 0.85),
}


@pytest.mark.parametrize("name", [*KNOWN, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_an_interval_that_is_claimed_covers_what_is_known(name):
    measured, truth = (KNOWN | SLOW)[name]
    assert 0.92 <= coverage(measured, truth() if callable(truth) else truth) <= 0.98


@pytest.mark.parametrize("name", ["mig", "modularity", "irs", "factor_vae_score", "beta_vae_score", "sap"])
def test_scores_that_few_rows_shift_by_more_than_their_error_claim_no_interval(name):
    codes, factors = guesses(0)
    found = getattr(measure, name)(codes, np.column_stack([factors, factors[::-1]]))
    assert found.standard_error is not None
    assert found.interval is None
    assert "no interval is claimed" in found.reason
