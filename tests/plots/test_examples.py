"""How one example is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vaekit.plots.examples import Look, mosaic, some_rows


def estimator(kind: str, event: tuple[int, ...], levels: int | None = None, names: Any = None) -> Any:
    """What Look reads of a fitted estimator."""
    fitted = SimpleNamespace(
        profile_=SimpleNamespace(kind=kind, low=0.0, high=3.0 if kind == "real" else 1.0, levels=levels),
        treatment_=SimpleNamespace(event_shape=event),
    )
    fitted.example_names = None if names is None else np.array(names, dtype=object)
    return fitted


@pytest.mark.parametrize(
    ("kind", "event", "levels", "names", "picture"),
    [
        ("unit", (1, 8, 8), None, None, (1, 8, 8)),
        ("real", (3, 5, 7), None, None, (3, 5, 7)),
        ("pixels", (64,), 16, None, (1, 8, 8)),
        ("unit", (784,), None, None, (1, 28, 28)),
        ("unit", (63,), None, None, None),
        ("unit", (49,), None, None, None),
        ("real", (64,), None, None, None),
        ("counts", (64,), None, None, None),
        ("pixels", (64,), 255, [f"f{i}" for i in range(64)], None),
        ("real", (13,), None, None, None),
    ],
)
def test_images_are_pictures_and_named_columns_are_a_table(
    kind: str, event: tuple[int, ...], levels: int | None, names: Any, picture: tuple[int, ...] | None
) -> None:
    assert Look.of(estimator(kind, event, levels, names)).picture == picture


def test_columns_are_called_by_their_names_or_their_places() -> None:
    assert Look.of(estimator("real", (2,), names=["a", "b"])).names == ("a", "b")
    assert Look.of(estimator("real", (2,))).names == ("column 0", "column 1")


def test_grey_goes_from_the_lowest_to_the_highest_value_a_pixel_can_have() -> None:
    look = Look.of(estimator("pixels", (1, 1, 3), 255))
    shown = look.pictures(np.array([[[[0.0, 51.0, 300.0]]]]))
    np.testing.assert_allclose(shown[0, 0], [[0] * 3, [0.2] * 3, [1] * 3])


def test_colour_is_kept_transparency_is_not_and_other_channels_stand_side_by_side() -> None:
    x = np.random.default_rng(0).uniform(size=(2, 4, 5, 6))
    colour = Look((3, 5, 6), 0, 1, (), True).pictures(x[:, :3])
    np.testing.assert_array_equal(colour[1, 2, 3], x[1, :3, 2, 3])
    np.testing.assert_array_equal(Look((4, 5, 6), 0, 1, (), True).pictures(x), colour)
    beside = Look((2, 5, 6), 0, 1, (), True).pictures(x[:, :2])
    assert beside.shape == (2, 5, 12, 3)
    np.testing.assert_array_equal(beside[..., :6, 0], x[:, 0])
    np.testing.assert_array_equal(beside[..., 6:, 2], x[:, 1])


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 30), st.integers(1, 30))
def test_every_picture_lies_in_the_mosaic_and_the_rest_is_white(
    n: int, columns: int, height: int, width: int
) -> None:
    pictures = np.random.default_rng(0).uniform(0, 0.5, (n, height, width, 3))
    whole, gap = mosaic(pictures, columns)
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        np.testing.assert_array_equal(whole[top : top + height, left : left + width], picture)
    assert (whole < 1).sum() == pictures.size


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor, pd.DataFrame, pl.DataFrame, list])
def test_rows_are_spread_over_whatever_fit_takes(kind: Any) -> None:
    rows, numbers = some_rows(kind(np.arange(20.0).reshape(10, 2)), 4)
    np.testing.assert_array_equal(numbers, [0, 3, 6, 9])
    np.testing.assert_array_equal(np.asarray(rows)[:, 0], [0, 6, 12, 18])


def test_few_rows_are_all_taken() -> None:
    rows, numbers = some_rows(np.eye(3), 4)
    np.testing.assert_array_equal(rows, np.eye(3))
    np.testing.assert_array_equal(numbers, [0, 1, 2])
