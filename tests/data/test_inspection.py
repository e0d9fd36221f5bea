"""What is told of a table before any training; nothing in it is changed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pandas
import pytest
from tables import frames, people

import vaekit
from vaekit.data.frame import as_frame
from vaekit.data.names import as_typed
from vaekit.data.schema import Schema
from vaekit.data.suspicion import suspicions
from vaekit.errors import DataError, RunError

RNG = np.random.default_rng(0)


def found(**columns):
    """(name, columns) of what looks suspicious in this table."""
    table = pandas.DataFrame({"row": RNG.normal(size=len(next(iter(columns.values())))), **columns})
    return [(one.name, *one.columns) for one in suspicions(as_frame(table))]


@pytest.mark.parametrize("sentinel", [-999, 9999, -99])
def test_a_sentinel_is_named_and_not_replaced(sentinel):
    ages = RNG.integers(20, 80, 100).astype(float)
    ages[[3, 50]] = sentinel
    table = pandas.DataFrame({"age": ages})
    told = str(vaekit.inspect(table))
    assert f"{sentinel} stands in 2 rows, far from the others" in told
    assert (table["age"] == sentinel).sum() == 2


def test_a_date_that_stands_for_nothing_is_named():
    days = pandas.Timestamp("1960-01-01") + pandas.to_timedelta(RNG.integers(0, 9000, 100), unit="D")
    days = days.to_series(index=range(100))
    assert found(born=days) == []
    days[[1, 5, 9]] = pandas.Timestamp("1900-01-01")
    assert found(born=days) == [("sentinel", "born")]


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["1,024.70", "998.00", "12.5", "7"], "numbers as text"),
        (["12 kg", "13.5kg", "7 kg", "80 kg"], "numbers as text"),
        (["€ 3.50", "€ 4", "€12,00", "€ 7"], "numbers as text"),
        (["12 kg", "13.5 kg", "26 lb", "80 kg"], "mixed units"),
        (["31/12/2020", "01/02/2021", "5/6/2021", "7/7/2021"], "dates as text"),
    ],
)
def test_numbers_and_dates_in_texts_are_named(texts, name):
    assert found(v=texts * 5) == [(name, "v")]


@pytest.mark.parametrize(
    "texts",
    [
        ["person 1", "person 2", "person 3"],
        ["00123", "04567", "98765"],
        ["tea", "coffee", "water"],
        ["a1", "b2", "c3"],
    ],
)
def test_names_and_codes_are_no_amounts(texts):
    assert found(v=texts * 5) == []


@pytest.mark.parametrize("odd", ["172,5 cm", "17O", "about 3"])
def test_a_mistyped_number_is_shown_with_its_row(odd):
    texts = [f"{150 + i / 7:.1f}".replace(".", ",") for i in range(100)]
    texts[40] = odd
    (only,) = suspicions(as_frame(pandas.DataFrame({"row": RNG.normal(size=100), "height": texts})))
    assert (only.name, only.columns) == ("numbers as text", ("height",))
    assert only.told.startswith(f"numbers, but for {odd!r} (row 41); write a plain number there")


@pytest.mark.parametrize(
    ("last", "said"), [(-999, ["sentinel"]), (-99, ["sentinel"]), (99, []), (250, []), (-9, [])]
)
def test_a_lonely_sentinel_is_named_where_it_is_very_far_away(last, said):
    """172.5, 160.1, 165, 181.2, 158.9 are 22.3 wide."""
    frame = pandas.DataFrame({"height": [172.5, 160.1, 165.0, 181.2, 158.9, last]})
    assert [found.name for found in vaekit.inspect(frame).suspicions] == said


def test_what_to_type_for_a_sentinel_makes_it_missing_and_keeps_the_other_spellings(tmp_path: Path):
    path = tmp_path / "x.csv"
    rows = [f"{20 + i},{i * i % 17}" for i in range(30)] + ["-999,3", "-999,?", "N/A,4"]
    path.write_text("age,visits\n" + "\n".join(rows) + "\n")
    advice = vaekit.inspect(path).advice
    assert advice == ["if -999 means missing: --na -999 --na N/A --na '?'"]
    assert vaekit.inspect(path, na=["-999", "N/A", "?"]).holes == {
        "age": {"-999": 2, "N/A": 1},
        "visits": {"?": 1},
    }
    # Where there is no file, there is nothing to type.
    frame = pandas.DataFrame({"age": [*range(20, 50), -999, -999]})
    assert vaekit.inspect(frame).advice == []


def test_two_units_in_one_column_are_named_with_both_ranges():
    sizes = np.concatenate([RNG.normal(1.7, 0.05, 80), RNG.normal(170, 5, 20)])
    assert found(size=sizes) == [("mixed units", "size")]
    assert found(size=RNG.lognormal(0, 2, 300)) == []


def test_rows_and_columns_that_repeat_are_named():
    x = RNG.normal(size=50)
    table = pandas.DataFrame({"a": x, "b": x, "inches": x / 2.54 + 1, "c": RNG.normal(size=50)})
    names = [(one.name, *one.columns) for one in suspicions(as_frame(table))]
    assert names == [("copy", "b", "a"), ("copy", "inches", "a")]
    assert "2 of 52 rows repeat" in str(vaekit.inspect(pandas.concat([table, table.iloc[:2]])))


def test_spellings_emptiness_and_infinity_are_named():
    assert found(city=["Rome", "rome", "Oslo"] * 5) == [("spellings", "city")]
    assert ("empty column", "v") in found(v=[None] * 20)
    assert found(v=[np.inf, 1.0, 2.0, 3.5] * 5) == [("infinity", "v")]
    table = pandas.DataFrame({"a": [1.0, np.nan, 3.0], "b": ["x", None, "y"]})
    assert [str(one) for one in suspicions(as_frame(table))] == ["rows: 1 row has no value at all (row 2)"]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_frame_is_told_of_with_its_schema_its_holes_and_the_cure(kind):
    seen = vaekit.inspect(frames(people())[kind])
    assert seen.schema == Schema.infer(frames(people())[kind])
    assert list(seen.holes) == ["income"]
    told = str(seen)
    for said in ("200 rows, 11 columns", "'income': 1 of 200 cells (0.5%)", "nothing that these checks know of",
                 "'id' names rows, which no feature does: --drop id (in Python schema.drop('id'))"):  # fmt: skip
        assert said in told
    assert Schema.from_json(json.loads(json.dumps(seen.to_json()))["schema"]) == seen.schema


def test_a_file_is_told_of_with_how_it_is_written_and_how_it_spells_what_is_missing(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("a;b\n1,5;?\n2,5;x\nN/A;-\n4,5;y\n;x\n", encoding="cp949")
    seen = vaekit.inspect(path)
    assert seen.holes == {"a": {"N/A": 1, "": 1}, "b": {"?": 1, "-": 1}}
    assert "semicolons between cells and decimal commas" in str(seen)
    assert "'a': 2 of 5 cells (40.0%): N/A (1), empty (1)." in str(seen)
    assert vaekit.inspect(path, na=["N/A"]).holes["a"] == {"N/A": 1, "": 1}
    assert "b" not in vaekit.inspect(path, na=["N/A"]).holes


def test_what_is_no_table_is_refused(tmp_path: Path):
    with pytest.raises(RunError, match="no data set, file or folder is called"):
        vaekit.inspect(tmp_path / "x.csv")
    with pytest.raises(DataError, match="there is nothing to look at"):
        vaekit.inspect(pandas.DataFrame({"a": []}))
    with pytest.raises(DataError, match="pictures, and inspect looks at tables"):
        vaekit.inspect("digits")


@pytest.mark.parametrize("word", ["age", "나이", "first name", "it's", "$HOME", "N/A", "?", "-999", "a`b"])
def test_a_shell_reads_a_typed_word_as_it_was(word: str):
    assert shlex.split(f"--drop {as_typed(word)}") == ["--drop", word]
