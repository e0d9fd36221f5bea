"""Neighbours, copies and classifiers, against what is known of two samples of one law and of disjoint ones."""

import numpy as np
import pytest
from coverage import coverage
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import LinearSVC

from vaekit.errors import DataError
from vaekit.measure.classifier import told_apart
from vaekit.measure.copies import nearest_copies
from vaekit.measure.neighbours import density_coverage, expected_coverage, precision_recall
from vaekit.measure.ranking import area_under_curve


def one_law(n, m, values, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, values)), rng.normal(size=(m, values))


def within(values, truth, errors=4, beside=0.0):
    values = np.asarray(values)
    assert abs(values.mean() - truth) < errors * values.std() / np.sqrt(len(values)) + beside


def test_of_one_law_density_is_one_and_coverage_what_ranks_say():
    """Whatever the law and the dimension; 60 repeats, 4 standard errors."""
    for values in (1, 4):
        found = [density_coverage(*one_law(60, 80, values, seed), neighbours=3) for seed in range(60)]
        within([one.density.value for one in found], 1)
        within([one.coverage.value for one in found], expected_coverage(60, 80, 3))


def test_coverage_of_one_law_by_chance_of_the_labels():
    """The k nearest others of a datum are all data when k random labels out of n + m - 1 are."""
    rng = np.random.default_rng(0)
    labels = np.arange(60 + 79) < 60  # samples among all that are not the datum
    missed = [not rng.permuted(labels)[:3].any() for _ in range(20_000)]
    assert 1 - expected_coverage(60, 80, 3) == pytest.approx(
        np.mean(missed), abs=4 * np.std(missed) / np.sqrt(20_000)
    )


def test_of_one_law_on_a_line_precision_and_recall_with_one_neighbour_are_three_quarters():
    """A gap between data is left open where it is wider than both gaps beside it together.

    With exponential gaps (mean 1) the open part is E(g - g1 - g2)+ = 1/4. The ends of a sample of 400 add under 1/400.
    """
    rng = np.random.default_rng(0)
    found = [
        precision_recall(rng.random((400, 1)), rng.random((400, 1)), neighbours=1, rng=seed)
        for seed in range(60)
    ]
    within([one.precision.value for one in found], 0.75, beside=1 / 400)
    within([one.recall.value for one in found], 0.75, beside=1 / 400)


def test_disjoint_samples_have_none_of_it_and_a_sample_all_of_itself():
    A, B = one_law(100, 90, 3, 0)
    assert [one.value for one in (*precision_recall(A + 50, B), *density_coverage(A + 50, B))] == [0, 0, 0, 0]
    assert [one.value for one in precision_recall(A, A)] == [1, 1]
    assert density_coverage(A, A).coverage.value == 1


def test_narrow_samples_are_precise_and_recall_little():
    A, B = one_law(300, 300, 2, 0)
    precision, recall = precision_recall(A * 0.2, B)
    assert precision.value > 0.98 and recall.value < 0.5
    backwards = precision_recall(B, A * 0.2)
    assert (backwards.precision.value, backwards.recall.value) == (recall.value, precision.value)


def test_their_errors_are_the_spread_over_repeats():
    """The root mean square error against the spread of 60 repeats, which is known to 1 in 11."""
    pairs = [one_law(240, 240, 3, seed) for seed in range(60)]
    found = [(*precision_recall(A, B), *density_coverage(A, B)) for A, B in pairs]
    for column in zip(*found, strict=True):
        spread = np.std([one.value for one in column])
        told = np.sqrt(np.mean([one.standard_error**2 for one in column]))
        assert 0.65 < told / spread < 1.6
        assert column[0].interval is None and "no interval" in column[0].reason


def test_rows_in_blocks_are_the_rows_at_once(monkeypatch):
    from vaekit.measure import neighbours

    A, B = one_law(120, 130, 3, 0)
    whole = precision_recall(A, B), density_coverage(A, B)
    monkeypatch.setattr(neighbours, "_blocks", lambda n, width: [slice(i, i + 7) for i in range(0, n, 7)])
    assert (precision_recall(A, B), density_coverage(A, B)) == whole


def test_an_honest_model_copies_as_often_as_unseen_rows_do():
    found = []
    for seed in range(100):
        A, train = one_law(200, 300, 2, seed)
        holdout = np.random.default_rng(1000 + seed).normal(size=(300, 2))
        found.append(nearest_copies(A, train, holdout, level=0.05, rng=seed))
    within([one.share.value for one in found], 0.05, beside=1 / 300)
    within([one.nearer.value for one in found], 0.5)
    within([one.membership.value for one in found], 0.5)
    assert (
        0.7
        < np.mean([one.share.standard_error for one in found]) / np.std([one.share.value for one in found])
        < 1.3
    )


def test_a_model_that_repeats_its_training_rows_is_found():
    _, train = one_law(1, 300, 4, 0)
    holdout = one_law(1, 200, 4, 1)[1]
    rng = np.random.default_rng(2)
    taken = rng.integers(300, size=250)
    samples = train[taken] + 0.01 * rng.normal(size=(250, 4))
    found = nearest_copies(samples, train, holdout)
    assert found.share.value == 1
    assert (found.rows == taken).all()
    np.testing.assert_allclose(found.distances, np.linalg.norm(samples - train[taken], axis=1))
    assert found.nearer.value > 0.75  # of the training rows only 200 of 300 are asked
    assert found.membership.interval[0] > 0.7
    alone = nearest_copies(samples, train)
    assert alone.share.value == 1 and alone.membership is None and alone.nearer is None


def test_training_rows_judge_each_other_by_their_nearest_other():
    train = np.array([[0.0], [1.0], [3.0]])  # nearest others at 1, 1 and 2
    found = nearest_copies(np.array([[0.9], [10.0]]), train, level=0.5)
    assert found.share.value == 0.5


def test_the_interval_of_membership_covers_a_half():
    def measured(seed):
        A, train = one_law(60, 80, 2, seed)
        return nearest_copies(A, train, np.random.default_rng(5000 + seed).normal(size=(80, 2))).membership

    assert 0.92 <= coverage(measured, 0.5) <= 0.98


def test_the_interval_of_telling_apart_covers_the_truth():
    """One law: the area is 1/2 for any classifier. Its rows are its own: the error counts those that it is asked."""

    def measured(seed):
        return told_apart(*one_law(150, 170, 2, seed), classifier=LogisticRegression(), rng=seed)

    assert 0.92 <= coverage(measured, 0.5) <= 0.98


def test_samples_of_two_laws_are_told_apart_as_well_as_can_be():
    """A ~ N(1, 1) against B ~ N(0, 1): the best area is P(a > b) = Phi(1 / sqrt 2) = 0.760."""
    A, B = one_law(2000, 2000, 1, 0)
    for classifier in (LogisticRegression(), LinearSVC()):
        found = told_apart(A + 1, B, classifier=classifier)
        assert found.value == pytest.approx(0.7602, abs=4 * found.standard_error)
    assert told_apart(A + 30, B).value == 1
    # Equal means, other spreads: a forest sees it, a line cannot.
    assert told_apart(A * 3, B).interval[0] > 0.6


def test_the_area_is_that_of_scikit_learn_ties_and_all():
    rng = np.random.default_rng(0)
    a, b = rng.integers(5, size=40), rng.integers(4, size=30)
    area, error = area_under_curve(a, b)
    assert area == pytest.approx(
        roc_auc_score(np.repeat([1, 0], [40, 30]), np.concatenate([a, b])), rel=1e-12
    )
    boot = [area_under_curve(rng.choice(a, 40), rng.choice(b, 30))[0] for _ in range(2000)]
    assert error == pytest.approx(np.std(boot), rel=0.1)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda A: precision_recall(A, A, neighbours=0), "neighbours=0"),
        (lambda A: density_coverage(A[:3], A), "or more of each"),
        (lambda A: nearest_copies(A, A, level=0), "level=0"),
        (lambda A: told_apart(A, A, features=lambda X: X), "feature_name"),
    ],
    ids=["no neighbour", "few rows", "no level", "no name"],
)
def test_what_cannot_be_asked_is_refused_in_words(ask, words):
    with pytest.raises(DataError, match=words):
        ask(np.random.default_rng(0).normal(size=(20, 2)))
