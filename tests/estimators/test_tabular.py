"""Tables of many kinds: one line to fit, and what comes back is the user's own kind of table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas
import polars
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from vaekit import Schema, TabularVAE, load, part
from vaekit.data.frame import as_frame
from vaekit.errors import DataError, RunError, SpecError

QUICK = {"max_epochs": 3, "network": part("mlp", hidden=(16,)), "random_state": 0}


def table(n: int = 120, seed: int = 0) -> pandas.DataFrame:
    """Four kinds of columns; smokers are shorter and live in Rome, so that there is something to learn."""
    rng = np.random.default_rng(seed)
    smoker = rng.random(n) < 0.5
    return pandas.DataFrame(
        {
            "height": np.round(rng.normal(175, 4, n) - 20 * smoker, 1),
            "smoker": np.where(smoker, "yes", "no"),
            "city": np.where(smoker, "Rome", rng.choice(["Oslo", "Bern"], n)),
            "children": rng.poisson(1.0, n),
            "born": pandas.Timestamp("1950-01-01") + pandas.to_timedelta(rng.integers(0, 9000, n), unit="D"),
            "country": "KR",
        }
    )


FRAMES = {
    "pandas": lambda t: t,
    "polars": polars.from_pandas,
    "pyarrow": lambda t: polars.from_pandas(t).to_arrow(),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_method_gives_back_the_kind_of_table_that_fit_saw(kind):
    X = FRAMES[kind](table())
    model = TabularVAE(**QUICK).fit(X)
    for made in (
        model.sample(7, random_state=0),
        model.inverse_transform(model.transform(X)),
        model.reconstruct(X),
    ):
        assert type(made) is type(X)
        wanted, found = as_frame(X), as_frame(made)
        assert found.names == wanted.names
        assert [c.dtype for c in found.columns.values()] == [c.dtype for c in wanted.columns.values()]
    assert as_frame(model.sample(7, random_state=0)).shape == (7, 6)
    assert np.isfinite(model.score_samples(X)).all()


def test_an_array_stays_an_array():
    X = load_iris().data
    model = TabularVAE(**QUICK).fit(X)
    sampled = model.sample(5, random_state=0)
    assert (type(sampled), sampled.dtype, sampled.shape) == (np.ndarray, X.dtype, (5, 4))
    assert model.reconstruct(X).shape == X.shape
    words = np.array([["a", 1.5], ["b", 2.5], [None, 3.5]] * 20, dtype=object)
    assert set(TabularVAE(**QUICK).fit(words).sample(20, random_state=0)[:, 0]) <= {"a", "b"}


def test_samples_are_values_that_the_columns_can_have():
    X = table()
    made = TabularVAE(**QUICK).fit(X).sample(300, random_state=0)
    assert set(made["smoker"]) == {"yes", "no"}
    assert set(made["city"]) == {"Rome", "Oslo", "Bern"}
    assert (made["children"] >= 0).all()
    assert (made["country"] == "KR").all()
    assert (made["height"].round(1) == made["height"]).all()
    assert (made["born"].dt.normalize() == made["born"]).all()
    pandas.testing.assert_frame_equal(made, TabularVAE(**QUICK).fit(X).sample(300, random_state=0))


def test_a_fit_learns_how_columns_go_together():
    X = table(600)
    model = TabularVAE(2, max_epochs=60, learning_rate=5e-3, random_state=0).fit(X)
    made = model.sample(1000, random_state=0)
    assert (made["city"] == "Rome").eq(made["smoker"] == "yes").mean() > 0.9
    apart = made.groupby("smoker")["height"].mean()
    # 20 cm in the data, 0 +- 0.7 in columns that know nothing of each other.
    assert 10 < apart["no"] - apart["yes"] < 30


def test_hidden_cells_are_filled_and_the_others_keep_their_bits():
    X = table(600)
    model = TabularVAE(2, max_epochs=60, learning_rate=5e-3, random_state=0).fit(X)
    holed = X.copy()
    holed.loc[:99, "city"] = None
    holed.loc[50:149, "height"] = np.nan
    full = model.impute(holed)
    assert not full.isna().any().any()
    kept = holed.notna()
    assert ((full == X) | ~kept).all().all()
    assert full.dtypes.equals(X.dtypes)
    smokers = X["smoker"] == "yes"
    assert (full["city"][:100] == "Rome").eq(smokers[:100]).mean() > 0.9
    error = (full["height"] - X["height"])[50:150].abs().mean()
    assert error < 0.6 * (X["height"] - X["height"].mean())[50:150].abs().mean()
    drawn = model.impute(holed, n=3)
    assert len(drawn) == 3 and all(type(one) is pandas.DataFrame for one in drawn)
    low, high = model.impute_interval(holed)
    assert (low["height"] <= high["height"]).all()


def test_missing_cells_of_every_spelling_are_learned_around():
    X = table().astype({"smoker": "string", "children": "Int64", "city": "category"})
    X.loc[3, "smoker"], X.loc[4, "children"], X.loc[5, "city"] = pandas.NA, pandas.NA, None
    X.loc[6, "born"] = pandas.NaT
    X.loc[7] = [np.nan, pandas.NA, None, pandas.NA, pandas.NaT, "KR"]
    model = TabularVAE(**QUICK).fit(X)
    assert model.score_samples(X)[7] == 0  # log p of nothing
    assert model.impute(X).isna().sum().sum() == 0
    shares = model.sample(4000, random_state=0, missing=True).isna().mean()
    assert shares["smoker"] == pytest.approx(2 / 120, abs=0.01)  # standard error 0.002


def test_the_density_is_in_the_users_units():
    X = table(200)[["height", "children"]]
    metres = X.assign(height=X["height"] / 100)
    one, other = (TabularVAE(1, **QUICK).fit(data).score_samples(data) for data in (X, metres))
    np.testing.assert_allclose(other - one, np.log(100), atol=1e-4)


def test_codes_and_scores_do_not_depend_on_the_kind_of_the_table():
    model = TabularVAE(**QUICK).fit(table())
    for made in FRAMES.values():
        np.testing.assert_array_equal(model.transform(made(table())), model.transform(table()))
    other = model.reconstruct(polars.from_pandas(table()))
    assert isinstance(other, polars.DataFrame)


def test_a_model_is_kept_with_its_schema_and_read_back(tmp_path: Path):
    X = table().astype({"city": "category", "children": "Int64"})
    X["at"] = X["born"].dt.tz_localize("Asia/Seoul")
    schema = Schema.infer(X).change("children", likelihood="negative-binomial")
    model = TabularVAE(schema=schema, **QUICK).fit(X)
    model.save(tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.schema_ == model.schema_
    assert again.get_params()["schema"] == schema
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    pandas.testing.assert_frame_equal(again.sample(5, random_state=1), model.sample(5, random_state=1))
    assert again.schema_["children"].likelihood == "negative-binomial"
    assert json.loads((tmp_path / "m" / "data.json").read_text())["table"]["columns"][0]["name"] == "height"


def test_the_schema_can_be_said_in_python_and_as_a_file(tmp_path: Path):
    X = table()
    schema = Schema.infer(X).change("children", kind="ordinal")
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema.to_json()))
    for given in (schema, schema.to_json(), str(path)):
        model = TabularVAE(schema=given, **QUICK).fit(X)
        assert model.schema_["children"].kind == "ordinal"
    assert clone(TabularVAE(schema=schema)).schema == schema
    with pytest.raises(RunError, match=r"nothing\.json' cannot be read"):
        TabularVAE(schema=str(tmp_path / "nothing.json")).fit(X)
    with pytest.raises(DataError, match="lacks 'children'"):
        TabularVAE(schema=schema).fit(X.drop(columns="children"))


def test_a_refused_column_is_told_of_in_words_that_can_be_typed():
    X = table().assign(**{"full name": [f"w{i}" for i in range(120)]})
    with pytest.raises(DataError) as refused:
        TabularVAE(**QUICK).fit(X)
    told = str(refused.value)
    assert "--drop 'full name'" in told and told.count("name rows") == 1
    # What is proposed is possible: texts are not taken for numbers.
    assert "Schema.infer(X).change('full name', kind='categorical')" in told
    TabularVAE(schema=Schema.infer(X).change("full name", kind="categorical"), **QUICK).fit(X)


def test_fit_says_which_values_may_mean_nothing_and_learns_them_all_the_same():
    X = table()
    X.loc[[3, 50], "height"] = -999.0
    model = TabularVAE(**QUICK).fit(X)
    assert [said for said in model.log_ if "-999 stands in 2 rows" in said]
    assert model.schema_["height"].low == -999
    declared = TabularVAE(schema=Schema.infer(X), **QUICK).fit(X)
    assert not [said for said in declared.log_ if "-999" in said]


def test_what_names_rows_is_refused_until_it_is_declared():
    X = table().assign(id=range(1, 121), who=[f"w{i}" for i in range(120)])
    with pytest.raises(
        DataError, match=r"'id' is no feature: whole numbers 1 to 120.*Nor are 'who'.*--drop id --drop who"
    ):
        TabularVAE(**QUICK).fit(X)
    model = TabularVAE(schema=Schema.infer(X), **QUICK).fit(X)
    assert any("name rows and are left out: id, who" in said for said in model.log_)
    assert model.sample(2, random_state=0).columns.tolist() == table().columns.tolist()
    holed = X.assign(height=X["height"].where(X.index > 3))
    full = model.impute(holed)
    assert full["id"].tolist() == X["id"].tolist() and full["height"].notna().all()
    as_number = Schema.infer(X).change("id", kind="real").drop("who")
    assert "id" in TabularVAE(schema=as_number, **QUICK).fit(X.drop(columns="who")).sample(2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="city"), "lacks 'city'"),
        (lambda t: t.assign(more=1), "has 'more', which the schema has not"),
        (lambda t: t[t.columns[::-1]], "in another order"),
        (lambda t: t.rename(columns={"city": "town"}), "has 'town' where the schema has 'city'; rename"),
        (lambda t: t.assign(height="tall"), r"'height' held numbers \(float64\) in fit and holds texts now"),
        (lambda t: t.assign(children=-1), "'children' is count"),
        (lambda t: t.assign(height=np.inf), "'height' holds infinity in row 1"),
        (lambda t: t.assign(smoker="maybe"), "'smoker' holds 'maybe', which fit has not seen"),
        (lambda t: t.iloc[:0], r"0 sample\(s\)"),
    ],
)
def test_a_table_that_is_not_like_that_of_fit_is_refused_with_the_column(change, said):
    model = TabularVAE(**QUICK).fit(table())
    with pytest.raises(DataError, match=said) as raised:
        model.transform(change(table()))
    assert said.split()[0] in str(raised.value).splitlines()[0] or "'" in str(raised.value).splitlines()[0]


def test_an_unseen_category_is_scored_as_one_of_the_bucket():
    X = table()
    X.loc[:1, "city"] = ["Nome", "Lima"]
    model = TabularVAE(**QUICK).fit(X)
    new = X.iloc[:3].assign(city="never seen")
    known = X.iloc[:3].assign(city="Nome")
    np.testing.assert_array_equal(model.score_samples(new), model.score_samples(known))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.assign(nothing=None), "'nothing' has no value at all"),
        (lambda t: t[["country"]], "no column is left to model: 'country' is constant"),
        (lambda t: t.assign(height=[1, "a"] * 60), "'height' mixes numbers"),
        (lambda t: t.iloc[:1], "give at least 2"),
    ],
)
def test_a_table_that_nothing_can_be_learned_from_is_refused(change, said):
    with pytest.raises(DataError, match=said):
        TabularVAE(**QUICK).fit(change(table()))


def test_a_model_that_no_memory_holds_is_refused_before_it_is_made():
    with pytest.raises(SpecError, match=r"more than [\d,]+ parameters, .* in training, and this machine has"):
        TabularVAE(network=part("mlp", hidden=(10**7, 10**7)), max_epochs=1).fit(table())
    said = TabularVAE(**QUICK).fit(table()).log_
    assert any("parameters, " in line and "kB in training" in line for line in said)


@pytest.mark.parametrize(
    "data", [load_breast_cancer, load_wine, load_iris, load_diabetes], ids=lambda f: f.__name__
)
def test_the_tables_of_scikit_learn_are_fitted_by_one_line(data):
    X = data(as_frame=True).data
    model = TabularVAE(max_epochs=3, random_state=0).fit(X)
    made = model.sample(50, random_state=0)
    assert made.columns.tolist() == X.columns.tolist()
    assert made.notna().all().all()
    assert not any(column.kind == "identifier" for column in model.schema_)


def test_known_values_are_said_in_the_words_of_the_table() -> None:
    rng = np.random.default_rng(0)
    size = rng.integers(0, 3, 200)
    frame = pandas.DataFrame(
        {
            "weight": size * 10 + rng.normal(size=200),
            "size": pandas.Categorical(np.array(["s", "m", "l"])[size]),
        }
    )
    vae = TabularVAE(latent_dim=2, max_epochs=120, random_state=0).fit(frame)
    light, heavy = (vae.sample(200, given={"size": size}, random_state=0) for size in ("s", "l"))
    assert set(light["size"]) == {"s"}
    assert set(heavy["size"]) == {"l"}
    assert list(light.dtypes) == list(frame.dtypes)
    assert heavy["weight"].mean() - light["weight"].mean() > 10
    row = frame.iloc[[0]].assign(weight=np.nan)
    assert set(vae.sample(3, given=row, random_state=0)["size"]) == {frame["size"][0]}
    with pytest.raises(DataError, match="'colour' is no column that is modelled; there are: weight, size"):
        vae.sample(3, given={"colour": "red"})
