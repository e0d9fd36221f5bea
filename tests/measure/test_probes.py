"""What codes are good for: probes, groups and strange rows, where the right answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from coverage import holds
from sklearn.metrics import average_precision_score, roc_auc_score

from vaekit.errors import DataError
from vaekit.measure import clustering, knn_probe, linear_probe, told_anomalous
from vaekit.measure.probes import majority_accuracy

rng = np.random.default_rng(0)
y = rng.integers(3, size=600)
apart = 10 * np.eye(3)[y] + rng.normal(size=(600, 3))
noise = rng.normal(size=(600, 3))


@pytest.mark.parametrize("probe", [linear_probe, knn_probe], ids=["linear", "nearest"])
def test_a_probe_reads_what_is_there_and_nothing_else(probe):
    assert probe(apart, y).value == 1
    found = probe(noise, y)
    assert found.n == 300
    assert holds(found, 1 / 3)


def test_the_nearest_rows_see_a_ring_that_no_straight_cut_does():
    angle = rng.uniform(0, 2 * math.pi, 600)
    radius = 1 + 2.0 * (y > 0)
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    assert knn_probe(ring, y > 0).value > 0.99
    assert linear_probe(ring, y > 0).value < 0.75


def test_names_of_classes_may_be_text():
    assert linear_probe(apart, np.array(["a", "b", "c"])[y]).value == 1


def test_groups_are_the_classes_or_nothing_like_them():
    found = clustering(apart, y)
    assert [measure.value for measure in found] == pytest.approx([1, 1, 1])
    nmi, ari, accuracy = clustering(noise, y)
    assert nmi.value < 0.02
    assert holds(ari, 0)
    assert accuracy.value < 0.45


def test_the_majority_by_counting():
    groups = rng.integers(4, size=600)
    counted = sum(max(np.sum(y[groups == g] == c) for c in range(3)) for g in range(4)) / 600
    assert majority_accuracy(y, groups) == pytest.approx(counted)


def test_the_error_of_an_accuracy_is_binomial():
    """Nine of ten labels are right; the error is itself known to within about 5 % from 200 halves."""
    shuffled = np.where(rng.random(600) < 0.1, (y + 1) % 3, y)
    found = clustering(apart, shuffled).accuracy
    assert found.standard_error == pytest.approx(math.sqrt(found.value * (1 - found.value) / 600), rel=0.25)


def test_strange_rows_as_scikit_learn_counts():
    strange = rng.random(600) < 0.1
    scores = rng.normal(size=600) + 1.5 * strange
    area, precision = told_anomalous(scores, strange)
    assert area.value == pytest.approx(roc_auc_score(strange, scores))
    assert precision.value == pytest.approx(average_precision_score(strange, scores))
    assert holds(area, 0.8556)  # P(N(1.5, 2) > 0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: linear_probe(apart, y[:5]), "(5,)"),
        (lambda: linear_probe(apart, np.zeros(600)), "1 classes"),
        (lambda: linear_probe(apart, np.arange(600) == 3), "the rarest (True) with 1 row"),
        (lambda: told_anomalous(y, np.zeros(600)), "rows of both kinds"),
    ],
    ids=["shape", "one class", "rare class", "nothing strange"],
)
def test_what_cannot_be_judged_is_refused_in_words(call, said):
    with pytest.raises(DataError) as told:
        call()
    assert said in str(told.value).replace("np.True_", "True")
