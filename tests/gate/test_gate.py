"""A model beside simple methods: only what compares is compared, row by row, and who is ahead is said."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

from vaekit import AE, CVAE, VAE, part
from vaekit.data.source import Source
from vaekit.errors import DataError, SpecError
from vaekit.gate import Answer, Beside, compare, judge
from vaekit.gate.answer import Asked

quick = {"network": part("mlp", hidden=(8,)), "max_epochs": 2, "random_state": 0}
rng = np.random.default_rng(0)
LAW = rng.normal(size=(2, 6))
X = rng.normal(size=(400, 2)) @ LAW + 0.5 * rng.normal(size=(400, 6))
LABELS = (X[:, 0] > 0).astype(np.int64)
BITS = (rng.random((300, 6)) > 0.4).astype(float)


def source(values, y=None):
    return Source(X=values, y=y, sha256="same", name="made")


def answers(estimator, values, y=None):
    return {each.name: each for each in judge(estimator, source(values, y)).answers}


@pytest.fixture(scope="module")
def fitted():
    linear = VAE(2, network=part("mlp", hidden=()), learning_rate=1e-2, max_epochs=150, random_state=0)
    return linear.fit(X)


@pytest.fixture(scope="module")
def found(fitted):
    return answers(fitted, X, LABELS)


def test_a_lead_is_that_of_the_same_rows():
    ours, theirs = rng.normal(size=50) + 1, rng.normal(size=50)
    answer = Asked("a", "?", "m", "", ours, {"simple": theirs}, "lower").answered()
    (beside,) = answer.beside
    assert beside.lead == pytest.approx((theirs - ours).mean())
    assert beside.lead_error == pytest.approx((theirs - ours).std(ddof=1) / math.sqrt(50))
    assert beside.standing == "worse"
    assert answer.not_beaten == ("simple",)


@pytest.mark.parametrize(
    ("lead", "error", "standing"),
    [(1, 0.1, "better"), (-1, 0.1, "worse"), (0.1, 0.1, "not told apart"), (0, 0, "not told apart"),
     (math.nan, 1, "not told apart"), (1, None, "not told apart")],
)  # fmt: skip
def test_only_a_lead_beyond_its_error_is_one(lead, error, standing):
    assert Beside("simple", 0, 0, lead, error).standing == standing


def test_a_linear_model_is_not_better_than_probabilistic_pca_which_is_its_best(found):
    beside = {each.name.split(",")[0]: each for each in found["density"].beside}
    assert beside["probabilistic PCA"].standing != "better"
    assert beside["the same network"].standing == "better"
    assert abs(beside["probabilistic PCA"].lead) < 0.5
    pca = next(each for each in found["reconstruction"].beside if each.name.startswith("PCA"))
    assert pca.standing != "better"


def test_densities_are_in_the_units_of_the_data(fitted, found):
    """A change of units moves the model and the simple methods by the same nats."""
    other = answers(clone(fitted).fit(1000 * X), 1000 * X, LABELS)["density"]
    shift = -6 * math.log(1000)
    assert other.ours.value == pytest.approx(found["density"].ours.value + shift, abs=0.05)
    for one, two in zip(found["density"].beside, other.beside, strict=True):
        assert two.value == pytest.approx(one.value + shift, abs=0.05)


def test_probabilities_stand_beside_probabilities_only():
    density = answers(VAE(2, **quick).fit(BITS), BITS)["density"]
    assert [each.name for each in density.beside] == [
        "every value drawn by itself",
        "the same network, untrained",
    ]
    assert "which do not compare with probabilities" in " ".join(density.notes)


def test_a_condition_is_not_held_against_models_without_one():
    cvae = CVAE(2, **quick).fit(X, LABELS)
    density = answers(cvae, X, LABELS)["density"]
    assert [each.name for each in density.beside] == ["the same network, untrained"]
    assert density.ours.name.startswith("log p(x | c)")


def test_what_a_model_cannot_answer_is_not_asked(found):
    told = answers(AE(2, **quick).fit(X), X)
    assert "no probability" in told["density"].skipped
    assert "no labels" in told["classes, nearest"].skipped
    assert "rare class" in told["anomalies"].skipped
    assert told["imputation"].ours is not None  # by its reconstruction
    assert told["reconstruction"].ours is not None
    relaxed = VAE(2, likelihood=part("bernoulli", relaxed=True), **quick).fit(rng.random((300, 6)))
    assert "relaxed" in answers(relaxed, rng.random((300, 6)))["density"].skipped
    assert found["anomalies"].skipped


def test_a_rare_class_is_looked_for():
    strange = np.zeros(400, dtype=np.int64)
    strange[::10] = 1
    moved = X + 8 * rng.normal(size=X.shape) * strange[:, None]
    vae = VAE(2, validation_fraction=0.5, **quick).fit(moved)
    told = answers(vae, moved, strange)["anomalies"]
    assert {each.name for each in told.beside} == {"distance to the 5th nearest row", "isolation forest"}
    assert all(each.value > 0.9 for each in told.beside)


def test_a_model_whose_codes_say_nothing_fills_in_means():
    empty = VAE(2, bound=part("elbo", beta=1e4), **{**quick, "learning_rate": 1e-2, "max_epochs": 60})
    told = answers(empty.fit(X), X)["imputation"]
    means = next(each for each in told.beside if each.name.startswith("the mean"))
    assert means.standing != "better"
    assert means.lead == pytest.approx(0, abs=0.1)
    # In units of the spread of a column, means miss by one.
    assert told.ours.value == pytest.approx(1, abs=5 * told.ours.standard_error)


def test_rows_that_were_trained_on_are_named():
    without = judge(VAE(2, validation_fraction=0, **quick).fit(X), source(X))
    assert without.trained_on
    assert without.rows_told == "400 rows that it was trained on"
    held = judge(VAE(2, **quick).fit(X), source(X))
    assert (held.trained_on, held.rows_told) == (False, "40 rows that it never saw")


def test_a_judgement_is_plain_data(fitted):
    told = json.loads(json.dumps(judge(fitted, source(X)).to_json(), allow_nan=False))
    assert {"elbo", "kl", "effective_beta"} <= {line["key"] for line in told["ledger"]}
    assert all(set(pair) == {"question", "method"} for pair in told["not_beaten"])


def test_the_weight_of_the_kl_is_told_for_code_that_averages():
    heavy = VAE(2, bound=part("elbo", beta=3), **quick).fit(X)
    line = next(each for each in judge(heavy, source(X)).ledger if each.key == "effective_beta")
    assert line.value == pytest.approx(3)
    assert "weight of 3 is one of 18 here" in line.meaning


def test_an_answer_without_a_number_is_plain_data_too():
    assert Answer("a", "?", None, skipped="why").to_json()["value"] is None


def test_the_same_model_twice_is_the_same_twice(fitted):
    found = compare(["one", "two"], [fitted, fitted], source(X))
    assert found.numbers[0] == found.numbers[1]
    assert found.stability["procrustes"].value == pytest.approx(0, abs=1e-12)
    np.testing.assert_array_equal(found.recurring, np.ones((2, 2)))
    assert found.rows == "40 rows that all of them held out"
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (lambda: CVAE(2, **quick).fit(X, LABELS), "a condition of 2 values"),
        (lambda: VAE(2, likelihood="poisson", **quick).fit(np.round(np.abs(X))), "a probability of values"),
        (lambda: VAE(2, binarize=0.5, **quick).fit(X), "values made binary"),
    ],
    ids=["condition", "mass", "binary"],
)
def test_unfair_comparisons_are_refused_in_words(fitted, other, said):
    with pytest.raises(SpecError, match=said):
        compare(["one", "two"], [fitted, other()], source(X))


def test_rows_that_one_of_them_saw_are_not_compared_on(fitted):
    seen = VAE(2, validation_fraction=0, **quick).fit(X)
    with pytest.raises(DataError, match="too few to compare on"):
        compare(["one", "two"], [fitted, seen], source(X))
    assert compare(["one", "two"], [fitted, seen], source(X[:90]), fitted_on=False).rows.startswith("90 rows")


@pytest.mark.slow
def test_codes_of_two_seeds_on_digits_are_alike_as_a_whole():
    digits = load_digits().data
    models = [VAE(4, random_state=seed).fit(digits) for seed in (0, 1)]
    found = compare(["a", "b"], models, source(digits), fitted_on=False)
    assert found.stability["cka"].value > 0.5
