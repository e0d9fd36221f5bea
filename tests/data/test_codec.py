"""A table becomes a matrix and comes back as it was: values, types, zones, holes."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas
import polars
import polars.testing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import frames, people

from vaekit.data.codec import Codec
from vaekit.data.frame import as_frame
from vaekit.data.schema import Column, Schema
from vaekit.errors import DataError

ZONES = ["UTC", "Asia/Seoul", "Europe/Paris", "America/New_York"]


def test_texts_that_read_as_numbers_are_found_again_in_a_file_where_all_do() -> None:
    floors = pandas.DataFrame({"floor": ["1", "02", "G", "2.5"] * 20})
    codec = Codec(Schema.infer(floors))
    wanted = codec.numbers(floors[:2])
    np.testing.assert_array_equal(codec.numbers(pandas.DataFrame({"floor": [1, 2]})), wanted)
    np.testing.assert_array_equal(codec.row({"floor": 2}), wanted[1])
    np.testing.assert_array_equal(codec.row({"floor": "02"}), wanted[1])


def declared(table, **kinds: str) -> Codec:
    """The codec of a table whose columns have these kinds."""
    return Codec(Schema(tuple(Column(name, kind) for name, kind in kinds.items())).learn(table))


def there_and_back(codec: Codec, table):
    return codec.table(codec.numbers(table)).native()


def column(values):
    return st.lists(st.none() | values, min_size=2, max_size=30)


@settings(deadline=None, max_examples=60)
@given(values=column(st.floats(allow_nan=False, allow_infinity=False)))
def test_real_numbers_come_back_to_the_bit(values):
    table = pandas.DataFrame({"v": pandas.Series(values, dtype="float64")})
    pandas.testing.assert_frame_equal(
        there_and_back(declared(table, v="real"), table), table, check_exact=True
    )


@settings(deadline=None, max_examples=60)
@given(
    values=column(st.integers(-(2**53), 2**53)),
    dtype=st.sampled_from(["Int64", "int64[pyarrow]"]),
)
def test_whole_numbers_with_holes_come_back_with_their_type(values, dtype):
    table = pandas.DataFrame({"v": pandas.array(values, dtype=dtype)})
    pandas.testing.assert_frame_equal(there_and_back(declared(table, v="real"), table), table)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), dtype=st.sampled_from(["int8", "int16", "int32", "uint8", "uint16", "uint32"]))
def test_small_integers_come_back_with_their_type(data, dtype):
    info = np.iinfo(dtype)
    values = data.draw(st.lists(st.integers(int(info.min), int(info.max)), min_size=2, max_size=30))
    table = pandas.DataFrame({"v": np.array(values, dtype=dtype)})
    pandas.testing.assert_frame_equal(there_and_back(declared(table, v="real"), table), table)


@settings(deadline=None, max_examples=40)
@given(values=column(st.booleans()))
def test_booleans_come_back(values):
    table = pandas.DataFrame({"v": pandas.array(values, dtype="boolean")})
    pandas.testing.assert_frame_equal(there_and_back(declared(table, v="binary"), table), table)


@settings(deadline=None, max_examples=60)
@given(values=column(st.sampled_from(["a", "b", "", " c", "=1+1", "한국", "é"])), ordered=st.booleans())
def test_categories_come_back_with_their_levels(values, ordered):
    levels = ["b", "a", "", " c", "=1+1", "한국", "é", "never"]
    table = pandas.DataFrame({"v": pandas.Categorical(values, categories=levels, ordered=ordered)})
    kind = "ordinal" if ordered else "categorical"
    codec = Codec(
        Schema((Column("v", kind, categories=tuple(levels)),)).learn(table)  # declared: nothing is rare
    )
    pandas.testing.assert_frame_equal(there_and_back(codec, table), table)


@settings(deadline=None, max_examples=60)
@given(values=column(st.text(max_size=5)), dtype=st.sampled_from(["object", "str", "string"]))
def test_texts_come_back(values, dtype):
    table = pandas.DataFrame({"v": pandas.Series(values, dtype=dtype)})
    known = tuple(dict.fromkeys(value for value in values if value is not None)) or ("a",)
    codec = Codec(Schema((Column("v", "categorical", categories=known),)).learn(table))
    pandas.testing.assert_frame_equal(there_and_back(codec, table), table)


moments = st.datetimes(
    datetime.datetime(1970, 1, 1), datetime.datetime(2100, 1, 1), timezones=st.just(datetime.UTC)
)


@settings(deadline=None, max_examples=60)
@given(
    values=column(moments).filter(any), zone=st.sampled_from(ZONES), unit=st.sampled_from(["us", "ms", "s"])
)
def test_times_come_back_in_their_zone_and_unit(values, zone, unit):
    times = pandas.Series(values, dtype="datetime64[us, UTC]").dt.floor(
        {"us": "us", "ms": "ms", "s": "s"}[unit]
    )
    table = pandas.DataFrame({"v": times.dt.tz_convert(zone).astype(f"datetime64[{unit}, {zone}]")})
    pandas.testing.assert_frame_equal(there_and_back(declared(table, v="datetime"), table), table)
    other = polars.DataFrame(
        {"v": polars.Series(values, dtype=polars.Datetime("us", "UTC")).dt.convert_time_zone(zone)}
    )
    polars.testing.assert_frame_equal(there_and_back(declared(other, v="datetime"), other), other)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_table_of_every_kind_comes_back_whole_but_for_what_names_its_rows(kind):
    table = frames(people())[kind]
    schema = Schema.infer(table)
    back = there_and_back(Codec(schema), table)
    assert type(back) is type(table)
    wanted = as_frame(table).select([c.name for c in schema if c.kind != "identifier"])
    found = as_frame(back)
    assert found.names == wanted.names
    assert list(found.rows()) == list(wanted.rows())
    assert [c.dtype for c in found.columns.values()] == [c.dtype for c in wanted.columns.values()]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8", "bool"])
def test_an_array_comes_back_as_an_array_of_its_type(dtype):
    X = np.random.default_rng(0).integers(0, 2, (60, 3)).astype(dtype)
    X[:, 1] = np.arange(60) % 3 > 0 if dtype == "bool" else np.arange(60)
    back = there_and_back(Codec(Schema.infer(X)), X)
    assert back.dtype == X.dtype
    np.testing.assert_array_equal(back, X)


def test_an_array_of_objects_comes_back_with_its_holes():
    X = np.array([["a", 1.5], [None, 2.5], ["b", math.nan]] * 20, dtype=object)
    back = there_and_back(Codec(Schema.infer(X)), X)
    assert back.tolist() == [["a", 1.5], [None, 2.5], ["b", None]] * 20


def test_in_the_models_units_a_value_is_off_by_no_more_than_float32_is():
    table = frames(people(2000))["pandas"]
    codec = Codec(Schema.infer(table))
    numbers = codec.numbers(table)
    units = codec.units(numbers)
    back = units.to_user(units.to_model(numbers))
    at = {c.name: i for i, c in enumerate(codec.columns)}
    # A standardised value is below 8 in size, so float32 keeps it to 8 * 2**-24 of the spread.
    for name in ("height", "share", "born"):
        off = np.nanmax(np.abs(back[:, at[name]] - numbers[:, at[name]]))
        assert off <= 8 * 2**-24 * max(units.scale[at[name]], np.nanstd(numbers[:, at[name]]))
    np.testing.assert_allclose(back[:, at["income"]], numbers[:, at["income"]], rtol=2**-23)
    whole = [at[name] for name in ("children", "smoker", "city", "stars")]
    np.testing.assert_array_equal(back[:, whole], numbers[:, whole])
    written = as_frame(codec.table(back, drawn=np.random.default_rng(0)).native()).columns
    assert written["height"].listed() == table["height"].tolist()
    assert written["born"].listed() == as_frame(table).columns["born"].listed()


def test_the_models_units_are_of_a_size_that_networks_like():
    table = frames(people(2000))["pandas"]
    codec = Codec(Schema.infer(table))
    x = codec.units(codec.numbers(table)).to_model(codec.numbers(table))
    at = {c.name: i for i, c in enumerate(codec.columns)}
    assert x.dtype == np.float32
    for name in ("height", "born"):
        assert (abs(x[:, at[name]].mean()), x[:, at[name]].std()) == pytest.approx((0, 1), abs=1e-5)
    assert np.nanmean(np.log(x[:, at["income"]])) == pytest.approx(0, abs=1e-5)
    assert np.isnan(x[:, at["income"]]).sum() == 1
    assert (x[:, at["share"]].min() >= 0) and (x[:, at["share"]].max() <= 1)


def test_rare_and_unseen_values_become_the_bucket_and_come_back_as_its_members():
    table = pandas.DataFrame({"v": ["a"] * 100 + ["b"] * 60 + ["c"] * 2 + ["d"]})
    codec = Codec(Schema.infer(table))
    new = pandas.DataFrame({"v": ["a", "c", "d", "never seen", None]})
    numbers = codec.numbers(new)
    np.testing.assert_array_equal(numbers[:, 0], [0, 2, 2, 2, math.nan])
    assert codec.table(numbers).columns["v"].listed() == ["a", "c", "c", "c", None]
    many = codec.table(np.full((4000, 1), 2.0), drawn=np.random.default_rng(0)).columns["v"].listed()
    assert set(many) == {"c", "d"}
    # 2 of 3 in the data; the standard error of a share of 4,000 is 0.007.
    assert many.count("c") / 4000 == pytest.approx(2 / 3, abs=0.03)


def test_a_column_whose_values_are_all_rare_is_its_bucket():
    table = pandas.DataFrame({"name": ["Ann", "Ben", "Cleo"], "age": [3.0, 4.0, 5.0]})
    codec = Codec(Schema.infer(table))
    np.testing.assert_array_equal(codec.numbers(table)[:, 0], [0, 0, 0])
    drawn = codec.table(np.zeros((200, 2)), drawn=np.random.default_rng(0)).columns["name"].listed()
    assert set(drawn) == {"Ann", "Ben", "Cleo"}


def test_an_empty_bucket_stands_for_the_column():
    table = pandas.DataFrame({"v": ["a"] * 150 + ["b"] * 30 + ["c"] * 20})
    codec = Codec(Schema.infer(table))
    assert codec.table(np.array([[3.0]])).columns["v"].listed() == ["a"]
    drawn = codec.table(np.full((500, 1), 3.0), drawn=np.random.default_rng(0)).columns["v"].listed()
    assert set(drawn) == {"a", "b", "c"}


def test_the_table_that_is_given_decides_the_kind_the_types_and_the_index():
    table = frames(people())["pandas"].drop(columns=["id", "name"])
    codec = Codec(Schema.infer(table))
    some = table.iloc[5:9]
    back = codec.table(codec.numbers(some), like=as_frame(some)).native()
    pandas.testing.assert_frame_equal(back, some)
    other = polars.from_pandas(some)
    assert codec.table(codec.numbers(other), like=as_frame(other)).native().equals(other)


def test_some_cells_of_a_row_can_be_said_in_the_users_words():
    table = frames(people())["pandas"].drop(columns=["id", "name"])
    codec = Codec(Schema.infer(table))
    whole = codec.numbers(table)[7]
    said = {name: table[name][7] for name in ("height", "city", "smoker", "stars", "born")}
    row = codec.row(said)
    names = [column.name for column in codec.columns]
    for at, name in enumerate(names):
        assert np.isnan(row[at]) if name not in said else row[at] == whole[at]
    texts = {name: str(value) for name, value in said.items()}
    np.testing.assert_array_equal(codec.row(texts), row)
    with pytest.raises(DataError, match=r"'hight' is no column that is modelled.*Did you mean 'height'\?"):
        codec.row({"hight": 170})
    with pytest.raises(DataError, match="column 'height' holds numbers, and 'tall' is none"):
        codec.row({"height": "tall"})
    with pytest.raises(DataError, match="'smoker' holds 'maybe'"):
        codec.row({"smoker": "maybe"})


@pytest.mark.parametrize(
    ("kind", "values", "bad", "said"),
    [
        ("count", [0, 1, 2], -1, r"'v' is count \(whole numbers from 0 on\) and holds -1 in row 2"),
        ("count", [0, 1, 2], 1.5, r"holds 1\.5 in row 2"),
        ("positive", [1.0, 2.0, 3.0], 0.0, r"is positive \(numbers above 0\) and holds 0 in row 2"),
        ("bounded", [0.1, 0.5, 1.0], 1.5, r"is bounded \(numbers from 0 to 1\) and holds 1\.5 in row 2"),
        ("real", [0.1, 0.5, 1.0], math.inf, "holds infinity in row 2"),
        ("binary", ["m", "f", "m"], "x", "holds 'x', which fit has not seen; it is binary, one of 'f', 'm'"),
        ("real", [0.1, 0.5, 1.0], "tall", r"mixes numbers"),
        ("datetime", pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]).tolist(), 3.0, "mixes"),
    ],
)
def test_values_that_a_kind_cannot_have_are_named_with_their_row(kind, values, bad, said):
    codec = declared(pandas.DataFrame({"v": values}), v=kind)
    with pytest.raises(DataError, match=said):
        codec.numbers(pandas.DataFrame({"v": [values[0], bad]}))


def test_a_column_of_another_type_than_in_fit_is_named():
    codec = declared(pandas.DataFrame({"age": [1.0, 2.0, 3.0]}), age="real")
    with pytest.raises(
        DataError, match=r"'age' held numbers \(float64\) in fit and holds texts now \('x' in row 1\)"
    ):
        codec.numbers(pandas.DataFrame({"age": ["x", "y"]}))
    times = pandas.DataFrame({"at": pandas.to_datetime(["2024-01-01", "2024-02-01"])})
    with pytest.raises(DataError, match="'at' has the zone UTC now and had no zone in fit"):
        declared(times, at="datetime").numbers(times.assign(at=times["at"].dt.tz_localize("UTC")))


def test_a_million_categories_are_refused_before_anything_is_allocated():
    column = Column("v", "categorical", "number", "int64", categories=tuple(range(10**6)))
    with pytest.raises(DataError, match="1,000,000 categories, and at most 10,000 can be modelled"):
        Codec(Schema((column,)))


def test_a_table_without_a_column_to_model_is_refused():
    table = pandas.DataFrame({"a": [1.0] * 60, "id": range(60)})
    with pytest.raises(DataError, match="no column is left to model: 'a' is constant, 'id' is identifier"):
        Codec(Schema.infer(table))
