"""Tables of text as people write them: found, said, and each thing an option."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaekit.data.read import read
from vaekit.data.typed import written
from vaekit.errors import DataError, RunError


def typed(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "x.csv"
    path.write_bytes(text.encode(encoding))
    return path


def columns(path: Path, **how):
    """Column -> (type, values) of a file read with its words."""
    X = read(path, words=True, **how).X
    return {name: (cells.dtype, cells.listed()) for name, cells in X.columns.items()}


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", ["서울", "é", "ß"]),
        ("utf-8-sig", ["서울", "é", "ß"]),
        ("cp949", ["서울", "부산", "대구 광역시"]),
        ("latin-1", ["Élodie", "Ångström", "señor", "Zoë"]),
    ],
)
def test_the_encoding_is_found_and_said(encoding, words, tmp_path):
    path = typed(tmp_path, "name,n\n" + "\n".join(f"{word},{i}" for i, word in enumerate(words)), encoding)
    source = read(path, words=True)
    assert source.X.columns["name"].listed() == words
    assert f", {encoding}," in source.found
    assert columns(path, encoding=encoding)["name"][1] == words


def test_a_korean_header_alone_is_enough(tmp_path):
    path = typed(tmp_path, "키,몸무게\n170,65\n180,75\n", "cp949")
    assert read(path).feature_names == ("키", "몸무게")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a;b\n1,5;x\n2,25;y\n", {"a": ("float64", [1.5, 2.25]), "b": ("text", ["x", "y"])}),
        ("a\tb\n1,5\tx\n2,25\ty\n", {"a": ("float64", [1.5, 2.25]), "b": ("text", ["x", "y"])}),
        ("a;b\n1.5;x\n2.25;y\n", {"a": ("float64", [1.5, 2.25]), "b": ("text", ["x", "y"])}),
        # With decimal commas a point may mean thousands: never guessed.
        ("a;b\n1,5;1.234\n2,5;2.000\n", {"a": ("float64", [1.5, 2.5]), "b": ("text", ["1.234", "2.000"])}),
        ("a,b\n'x, y',1\n'z',2\n", {"a": ("text", ["x, y", "z"]), "b": ("int64", [1, 2])}),
        ('a b\n"x y" 1\nz 2\n', {"a": ("text", ["x y", "z"]), "b": ("int64", [1, 2])}),
        ("a,b\nNew York,1\nRome,2\n", {"a": ("text", ["New York", "Rome"]), "b": ("int64", [1, 2])}),
    ],
)  # fmt: skip
def test_delimiter_decimal_mark_and_quotes_are_found(text, wanted, tmp_path):
    assert columns(typed(tmp_path, text)) == wanted


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1", "2", ""], ("int64", [1, 2, None])),
        (["1.0", "2", "NA"], ("float64", [1.0, 2.0, None])),
        (["007", "12", "3"], ("text", ["007", "12", "3"])),
        (["0", "-0.5", "+3"], ("float64", [0.0, -0.5, 3.0])),
        (["1_000", "2", "3"], ("text", ["1_000", "2", "3"])),
        (["1,234.5", "2", "3"], ("text", ["1,234.5", "2", "3"])),
        (["TRUE", "FALSE", "-"], ("TRUE/FALSE", [True, False, None])),
        (["yes", "No", "?"], ("text", ["yes", "No", None])),
        (["31/12/2020", "1/1/2021", "x"], ("text", ["31/12/2020", "1/1/2021", "x"])),
        (["2024-13-01", "2024-01-01", ""], ("text", ["2024-13-01", "2024-01-01", None])),
        (["2024-01-01", "2024-01-01 10:00", ""], ("text", ["2024-01-01", "2024-01-01 10:00", None])),
    ],
)
def test_a_column_is_what_all_its_cells_can_be_read_as(cells, wanted, tmp_path):
    text = "v,w\n" + "\n".join(f'"{cell}",{i}.5' for i, cell in enumerate(cells))
    assert columns(typed(tmp_path, text))["v"] == wanted


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-01-31", "1999-12-01", ""],
        ["2024-01-31 10:05", "1999-12-01 23:59", ""],
        ["2024-01-31T10:05:59", "1999-12-01T00:00:00", ""],
        ["2024-07-31T10:05:59Z", "1999-12-01T00:00:00Z", ""],
        ["2024-07-31 10:05:59+09:00", "1999-12-01 00:00:00+09:00", ""],
    ],
)
def test_times_are_written_back_as_they_were(cells, tmp_path):
    text = "v,w\n" + "\n".join(f"{cell},{i}" for i, cell in enumerate(cells))
    found = read(typed(tmp_path, text), words=True).X.columns["v"]
    assert found.form == "time"
    assert written(found) == cells


def test_mixed_zones_are_refused_with_their_rows(tmp_path):
    path = typed(tmp_path, "at,n\n2024-01-01T00:00Z,1\n2024-01-01T00:00+09:00,2\n")
    with pytest.raises(DataError, match=r"'at' mixes time zones: UTC \(row 1\) and UTC\+09:00 \(row 2\)"):
        read(path, words=True)


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(-(2**53) + 1, 2**53 - 1),
            st.text(
                st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp", "Cf"]), min_size=1
            ),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_numbers_and_words_come_back_as_they_were_written(rows, tmp_path_factory):
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([("a", "b", "c"), *((repr(x), n, f"~{word}") for x, n, word in rows)])
    found = columns(typed(tmp_path_factory.mktemp("csv"), text.getvalue()), delimiter=",", header=True)
    np.testing.assert_array_equal(found["a"][1], [x for x, _, _ in rows])
    assert found["b"] == ("int64", [n for _, n, _ in rows])
    assert found["c"][1] == [f"~{word}" for _, _, word in rows]


def test_a_column_that_turns_to_text_after_many_rows_is_text_from_the_start(tmp_path):
    cells = [*map(str, range(9000)), "x"]
    found = columns(typed(tmp_path, "v,w\n" + "\n".join(f"{cell},1.5" for cell in cells)))
    assert found["v"] == ("text", cells)
    assert found["w"][0] == "float64"


def test_columns_can_be_chosen_and_labels_taken_out(tmp_path):
    path = typed(tmp_path, "a,b,c,y\n1,x,2.5,cat\n2,y,3.5,dog\n")
    assert list(columns(path, only=["c", "a"])) == ["a", "c"]
    assert list(columns(path, drop="b")) == ["a", "c", "y"]
    source = read(path, words=True, labels="y")
    assert (source.X.names, source.y.tolist(), source.class_names) == (
        ["a", "b", "c"],
        [0, 1],
        ("cat", "dog"),
    )
    assert read(path, only=["a", "c"]).X.tolist() == [[1, 2.5], [2, 3.5]]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"delimiter": "::"}, "delimiter='::' is not possible; give one character"),
        ({"decimal": "'"}, "there are: '.' and ','"),
        ({"encoding": "utf-88"}, "encoding='utf-88' is not known"),
        ({"encoding": "ascii"}, "is not text in ascii"),
        ({"only": "z"}, "has no column 'z'"),
    ],
)
def test_what_cannot_be_meant_is_refused(how, said, tmp_path):
    with pytest.raises(DataError, match=said):
        read(typed(tmp_path, "a,b\né,2\n"), **how)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(RunError, match="not text in UTF-8"):
        read(path)
