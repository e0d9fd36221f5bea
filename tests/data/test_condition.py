"""What y becomes when a model is conditioned on it: every kind of it, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from vaekit.data.condition import Condition
from vaekit.errors import DataError


def learn(y: Any, **options: Any) -> Condition:
    return Condition.learn(y, len(y), asked_by="CVAE", **options)


LABELS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "whole numbers": ([3, 1, 3, 7], (1, 3, 7)),
    "an array": (np.array([3, 1, 3, 7], dtype=np.uint8), (1, 3, 7)),
    "a tensor": (torch.tensor([3, 1, 3, 7]), (1, 3, 7)),
    "whole floats": (np.array([3.0, 1.0, 3.0, 7.0]), (1, 3, 7)),
    "truth values": (np.array([True, False, True, True]), (False, True)),
    "texts": (["rose", "iris", "rose", "oak"], ("iris", "oak", "rose")),
    "a series": (pd.Series(["rose", "iris", "rose", "oak"], dtype="category"), ("iris", "oak", "rose")),
    "a polars series": (pl.Series([3, 1, 3, 7]), (1, 3, 7)),
    "one column": (np.array([[3], [1], [3], [7]]), (1, 3, 7)),
    "minus one": ([-1, 1, -1, 1], (-1, 1)),
}
every_label = pytest.mark.parametrize("row", LABELS)


@every_label
def test_labels_of_any_kind_are_one_hot_of_their_sorted_classes(row: str) -> None:
    y, classes = LABELS[row]
    condition = learn(y)
    assert condition.labels is not None
    assert condition.labels.classes == classes
    values = np.asarray(y).ravel().tolist()
    expected = [[float(value == label) for label in classes] for value in values]
    made = condition.to_model(y, 4)
    assert made.dtype == np.float32
    assert made.tolist() == expected
    assert condition.labels.shares == tuple(values.count(label) / 4 for label in classes)
    assert condition.log_shares(y, 4).tolist() == [np.log(values.count(v) / 4) for v in values]


@every_label
def test_one_value_is_that_of_all_rows(row: str) -> None:
    y, classes = LABELS[row]
    condition = learn(y)
    for at, label in enumerate(classes):
        assert condition.to_model(label, 3).tolist() == [np.eye(len(classes))[at].tolist()] * 3
        assert condition.read(str(label)) == label


def test_real_numbers_are_measured_from_their_mean_in_standard_deviations() -> None:
    y = np.random.default_rng(0).gamma(2.0, size=(50, 2))
    condition = learn(y)
    np.testing.assert_allclose(condition.to_model(y, 50), (y - y.mean(0)) / y.std(0), rtol=1e-6)
    assert condition.labels is None
    assert condition.to_model(y[0], 3).shape == (3, 2)
    years = np.arange(30.0)
    assert learn(years).width == 1
    assert learn(np.full(5, 0.5)).to_model(0.5, 1).tolist() == [[0.0]]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_frame_has_columns_of_both_kinds(frame: Any) -> None:
    y = frame({"species": ["rose", "iris", "rose"], "age": [1.5, 2.5, 3.5]})
    condition = learn(y)
    spread = np.std([1.5, 2.5, 3.5])
    expected = np.array([[0, 1, -1 / spread], [1, 0, 0], [0, 1, 1 / spread]])
    np.testing.assert_allclose(condition.to_model(y, 3), expected, rtol=1e-6)
    for same in ({"age": 2.5, "species": "iris"}, ["iris", 2.5], condition.read("iris, 2.5")):
        np.testing.assert_allclose(condition.to_model(same, 2), expected[[1, 1]], rtol=1e-6)
    assert condition.told().startswith("species ('iris', 'rose'); age (real numbers about 2.5")


def test_where_labels_may_be_missing_that_is_a_row_of_zeros() -> None:
    for y, missing in (
        ([3, -1, 5, 3], -1),
        (["a", "", "b", "a"], ""),
        (["a", None, "b", "a"], None),
        ([3.0, np.nan, 5.0, 3.0], np.nan),
        (pd.Series(["a", pd.NA, "b", "a"], dtype="string"), pd.NA),
    ):
        condition = learn(y, unlabelled=True)
        assert condition.to_model(y, 4).tolist() == [[1, 0], [0, 0], [0, 1], [1, 0]]
        assert condition.to_model(missing, 1).tolist() == [[0, 0]]
        assert condition.to_model(None, 2).tolist() == [[0, 0], [0, 0]]
        assert condition.places(y, 4).tolist() == [0, -1, 1, 0]
        assert condition.labels is not None
        assert condition.labels.shares == (2 / 3, 1 / 3)
    assert learn([1, -1, 1, -1], unlabelled=True).labels.classes == (-1, 1)  # type: ignore[union-attr]


@pytest.mark.parametrize("row", [*LABELS, "both kinds"])
def test_plain_data_give_the_condition_back(row: str) -> None:
    both = pd.DataFrame({"a": ["x", "y"], "b": [0.1, 0.2]})
    condition = learn(both if row == "both kinds" else LABELS[row][0])
    assert Condition.from_stored(json.loads(json.dumps(condition.to_json()))) == condition


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (None, "requires y to be passed, but the target y is None"),
        ([1, 2], "y has 2 rows and X has 3"),
        (["a", None, "b"], "needs a label for every row, but 1 of 3 are missing"),
        ([None, None, None], "needs labels, but none of the 3 rows has one"),
        ([0.5, np.nan, 1.0], "1 of 3 values are missing"),
        ([0.5, np.inf, 1.0], "y holds infinite numbers"),
        ([1, "a", 2], "y holds values of type int and str"),
        ([{}, {}, {}], "y holds values of type dict"),
        (np.zeros((3, 2, 2)), "has shape (3, 2, 2)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "y",
)
def test_what_cannot_be_a_condition_is_refused_in_words(y: Any, said: str) -> None:
    with pytest.raises(DataError) as refused:
        Condition.learn(y, 3, asked_by="CVAE")
    assert said in str(refused.value)


def test_names_of_rows_are_no_classes() -> None:
    with pytest.raises(DataError, match="100 classes in 100 rows"):
        learn([f"row {at}" for at in range(100)])


@pytest.mark.parametrize(
    ("c", "said"),
    [
        ("oak", "column 'species': class 'oak' was not seen in fit; seen were: 'iris', 'rose'"),
        (7, "class 7 was not seen"),
        (None, "class is missing"),
        ({1}, "was not seen"),
    ],
    ids=repr,
)
def test_an_unseen_class_is_named_with_those_that_were_seen(c: Any, said: str) -> None:
    condition = learn(pd.DataFrame({"species": ["rose", "iris"], "age": [0.5, 1.5]}))
    with pytest.raises(DataError) as refused:
        condition.to_model({"species": [c, c] if isinstance(c, set) else c, "age": 1.0}, 2)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("c", "said"),
    [
        (None, "give c=, the condition of the 3 rows: species"),
        ("rose", "c has 1 columns; this condition has 2"),
        ({"species": "rose"}, "c lacks 'age'"),
        ({"species": "rose", "age": 1, "height": 2}, "c has 'height'"),
        ({"species": ["rose"] * 2, "age": 1}, "conditions of shape (2,) for 3 rows"),
        ({"species": "rose", "age": "old"}, "column 'age': a condition of real numbers cannot be 'old'"),
        ({"species": "rose", "age": np.nan}, "column 'age': a condition must be finite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "c",
)
def test_a_condition_that_does_not_fit_is_refused_in_words(c: Any, said: str) -> None:
    condition = learn(pd.DataFrame({"species": ["rose", "iris"], "age": [0.5, 1.5]}))
    with pytest.raises(DataError) as refused:
        condition.to_model(c, 3)
    assert said in str(refused.value)


def test_what_is_typed_is_read_as_what_was_seen() -> None:
    condition = learn(pd.DataFrame({"species": ["rose", "iris"], "age": [0.5, 1.5]}))
    for typed, said in (
        ("rose", "1 values"),
        ("oak, 1", "'oak' was not seen"),
        ("rose, old", "'old' is no number"),
    ):
        with pytest.raises(DataError, match=said):
            condition.read(typed)
    with pytest.raises(DataError, match=r"'rosa' was not seen.*Did you mean 'rose'"):
        condition.read("rosa, 1")
    with pytest.raises(DataError, match="one column of labels"):
        condition.log_shares(["rose", 1.0], 1)
