"""What kind of values the data are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaekit.data import layout
from vaekit.data.profile import profile, suggest_likelihood
from vaekit.errors import DataError

ROWS = 200


def drawn(low: float, high: float, *shape: int, whole: bool = True) -> np.ndarray:
    """Values from low to high, both of which occur, in every type that a file might give."""
    rng = np.random.default_rng(0)
    X = rng.integers(low, high + 1, shape) if whole else rng.uniform(low, high, shape)
    X.flat[:2] = low, high
    return X.astype(float)


def poisson(rate: float, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).poisson(rate, shape).astype(float)


@pytest.mark.parametrize(
    ("kind", "levels", "X"),
    [
        ("binary", None, drawn(0, 1, ROWS, 5)),
        ("binary", None, drawn(0, 1, ROWS, 5).astype(bool)),
        ("binary", None, drawn(0, 1, ROWS, 1, 5, 5).astype(np.uint8)),
        ("pixels", 255, drawn(0, 255, ROWS, 5).astype(np.uint8)),
        ("pixels", 255, drawn(0, 255, ROWS, 3, 5, 6).astype(np.uint8)),
        ("pixels", 255, drawn(0, 3, ROWS, 1, 5, 5).astype(np.uint8)),
        ("pixels", 255, drawn(0, 255, ROWS, 5, 5)),
        ("pixels", 255, drawn(0, 254.5, ROWS, 5, 5, whole=False)),
        ("pixels", 255, drawn(0, 255, ROWS, 64)),
        ("pixels", 16, drawn(0, 16, ROWS, 64)),
        ("pixels", 16, drawn(0, 16, ROWS, 8, 8)),
        ("pixels", 16, drawn(0, 16, ROWS, 8, 8).astype(np.uint8)),
        ("counts", None, drawn(0, 16, ROWS, 63)),
        ("counts", None, drawn(0, 255, ROWS, 49)),
        ("counts", None, drawn(0, 17, ROWS, 8, 8)),
        ("counts", None, drawn(0, 256, ROWS, 8, 8)),
        ("counts", None, drawn(0, 15, ROWS, 64)),
        ("unit", None, drawn(0, 1, ROWS, 5, whole=False)),
        ("unit", None, drawn(0.2, 0.4, ROWS, 8, 8, whole=False)),
        ("categorical", 3, drawn(0, 3, ROWS, 5)),
        ("categorical", 3, drawn(0, 3, ROWS, 5).astype(np.uint8)),
        ("categorical", 9, drawn(0, 9, 2000, 5)),
        ("counts", None, drawn(0, 10, 2000, 5)),
        ("counts", None, poisson(0.7, 2000, 5)),
        ("counts", None, poisson(30, ROWS, 5)),
        ("real", None, drawn(-3, 3, ROWS, 5)),
        ("real", None, drawn(0, 1.5, ROWS, 5, whole=False)),
        ("real", None, drawn(-0.1, 1, ROWS, 5, whole=False)),
    ],
)
def test_the_kind_of_values_is_found(kind: str, levels: int | None, X: np.ndarray) -> None:
    found = profile(X)
    assert (found.kind, found.levels) == (kind, levels), found.reason
    assert (found.rows, found.low, found.high) == (len(X), X.min(), X.max())
    assert "\n" not in found.reason


@given(rows=st.integers(2, 90), high=st.sampled_from([1, 3, 16, 255, 0.5]), image=st.booleans())
def test_the_range_of_fewer_than_fifty_rows_is_never_judged(rows: int, high: float, image: bool) -> None:
    X = drawn(0, high, rows, *((8, 8) if image else (64,)), whole=high != 0.5)
    found = profile(X)
    assert found.too_few == (rows < 50)
    assert (found.kind == "real") == (rows < 50)
    if rows < 50:
        assert str(rows) in found.reason


def test_few_rows_of_uint8_still_say_what_white_is() -> None:
    X = drawn(0, 255, 20, 8, 8)
    assert profile(X.astype(np.uint8)).levels == 255
    assert profile(X).levels is None
    assert profile((X > 100).astype(np.uint8)).levels is None


@given(rate=st.floats(0.3, 3), seed=st.integers(0, 50))
def test_poisson_draws_are_counts_and_even_draws_are_categories(rate: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rate, (3000, 4))
    assert profile(counts).kind == "counts"
    assert profile(rng.integers(0, counts.max() % 8 + 3, counts.shape)).kind == "categorical"


def test_a_gap_in_one_column_makes_counts() -> None:
    X = drawn(0, 3, ROWS, 5)
    X[X[:, 2] == 1, 2] = 2
    assert profile(X).kind == "counts"


@given(share=st.floats(0.01, 0.99))
def test_a_rare_highest_value_makes_counts(share: float) -> None:
    """Three values, of which the highest has this share: at least half of a third, or a thin tail."""
    high = round(share * 3000)
    X = np.r_[np.full(high, 2), np.arange(3000 - high) % 2][:, None]
    assert profile(X).kind == ("categorical" if high >= 500 else "counts")


def test_constant_columns_are_listed_and_all_constant_is_refused() -> None:
    X = drawn(-1, 1, ROWS, 2, 3, 2, whole=False)
    X[:, 1, 0, 1] = 0.5
    X[:, 0, 2, 0] = -1
    assert profile(X).constant == (4, 7)
    with pytest.raises(DataError, match="all 3 columns of X are constant"):
        profile(np.ones((ROWS, 3)) * [1, 2, 3])


@pytest.mark.parametrize("rows", [0, 1])
def test_no_sample_and_one_sample_are_refused(rows: int) -> None:
    with pytest.raises(DataError, match=f"n_samples={rows}"):
        profile(np.zeros((rows, 4)))


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinite_values_are_refused(value: float) -> None:
    X = drawn(0, 1, ROWS, 5)
    X[7, 3] = value
    with pytest.raises(DataError, match="infinite"):
        profile(X)


@pytest.mark.parametrize("high", [1, 3, 255])
def test_missing_values_change_no_judgement(high: int) -> None:
    whole = drawn(0, high, ROWS, 64)
    X = whole.copy()
    X[5:9, 1:] = np.nan
    X[:, 60] = np.nan
    found = profile(X)
    assert replace(found, constant=()) == profile(whole)
    assert found.constant == (60,)


@pytest.mark.parametrize(
    "X", [drawn(0, 3, ROWS, 9), poisson(2, ROWS, 3, 3), drawn(-1, 1, ROWS, 9, whole=False)]
)
def test_reading_in_blocks_gives_the_same_profile(X: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = profile(X)
    monkeypatch.setattr(layout, "_BLOCK_VALUES", 30)
    assert profile(X) == at_once


def test_flat_rows_are_images_with_an_image_shape() -> None:
    X = drawn(0, 200, ROWS, 30)
    assert profile(X).kind == "counts"
    assert (profile(X, (5, 6)).kind, profile(X, (5, 6)).event_shape) == ("pixels", (1, 5, 6))


@pytest.mark.parametrize(
    ("X", "name", "options", "said"),
    [
        (drawn(0, 1, ROWS, 5), "bernoulli", {}, "0 or 1"),
        (drawn(0, 1, ROWS, 5, whole=False), "continuous-bernoulli", {}, "[0, 1]"),
        (drawn(0, 255, ROWS, 5, 5), "gaussian", {"scale": "learned"}, "divided by 255"),
        (drawn(0, 16, ROWS, 8, 8), "gaussian", {"scale": "learned"}, "divided by 16"),
        (drawn(0, 1, ROWS, 5, 5, whole=False), "gaussian", {"scale": "learned"}, "[0, 1]"),
        (poisson(2, ROWS, 5), "poisson", {}, "as Poisson counts have it"),
        (poisson(2, ROWS, 5) * 3, "negative-binomial", {}, "times their mean, more than Poisson counts have"),
        (drawn(0, 3, ROWS, 5), "categorical", {}, "categories"),
        (drawn(-9, 9, ROWS, 5), "gaussian", {"scale": "learned"}, "real"),
        (drawn(0, 1, 30, 5), "gaussian", {"scale": "learned"}, "30 rows are too few"),
    ],
)
def test_a_likelihood_is_suggested_with_its_reason(X, name, options, said) -> None:
    chosen, sentence = suggest_likelihood(profile(X))
    assert (chosen.name, chosen.options) == (name, options)
    assert sentence.startswith(f"likelihood '{name}'")
    assert said in sentence


@pytest.mark.parametrize("holes", [False, True])
def test_the_dispersion_of_counts_is_their_variance_over_their_mean(holes: bool) -> None:
    X = poisson(3, 400, 6) * np.arange(1, 7.0)
    if holes:
        X[np.random.default_rng(1).random(X.shape) < 0.2] = np.nan
    expected = np.nanvar(X, 0).sum() / np.nanmean(X, 0).sum()
    assert profile(X).dispersion == pytest.approx(expected)
    assert profile(X / 7).dispersion is None
