"""The gate and the doctor on rows with hidden values and on tables of words: what is not there is in no number."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from vaekit import VAE, TabularVAE, diagnose, part
from vaekit.data.frame import as_frame
from vaekit.data.source import Source
from vaekit.doctor import examine
from vaekit.gate import compare, judge

rng = np.random.default_rng(0)
LATENT = rng.normal(size=800)
NUMBERS = np.column_stack([a * LATENT + 0.3 * rng.normal(size=800) for a in (1, -2, 0.5, 3)]) + 10
TABLE = pd.DataFrame(NUMBERS[:, :3], columns=list("abc")).assign(
    city=np.where(LATENT + 0.2 * rng.normal(size=800) > 0, "Rome", "Oslo"),
    visits=rng.poisson(np.exp(0.5 * LATENT)),
)
HOLED = TABLE.mask(rng.random(TABLE.shape) < 0.1)
quick = {"network": part("mlp", hidden=(16,)), "learning_rate": 1e-2, "max_epochs": 40, "random_state": 0}


def source(X):
    """The first half to learn from, the second to judge on."""
    test = Source(X=X[400:], sha256="other", name="test")
    return Source(X=X[:400], sha256="same", name="made", test=test)


@pytest.fixture(scope="module")
def tabular():
    return TabularVAE(1, **quick).fit(HOLED[:400])


@pytest.fixture(scope="module")
def of_table(tabular):
    return {each.name: each for each in judge(tabular, source(as_frame(HOLED))).answers}


@pytest.fixture(scope="module")
def of_numbers():
    holed = np.where(rng.random(NUMBERS.shape) < 0.1, np.nan, NUMBERS)
    vae = VAE(1, missing="mask", **quick).fit(holed[:400])
    return {each.name: each for each in judge(vae, source(holed)).answers}


def numbers_of(answers):
    for answer in answers.values():
        if answer.ours is not None:
            yield answer.ours.value
            yield from (each.value for each in answer.beside)


def test_every_number_is_one(of_table, of_numbers):
    for answers in (of_table, of_numbers):
        found = list(numbers_of(answers))
        assert len(found) > 8
        assert all(map(math.isfinite, found))


def test_numbers_and_names_are_hidden_and_filled_apart_beside_simple_ways(of_table, of_numbers):
    assert [each.name for each in of_table["imputation"].beside] == [
        "the mean of the column",
        "regressions, column by column",
    ]
    assert [each.name for each in of_table["imputation of names"].beside] == [
        "the most frequent name of the column",
        "regressions, column by column",
    ]
    assert of_numbers["imputation of names"].skipped == "the rows hold no names that could be hidden"


def test_columns_that_depend_on_one_number_are_filled_better_than_by_their_means(of_table, of_numbers):
    for answer in (of_table["imputation"], of_numbers["imputation"], of_table["imputation of names"]):
        simplest, regressions = answer.beside
        assert simplest.standing == "better", answer.name
        assert regressions.value != pytest.approx(simplest.value)


def test_means_miss_by_the_spread_of_a_column(of_numbers):
    by_means = of_numbers["imputation"].beside[0]
    assert by_means.value == pytest.approx(1, abs=5 * by_means.standard_error)


def test_probabilities_of_a_mixed_table_stand_beside_those_of_its_columns_alone(of_table):
    assert [each.name for each in of_table["density"].beside] == [
        "every value drawn by itself",
        "the same network, untrained",
    ]
    assert all(each.standing == "better" for each in of_table["density"].beside)
    assert "categories have no distance" not in " ".join(of_table["reconstruction"].notes)


def test_densities_of_rows_with_holes_stand_beside_a_normal_law_of_what_is_there(of_numbers):
    alone, together, untrained = of_numbers["density"].beside
    assert (alone.name, together.name) == (
        "every value drawn by itself, normally",
        "one normal law of all columns",
    )
    assert alone.standing == untrained.standing == "better"
    # The rows are of such a law, so that no model is better.
    assert together.standing != "better"
    assert abs(together.lead) < 1


def test_hidden_values_change_a_judgement_by_no_more_than_their_share():
    """Of the same rows with one value in fifty hidden, the reconstruction errs about as much."""
    few = np.where(rng.random(NUMBERS.shape) < 0.02, np.nan, NUMBERS)
    vae = VAE(1, missing="mask", **quick).fit(few[:400])
    one, other = (
        {each.name: each for each in judge(vae, source(X)).answers}["reconstruction"] for X in (few, NUMBERS)
    )
    assert one.ours.value == pytest.approx(other.ours.value, rel=0.3)
    for a, b in zip(one.beside, other.beside, strict=True):
        assert a.value == pytest.approx(b.value, rel=0.3)


def test_tables_with_holes_are_compared(tabular):
    other = TabularVAE(1, **{**quick, "max_epochs": 2}).fit(HOLED[:400])
    found = compare(["long", "short"], [tabular, other], source(as_frame(HOLED)))
    first, second = found.numbers
    assert first["log_p"].value > second["log_p"].value
    assert first["squared_error"].value < second["squared_error"].value
    assert all(math.isfinite(each.value) for each in (*first.values(), *second.values()))


@pytest.mark.parametrize("kind", ["table", "numbers"])
def test_the_doctor_examines_models_of_rows_with_holes(kind, tabular):
    hidden = rng.random((400, 4)) < 0.1
    X = as_frame(HOLED[:400]) if kind == "table" else np.where(hidden, np.nan, NUMBERS[:400])
    model = tabular if kind == "table" else VAE(1, missing="mask", **quick).fit(X)
    found = {each.name: each for each in examine(model, X)}
    assert {"memorising", "decoder-ignores-codes", "prior-holes", "over-regularised"} <= set(found)
    assert all(math.isfinite(effect.value) for each in found.values() for effect in each.effects)
    listens = found["decoder-ignores-codes"].effects[0]
    assert not listens.is_past


def test_a_model_of_a_table_that_was_made_ill_is_found():
    ill = TabularVAE(1, bound=part("elbo", beta=1000), **quick).fit(HOLED[:400])
    assert "posterior-is-prior" in [each.name for each in diagnose(ill, as_frame(HOLED[:400]))]
