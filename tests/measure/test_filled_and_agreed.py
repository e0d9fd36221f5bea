"""Filled values against those that were hidden, and samples against the classes that they were drawn for."""

from __future__ import annotations

import numpy as np
import pytest
from coverage import coverage, holds
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from vaekit.errors import DataError
from vaekit.measure import classifier_agreement, imputation_error, interval_coverage


def table(seed, rows=60):
    """Cells whose errors share a part within a row: filled with 0, they miss by N(0, 2)."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(rows, 1)) + rng.normal(size=(rows, 4))
    return truth, rng.random((rows, 4)) < 0.4


def test_the_error_is_that_of_the_hidden_cells():
    truth, hidden = table(0)
    filled = np.where(hidden, 0.0, 99.0)
    assert imputation_error(truth, filled, hidden).value == pytest.approx((truth[hidden] ** 2).mean())
    images = [each.reshape(60, 2, 2) for each in (truth, filled, hidden)]
    assert imputation_error(*images) == imputation_error(truth, filled, hidden)


def test_its_interval_covers_though_cells_of_a_row_are_alike():
    """A mean of independent cells would claim too much."""

    def measured(seed):
        truth, hidden = table(seed, 150)
        return imputation_error(truth, np.zeros_like(truth), hidden)

    assert 0.92 <= coverage(measured, 2.0) <= 0.98


def test_intervals_of_a_known_law_hold_what_they_say():
    reach = np.sqrt(2) * norm.ppf(0.95)

    def measured(seed):
        truth, hidden = table(seed, 150)
        return interval_coverage(truth, np.full_like(truth, -reach), np.full_like(truth, reach), hidden)

    assert holds(measured(0), 0.9)
    assert 0.92 <= coverage(measured, 0.9) <= 0.98


@pytest.mark.parametrize(
    ("filled", "hidden", "words"),
    [
        (np.zeros((3, 2)), np.ones((3, 3), bool), "wanted is one of each a cell"),
        (np.full((3, 3), np.nan), np.ones((3, 3), bool), "not finite where cells were hidden"),
        (np.zeros((3, 3)), np.zeros((3, 3), bool), "no cell was hidden"),
    ],
    ids=["shape", "NaN", "nothing hidden"],
)
def test_what_was_not_filled_is_refused_in_words(filled, hidden, words):
    with pytest.raises(DataError, match=words):
        imputation_error(np.zeros((3, 3)), filled, hidden)


def classes(n, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n)
    return 3 * np.eye(3)[y] + rng.normal(size=(n, 3)), y


def test_agreement_is_the_accuracy_on_samples_beside_that_on_rows():
    samples, train, test = classes(200, 0), classes(300, 1), classes(250, 2)
    model = LogisticRegression()
    found = classifier_agreement(samples, train, test, classifier=model)
    fitted = model.fit(*train)
    assert found.samples.value == accuracy_score(samples[1], fitted.predict(samples[0]))
    assert found.real.value == accuracy_score(test[1], fitted.predict(test[0]))
    assert (found.samples.n, found.real.n) == (200, 250)
    assert "LogisticRegression of 300 real rows" in found.samples.name


def test_samples_that_were_drawn_for_no_class_agree_by_chance():
    (X, y), train, test = classes(300, 0), classes(300, 1), classes(250, 2)
    found = classifier_agreement((X, np.random.default_rng(5).permutation(y)), train, test)
    assert holds(found.samples, 1 / 3)
    assert found.real.value > 0.8


def test_names_of_classes_may_be_text_and_unknown_ones_are_refused():
    (X, y), train, test = classes(60, 0), classes(60, 1), classes(60, 2)
    named = [(rows, np.array(["a", "b", "c"])[labels]) for rows, labels in ((X, y), train, test)]
    assert (
        classifier_agreement(*named).samples.value == classifier_agreement((X, y), train, test).samples.value
    )
    with pytest.raises(DataError, match="class 7, which train does not have; it has: 0, 1, 2"):
        classifier_agreement((X, np.full(60, 7)), train, test)
    with pytest.raises(DataError, match="one class each"):
        classifier_agreement((X, y[:5]), train, test)
