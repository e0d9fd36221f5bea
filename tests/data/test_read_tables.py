"""Tables as text, as parquet files and as frames."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaekit.data.read import read
from vaekit.errors import DataError, MissingExtra, RunError

NAN = math.nan


def typed(folder: Path, text: str | bytes, name: str = "x.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "X", "names"),
    [
        ("a,b\n1,2\n3,4\n", [[1, 2], [3, 4]], ("a", "b")),
        ("1,2\n3,4", [[1, 2], [3, 4]], None),
        ("1 2\n3   4\n  5 6 \n", [[1, 2], [3, 4], [5, 6]], None),
        ("a\tb\n1\t2\n", [[1, 2]], ("a", "b")),
        ("a|b\r\n1|2\r\n", [[1, 2]], ("a", "b")),
        ("a;b\n1,5;2\n3,25;4\n", [[1.5, 2], [3.25, 4]], ("a", "b")),
        ("height, width\n 1.5 ,  -2e3\n", [[1.5, -2000]], ("height", "width")),
        ('"a, long", b\n"1",2\n', [[1, 2]], ("a, long", "b")),
        ("7\n8\n9\n", [[7], [8], [9]], None),
        ("v\n7\n8\n", [[7], [8]], ("v",)),
        ("# typed by hand\n\na,b\n1,2\n\n# more\n3,4\n", [[1, 2], [3, 4]], ("a", "b")),
        ("a,b\n1,\nNA,nan\nn/a,NULL\n", [[1, NAN], [NAN, NAN], [NAN, NAN]], ("a", "b")),
        ("a,b\n1,2\n,\n3,4\n", [[1, 2], [3, 4]], ("a", "b")),
        ("a,b\nTrue,FALSE\nfalse,true\n", [[1, 0], [0, 1]], ("a", "b")),
        ("\ufeffa,b\n1,2\n", [[1, 2]], ("a", "b")),
        (",a,b\n0,5,6\n1,7,8\n", [[5, 6], [7, 8]], ("a", "b")),
        ("a,,b\n1,2,3\n", [[1, 2, 3]], ("a", "x1", "b")),
    ],
)
def test_a_small_table_typed_by_hand_just_works(text: str, X, names, tmp_path: Path) -> None:
    source = read(typed(tmp_path, text))
    np.testing.assert_array_equal(source.X, X)
    assert source.feature_names == names
    assert source.y is None


@given(
    X=st.lists(
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|", " "]),
    header=st.booleans(),
)
def test_any_numbers_come_back_as_they_were_written(tmp_path_factory, X, delimiter, header) -> None:
    lines = [["a", "b", "c"]] * header + [[repr(value) for value in row] for row in X]
    path = typed(tmp_path_factory.mktemp("csv"), "\n".join(delimiter.join(line) for line in lines))
    np.testing.assert_array_equal(read(path).X, X)


def test_a_long_table_is_read_in_blocks_with_its_gaps_and_faults_in_their_places(tmp_path: Path) -> None:
    rows = [f"{i},{i / 2}" for i in range(10_000)]
    rows[5000] = ",2500"
    X = read(typed(tmp_path, "\n".join(rows))).X
    assert np.argwhere(np.isnan(X)).tolist() == [[5000, 0]]
    np.testing.assert_array_equal(X[:, 1], np.arange(10_000) / 2)
    rows[9000] = "9000,oops"
    with pytest.raises(DataError, match=r"'x1' \('oops' in row 9001\)"):
        read(typed(tmp_path, "\n".join(rows)))


def test_columns_of_words_are_named_with_the_cure(tmp_path: Path) -> None:
    path = typed(tmp_path, "a,city,b,species\n1,Rome,2,cat\n3,Bern,4,dog\n")
    with pytest.raises(DataError) as raised:
        read(path)
    for said in ("'city' ('Rome' in row 1)", "'species'", "--drop city --drop species", "drop=['city'"):
        assert said in str(raised.value)
    assert read(path, drop=["city", "species"]).X.tolist() == [[1, 2], [3, 4]]
    assert read(path, drop="city", labels="species").X.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("column", "labels", "y", "classes"),
    [
        (["cat", "dog", "", "cat"], "y", [0, 1, -1, 0], ("cat", "dog")),
        (["3", "1", "NA", "3"], "y", [3, 1, -1, 3], None),
        (["3", "1", "2", "3"], -1, [3, 1, 2, 3], None),
        (["0.5", "1", "2", "3"], "y", [0.5, 1, 2, 3], None),
        (["true", "false", "true", "true"], 1, [1, 0, 1, 1], None),
        (["1", "2", "x", "NA"], "y", [0, 1, 2, -1], ("1", "2", "x")),
    ],
)
def test_labels_are_taken_out_of_the_table(column, labels, y, classes, tmp_path: Path) -> None:
    text = "a,y\n" + "\n".join(f"{at},{word}" for at, word in enumerate(column))
    source = read(typed(tmp_path, text), labels=labels)
    assert source.X.tolist() == [[0], [1], [2], [3]]
    assert source.y.tolist() == y
    assert (source.class_names, source.feature_names) == (classes, ("a",))


def test_columns_without_a_header_have_names_to_ask_for(tmp_path: Path) -> None:
    source = read(typed(tmp_path, "1,2,cat\n3,4,dog\n"), labels="x2", drop=0)
    assert (source.X.tolist(), source.class_names) == ([[2], [4]], ("cat", "dog"))


@pytest.mark.parametrize(("header", "X"), [(True, [[4, 5, 6]]), (False, [[1, 2, 3], [4, 5, 6]])])
def test_whether_there_is_a_header_can_be_said(header: bool, X, tmp_path: Path) -> None:
    assert read(typed(tmp_path, "1,2,3\n4,5,6\n"), header=header).X.tolist() == X


def test_the_delimiter_can_be_said(tmp_path: Path) -> None:
    path = typed(tmp_path, "1:2\n3:4\n")
    assert read(path, delimiter=":").X.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "how", "error", "said"),
    [
        ("", {}, DataError, "is empty"),
        ("# nothing\n\n", {}, DataError, "is empty"),
        ("a,b\n", {}, DataError, "has a header but no rows"),
        ("a,b\n1,2\n3\n", {}, DataError, "has 1 cells in line 3 and 2 in the lines before"),
        ("1,2,x3\n4,5,6\n", {}, DataError, "header=True or header=False"),
        ("a,a\n1,2\n", {}, DataError, "more than one column called 'a'"),
        ("a,b\n1,2\n", {"labels": "c"}, DataError, "has no column 'c'; it has a, b"),
        ("width,b\n1,2\n", {"drop": "widht"}, DataError, "Did you mean 'width'"),
        ("a,b\n1,2\n", {"labels": 2}, DataError, "has no column 2"),
        ("a,b\n1,2\n", {"drop": ["a", "b"]}, DataError, "no column left to model"),
        (b"\xff\xfea\x00,\x00", {}, RunError, "not text in UTF-8"),
        (b"a,b\n1,\x002\n", {}, (RunError, DataError), "x.csv"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused_in_words(text, how, error, said, tmp_path) -> None:
    with pytest.raises(error, match=said):
        read(typed(tmp_path, text), **how)


def test_a_very_long_text_beside_the_numbers_costs_nothing(tmp_path: Path) -> None:
    text = "a,tweet\n" + "\n".join(f'{i},"{"long, " * 2000}"' for i in range(50))
    assert read(typed(tmp_path, text), drop="tweet").X.tolist() == [[i] for i in range(50)]


FRAMES = {
    "pandas": pandas.DataFrame,
    "polars": polars.DataFrame,
    "pyarrow": pyarrow.table,
}
COLUMNS = {
    "a": [1.5, 2.5, None],
    "n": [1, 2, 3],
    "gap": [1, None, 3],
    "flag": [True, False, True],
    "word": ["u", "v", "u"],
}


@pytest.mark.parametrize("kind", [*FRAMES, "parquet"])
def test_a_table_is_the_same_in_every_kind_of_frame(kind: str, tmp_path: Path) -> None:
    if kind == "parquet":
        given = tmp_path / "x.parquet"
        polars.DataFrame(COLUMNS).write_parquet(given)
    else:
        given = FRAMES[kind](COLUMNS)
    source = read(given, labels="word")
    np.testing.assert_array_equal(source.X, [[1.5, 1, 1, 1], [2.5, 2, NAN, 0], [NAN, 3, 3, 1]])
    assert source.feature_names == ("a", "n", "gap", "flag")
    assert (source.y.tolist(), source.class_names) == ([0, 1, 0], ("u", "v"))
    assert read(given, labels="n", drop=["word", "a", "gap"]).y.tolist() == [1, 2, 3]
    with pytest.raises(DataError, match=r"'word' \(String, 'u' in row 1\).*--drop word"):
        read(given)


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_a_truth_that_is_missing_is_a_missing_number(kind: str) -> None:
    source = read(FRAMES[kind]({"maybe": [True, None, False]}))
    np.testing.assert_array_equal(source.X, [[1], [NAN], [0]])


@pytest.mark.parametrize(
    "column",
    [
        pandas.Categorical(["u", "v", "u"]),
        pandas.array([1, None, 2], dtype="Int64"),
        pandas.array([True, None, False], dtype="boolean"),
    ],
)
def test_pandas_own_types_are_understood(column) -> None:
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": column})
    if column.dtype == "category":
        assert read(frame, labels="b").class_names == ("u", "v")
    else:
        np.testing.assert_array_equal(read(frame).X[:, 1], [float(column[0]), NAN, float(column[2])])


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_without_rows_is_refused(kind: str) -> None:
    with pytest.raises(DataError, match="has columns but no rows"):
        read(FRAMES[kind]({"a": [], "b": []}))


def test_columns_keep_the_type_that_pixels_have() -> None:
    assert read(pandas.DataFrame(np.arange(6, dtype=np.uint8).reshape(2, 3))).X.dtype == np.uint8


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    path = typed(tmp_path, "?", "x.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r'pip install "vaekit\[tables\]"'):
        read(path)


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_truncated_parquet_is_refused(share: float, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    polars.DataFrame(COLUMNS).write_parquet(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(RunError, match=r"x\.parquet' cannot be read as a parquet file"):
        read(path)
