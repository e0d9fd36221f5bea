"""Distances to the closest record and training on samples, against laws whose answers are known."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from vaekit.errors import DataError
from vaekit.measure import distance_to_closest_record, train_on_synthetic


def normal(n, seed, values=3):
    return np.random.default_rng(seed).normal(size=(n, values))


def test_samples_of_the_law_are_as_close_as_a_holdout_on_average():
    train = normal(300, 0)
    found = [
        distance_to_closest_record(normal(100, 2 * seed + 1), train, normal(120, 2 * seed + 2)).closer
        for seed in range(60)
    ]
    values = np.array([one.value for one in found])
    assert abs(values.mean() - 0.5) < 4 * values.std() / np.sqrt(len(values))
    # The spread of 60 repeats is known to 1 in 11.
    assert 0.7 < np.mean([one.standard_error for one in found]) / values.std() < 1.4


def test_the_error_of_a_median_distance_is_its_spread_over_samples():
    train = normal(300, 0)
    found = [distance_to_closest_record(normal(100, seed), train, train[:2]).samples for seed in range(1, 61)]
    spread = np.std([one.value for one in found])
    assert 0.7 < np.mean([one.standard_error for one in found]) / spread < 1.4


def test_a_model_that_repeats_its_rows_is_closer_than_any_holdout():
    train = normal(200, 0)
    found = distance_to_closest_record(train[:50] + 1e-6, train, normal(100, 1))
    assert found.closer.value == 1
    assert found.samples.value == pytest.approx(1e-6 * np.sqrt(3), rel=1e-3)
    assert found.holdout.value > 0.1


def test_samples_far_away_are_further_than_the_holdout():
    found = distance_to_closest_record(normal(50, 3) + 100, normal(200, 0), normal(100, 1))
    assert found.closer.value == 0


def test_no_word_claims_privacy():
    found = distance_to_closest_record(normal(50, 3), normal(200, 0), normal(100, 1))
    assert not any(word in repr(found).lower() for word in ("private", "privacy", "safe", "anonym"))


CANCER = load_breast_cancer(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)


def parts(X, y):
    order = np.random.default_rng(0).permutation(len(X))
    return [(X[rows], y[rows]) for rows in np.array_split(order, 3)]


def test_scores_of_classes_are_those_of_scikit_learn():
    samples, train, test = parts(*CANCER)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    found = train_on_synthetic(samples, train, test, predictor=model)
    for name, (X, y) in {"synthetic": samples, "real": train}.items():
        assert getattr(found, name).value == accuracy_score(test[1], model.fit(X, y).predict(test[0]))
    most = np.bincount(train[1]).argmax()
    assert found.constant.value == (test[1] == most).mean()
    assert found.lost.value == pytest.approx(found.real.value - found.synthetic.value)
    # A share has a binomial error.
    p, n = found.real.value, len(test[1])
    assert found.real.standard_error == pytest.approx(np.sqrt(p * (1 - p) / (n - 1)))


def test_scores_of_real_numbers_are_those_of_scikit_learn():
    samples, train, test = parts(*DIABETES)
    found = train_on_synthetic(samples, train, test, predictor=LinearRegression())
    truth = r2_score(test[1], LinearRegression().fit(*samples).predict(test[0]))
    assert found.synthetic.value == pytest.approx(truth)
    assert found.constant.value == pytest.approx(r2_score(test[1], np.full(len(test[1]), train[1].mean())))


def test_samples_without_a_law_between_x_and_y_teach_nothing_and_rows_do():
    samples, train, test = parts(*CANCER)
    shuffled = (samples[0], np.random.default_rng(1).permutation(samples[1]))
    found = train_on_synthetic(shuffled, train, test)
    assert found.real.value > 0.9
    assert found.lost.value > 4 * found.lost.standard_error
    assert found.lost.interval is not None


def test_real_rows_in_place_of_samples_lose_nothing():
    _, train, test = parts(*CANCER)
    found = train_on_synthetic(train, train, test, predictor=LogisticRegression(max_iter=5000))
    assert (found.lost.value, found.lost.standard_error) == (0, 0)


def test_classes_that_samples_hold_as_real_numbers_are_refused():
    samples, train, test = parts(*CANCER)
    with pytest.raises(DataError, match="round what is a class"):
        train_on_synthetic((samples[0], samples[1] + 0.1), train, test)
