"""Known values and changed values in tables of words, dates and numbers."""

from __future__ import annotations

import datetime

import numpy as np
import pandas
import polars
import pytest

from vaekit import TabularVAE, part
from vaekit.errors import DataError

ROWS = 300


def table() -> pandas.DataFrame:
    """Smokers live in Rome and pay more; four of 300 live in villages of their own."""
    rng = np.random.default_rng(0)
    smoker = rng.random(ROWS) < 0.5
    city = np.where(smoker, "Rome", rng.choice(["Oslo", "Bern"], ROWS)).astype(object)
    city[:4] = ["Gais", "Trun", "Vals", "Zuoz"]
    return pandas.DataFrame(
        {
            "smoker": smoker,
            "city": city,
            "rent": np.exp(rng.normal(6 + 1.5 * smoker, 0.4)).round(2),
            "children": rng.poisson(1.0, ROWS),
            "born": pandas.Timestamp("1950-01-01")
            + pandas.to_timedelta(rng.integers(0, 9000, ROWS), unit="D"),
            "height": rng.normal(175 - 20 * smoker, 4, ROWS).round(1),
        }
    )


@pytest.fixture(scope="module")
def model() -> TabularVAE:
    return TabularVAE(
        2, network=part("mlp", hidden=(32,)), max_epochs=60, learning_rate=5e-3, random_state=0
    ).fit(table())


SPELLINGS = {
    "typed": {"city": "Rome", "born": "1960-02-03", "smoker": "true", "rent": "900.5"},
    "as values": {
        "city": "Rome",
        "born": datetime.datetime(1960, 2, 3),
        "smoker": True,
        "rent": 900.5,
        "height": np.nan,
    },
    "a frame": pandas.DataFrame(
        {
            "smoker": [True],
            "city": ["Rome"],
            "rent": [900.5],
            "children": [None],
            "born": [pandas.Timestamp("1960-02-03")],
            "height": [np.nan],
        }
    ),
}


@pytest.mark.parametrize("given", SPELLINGS.values(), ids=SPELLINGS)
def test_known_words_dates_and_truths_come_back_as_they_were_given(model: TabularVAE, given: object) -> None:
    made = model.sample(5, given=given, random_state=0)
    assert (made["city"] == "Rome").all() and made["smoker"].all() and (made["rent"] == 900.5).all()
    assert (made["born"] == pandas.Timestamp("1960-02-03")).all()
    assert made["height"].nunique() > 1
    pandas.testing.assert_frame_equal(made, model.sample(5, given=SPELLINGS["typed"], random_state=0))


def test_a_rare_name_comes_back_itself_and_not_as_another_of_its_bucket(model: TabularVAE) -> None:
    assert set(model.schema_["city"].rare) == {"Gais", "Trun", "Vals", "Zuoz"}
    assert set(model.sample(30, given={"city": "Vals"}, random_state=0)["city"]) == {"Vals"}
    assert len(set(model.sample(300, random_state=0)["city"])) > 3


REFUSED = {
    "a name that nobody had": ({"city": "Romee"}, r"never had 'Romee' in fit.*Did you mean 'Rome'"),
    "a word for a number": ({"rent": "much"}, "column 'rent' holds numbers, and 'much' is none"),
    "a word for a date": ({"born": "soon"}, "column 'born' holds times, and 'soon' is none"),
    "no truth": ({"smoker": "perhaps"}, "column 'smoker' holds truths, and 'perhaps' is none"),
    "below zero": ({"children": -1}, "whole numbers from 0 on"),
    "no column": ({"rents": 1}, "Did you mean 'rent'"),
}


@pytest.mark.parametrize(("given", "saying"), REFUSED.values(), ids=REFUSED)
def test_values_outside_of_the_schema_are_refused(model: TabularVAE, given: object, saying: str) -> None:
    with pytest.raises(DataError, match=saying):
        model.sample(2, given=given)
    with pytest.raises(DataError, match=saying):
        model.counterfactual(table()[:2], given)


def test_a_change_moves_what_goes_with_it_and_leaves_the_rest(model: TabularVAE) -> None:
    X = table()
    others = X[~X["smoker"]][:40]
    found = model.counterfactual(others, {"smoker": True}, n_samples=200)
    assert type(found.rows) is pandas.DataFrame and found.rows.dtypes.equals(X.dtypes)
    assert found.rows["smoker"].all() and not found.before["smoker"].any()
    # Their other columns still say that they do not smoke, so that they move a part of the way only.
    assert (found.rows["rent"] > 1.1 * others["rent"]).mean() > 0.9
    assert (found.rows["height"] < others["height"] - 2).mean() > 0.9
    assert (found.rows["children"] >= 0).all()
    moved = model.counterfactual(others, {"smoker": True, "rent": 1800.0, "height": 155.0}, n_samples=200)
    assert (moved.rows["city"] == "Rome").mean() > 0.9
    assert model.schema_["rent"].kind == "positive"
    # A row keeps what sets it apart: positive columns move in proportion to what is expected.
    np.testing.assert_allclose(
        found.rows["rent"] / others["rent"], found.after["rent"] / found.before["rent"], rtol=1e-6
    )


@pytest.mark.parametrize("kind", [lambda t: t, polars.from_pandas], ids=["pandas", "polars"])
def test_a_change_to_its_own_value_gives_the_row_back_to_the_bit(model: TabularVAE, kind) -> None:
    X = table()[:6]
    same = TabularVAE(2, max_epochs=2, network=part("mlp", hidden=(8,)), random_state=0).fit(kind(table()))
    for number in range(6):
        row = X[number : number + 1]
        found = same.counterfactual(kind(row), {"city": row["city"].iloc[0]}, n_samples=20)
        assert found.rows.equals(kind(row))


def test_a_hole_in_a_changed_row_becomes_what_is_expected_there(model: TabularVAE) -> None:
    X = table()[:3].assign(height=np.nan)
    found = model.counterfactual(X, {"smoker": True}, n_samples=200)
    np.testing.assert_allclose(found.rows["height"], found.after["height"])
