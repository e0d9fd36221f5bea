"""What columns are taken for, and how that is told, edited and kept."""

from __future__ import annotations

import datetime
import json
from zoneinfo import ZoneInfo

import numpy as np
import pandas
import polars
import pytest
from tables import frames, people

from vaekit.data.schema import Column, Schema, read_schema
from vaekit.errors import DataError, SpecError

KINDS = {
    "id": "identifier",
    "name": "identifier",
    "height": "real",
    "income": "positive",
    "share": "bounded",
    "children": "count",
    "smoker": "binary",
    "city": "categorical",
    "stars": "ordinal",
    "born": "datetime",
    "country": "constant",
}


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_every_kind_is_found_in_every_kind_of_table_with_a_reason(kind):
    schema = Schema.infer(frames(people())[kind])
    assert {column.name: column.kind for column in schema} == KINDS
    assert all(column.reason for column in schema)
    assert schema["income"].missing == 1
    assert (schema.kind, schema.rows, schema.named) == (kind, 200, True)


def kind_of(values, n=None):
    return Schema.infer(pandas.DataFrame({"v": values}))["v"].kind


RNG = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("told", "values", "kind"),
    [
        ("zeros and ones", [0, 1] * 40, "binary"),
        ("zeros and ones with holes", [0.0, 1.0, None] * 40, "binary"),
        ("booleans", [True, False] * 40, "binary"),
        ("two numbers", [0.0507, -0.0446] * 40, "binary"),
        ("two numbers in a small table", [1.0, 2.0] * 3, "real"),
        ("a scale", [1, 2, 3, 4, 5] * 20, "ordinal"),
        ("coded names", [0, 1, 2] * 30, "categorical"),
        ("counts that thin out", [0] * 60 + [1] * 30 + [2] * 8 + [3], "count"),
        ("years", RNG.integers(1950, 2020, 300), "real"),
        ("all different numbers without order", [0, *RNG.permutation(1000)[:80]], "count"),
        ("row numbers, shuffled", RNG.permutation(np.arange(500, 600)), "identifier"),
        ("row numbers in a small table", np.arange(40), "real"),
        ("different texts", [f"t{i}" for i in range(60)], "identifier"),
        ("different texts in a small table", [f"t{i}" for i in range(20)], "categorical"),
        ("nothing", [None] * 60, "constant"),
        ("one value and holes", [3.0, None] * 30, "constant"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_kind_of_a_column_follows_from_its_values(told, values, kind):
    assert kind_of(values) == kind


def test_a_name_that_says_so_makes_an_identifier_of_nearly_different_values():
    codes = RNG.permutation(10_000)[:200]
    table = pandas.DataFrame({"customer_id": codes, "amount": codes})
    assert Schema.infer(table)["customer_id"].kind == "identifier"
    assert Schema.infer(table)["amount"].kind == "real"


def test_a_plain_array_never_has_an_identifier():
    X = np.column_stack([np.arange(100), np.random.default_rng(0).normal(size=100)])
    assert [column.kind for column in Schema.infer(X)] == ["count", "real"]
    assert Schema.infer(X).names == ["x0", "x1"]


def test_types_say_what_their_levels_and_zones_are():
    zone = ZoneInfo("Asia/Seoul")
    times = [datetime.datetime(2024, 1, 1, tzinfo=zone) + datetime.timedelta(hours=h) for h in range(60)]
    sizes = pandas.Categorical(["S", "L", "M"] * 20, categories=["S", "M", "L"], ordered=True)
    table = pandas.DataFrame({"at": times, "size": sizes, "n": pandas.array([1, None, 5] * 20, "Int64")})
    schema = Schema.infer(table)
    assert (schema["at"].kind, schema["at"].zone, schema["at"].step) == ("datetime", "Asia/Seoul", "hour")
    assert (schema["size"].kind, schema["size"].categories) == ("ordinal", ("S", "M", "L"))
    assert (schema["n"].dtype, schema["n"].missing) == ("Int64", 20)
    enum = polars.Series("e", ["b", "a", "b"] * 20, dtype=polars.Enum(["b", "a", "c"]))
    assert Schema.infer(polars.DataFrame([enum]))["e"].levels == ("b", "a", "c")


def test_rare_categories_share_a_bucket_that_the_schema_names():
    values = ["a"] * 100 + ["b"] * 60 + ["c"] * 2 + ["d"] * 1
    column = Schema.infer(pandas.DataFrame({"v": values}))["v"]
    assert (column.categories, column.rare, column.counts) == (("a", "b"), ("c", "d"), (100, 60, 2, 1))
    assert column.values_told() == "a, b; 2 rare"


def test_the_schema_is_kept_as_json_and_read_back_the_same():
    for table in frames(people()).values():
        schema = Schema.infer(table)
        assert read_schema(json.dumps(schema.to_json())) == schema


def test_a_schema_reads_as_a_table():
    shown = str(Schema.infer(frames(people())["pandas"])).splitlines()
    assert shown[0].split()[:3] == ["column", "kind", "type"]
    assert len(shown) == 12
    assert "whole numbers 1 to 200, each once" in shown[1]
    assert "Bern, Oslo, Rome" in next(line for line in shown if line.startswith("city"))


def test_edits_make_another_schema_which_learns_what_it_lacks():
    table = frames(people())["pandas"]
    schema = Schema.infer(table)
    edited = schema.change("stars", kind="count").drop("id", "name")
    assert (schema["stars"].kind, edited["stars"].kind, edited["stars"].categories) == (
        "ordinal",
        "count",
        (),
    )
    learned = edited.learn(table.drop(columns=["id", "name"]))
    assert (learned["stars"].likelihood, learned["stars"].low) == ("poisson", 1.0)
    assert schema.only("born", "height").names == ["height", "born"]
    assert Schema((Column("stars", "ordinal", categories=(5, 4, 3, 2, 1)),)).learn(table[["stars"]])[
        "stars"
    ].categories == (5, 4, 3, 2, 1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: s.change("hight", kind="real"), r"no column 'hight'.*Did you mean 'height'\?"),
        (lambda s: s.change("height", kind="reel"), r"cannot be of kind 'reel'.*Did you mean 'real'\?"),
        (lambda s: s.change("height", knid="real"), r"a column has no 'knid'.*Did you mean 'kind'\?"),
        (lambda s: s.change("share", bounds=(1, 0)), r"bounds=\(1, 0\); give \(low, high\)"),
        (lambda s: s.drop(*s.names), "leaves no column"),
        (lambda s: read_schema("{"), "not JSON"),
        (lambda s: read_schema('{"rows": 3}'), "no schema.*'columns'"),
        (lambda s: read_schema('{"format": 9, "columns": []}'), "format 9"),
        (
            lambda s: read_schema('{"columns": [{"name": "a", "knid": "real"}]}'),
            "'knid', which no column has",
        ),
        (lambda s: Schema((Column("a"), Column("a"))), "'a' twice"),
    ],
)
def test_what_a_schema_cannot_be_is_refused_in_words(call, said):
    with pytest.raises(SpecError, match=said):
        call(Schema.infer(frames(people())["polars"]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.rename(columns={"height": "size"}), "has 'size' where the schema has 'height'; rename"),
        (lambda t: t.drop(columns=["height", "born"]), "lacks 'height', 'born'"),
        (lambda t: t.assign(more=1, most=2), "has 'more', 'most', which the schema has not"),
        (lambda t: t[t.columns[::-1]], r"another order \(column 1 is 'country', wanted is 'id'\)"),
        (lambda t: pandas.concat([t, t["height"]], axis=1), "more than one column called 'height'"),
        (lambda t: t.rename(columns={"height": 7}), "column name 7, a int"),
    ],
)
def test_columns_that_differ_are_named_in_one_sentence(change, said):
    table = frames(people())["pandas"]
    with pytest.raises(DataError, match=said) as raised:
        Schema.infer(table).learn(change(table))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, "two", 3.0], r"mixes numbers \(1 in row 1\) and texts \('two' in row 2\)"),
        ([None, {"a": 1}, 2], "holds a dict in row 2"),
        ([1 + 2j, 1], "Complex data not supported"),
        (
            [
                datetime.datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Seoul")),
                datetime.datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Paris")),
            ],
            r"mixes time zones: Asia/Seoul \(row 1\) and Europe/Paris \(row 2\)",
        ),
    ],
)
def test_a_column_that_mixes_things_is_refused_with_its_rows(values, said):
    with pytest.raises(DataError, match=said):
        Schema.infer(pandas.DataFrame({"v": pandas.Series(values, dtype=object)}))


def test_a_kind_that_the_values_cannot_have_is_refused():
    with pytest.raises(DataError, match="'city' is said to be real, which takes numbers"):
        Schema.infer(frames(people())["pandas"]).change("city", kind="real").learn(frames(people())["pandas"])
    with pytest.raises(DataError, match="binary and holds 3 values"):
        Schema.infer(frames(people())["pandas"]).change("city", kind="binary").learn(
            frames(people())["pandas"]
        )


def test_columns_stand_below_each_other_in_korean_too() -> None:
    table = pandas.DataFrame({"지역": ["서울", "부산"] * 30, "age": np.arange(60) % 7 + 0.5})
    lines = str(Schema.infer(table)).splitlines()
    # A letter of Korean takes the place of two.
    places = [
        sum(1 + ("가" <= letter <= "힣") for letter in line[: line.index(kind)])
        for line, kind in zip(lines, ("kind", "binary", "real"), strict=True)
    ]
    assert len(set(places)) == 1


def test_one_missing_cell_of_many_is_not_told_as_none() -> None:
    table = pandas.DataFrame({"age": [np.nan, *np.arange(4999) % 7 + 0.5]})
    assert "<0.1%" in str(Schema.infer(table))


def columns_of_numbers(rows: int, wide: bool = False) -> dict[str, str | None]:
    """The likelihood of debts that are often 0, years of school, incomes with heavy tails, and heights."""
    rng = np.random.default_rng(0)
    table = {
        "debt": np.where(rng.random(rows) < 0.6, 0.0, rng.gamma(2.0, 900.0, rows)),
        "school": rng.choice([6, 8, 12, 12, 12, 16], rows),
        "income": rng.standard_t(2, rows),
        "height": rng.normal(175, 10, rows),
    } | {f"more{at}": rng.normal(size=rows) for at in range(100 * wide)}
    return {column.name: column.likelihood for column in Schema.infer(pandas.DataFrame(table))}


def test_columns_that_heap_or_have_heavy_tails_are_modelled_so_where_rows_are_many() -> None:
    found = columns_of_numbers(2000)
    assert found == {"debt": "heaped", "school": "heaped", "income": "heaped", "height": "gaussian"}
    for few in (columns_of_numbers(200), columns_of_numbers(2000, wide=True)):
        assert "heaped" not in few.values() and few["income"] == "student-t"
