"""The shape of one example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaekit.data import layout
from vaekit.data.layout import blocks, examples
from vaekit.errors import DataError


@pytest.mark.parametrize(
    ("shape", "image_shape", "event"),
    [
        ((5, 7), None, (7,)),
        ((5, 1), None, (1,)),
        ((5, 6, 8), None, (1, 6, 8)),
        ((5, 6, 8), (6, 8), (1, 6, 8)),
        ((5, 6, 8), (1, 6, 8), (1, 6, 8)),
        ((5, 3, 6, 8), None, (3, 6, 8)),
        ((5, 2, 6, 8), (2, 6, 8), (2, 6, 8)),
        ((5, 48), (6, 8), (1, 6, 8)),
        ((5, 48), [3, 4, 4], (3, 4, 4)),
        ((5, 1, 4, 4), (4, 4), (1, 4, 4)),
    ],
)
def test_rows_and_images_keep_their_values_in_order(shape, image_shape, event) -> None:
    X = np.arange(np.prod(shape)).reshape(shape)
    made = examples(X, image_shape)
    assert made.shape == (5, *event)
    assert made.ravel().tolist() == X.ravel().tolist()
    assert np.shares_memory(made, X)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_last_is_refused_with_the_transposition_that_mends_it(channels: int) -> None:
    X = np.arange(5 * 6 * 7 * channels).reshape(5, 6, 7, channels)
    with pytest.raises(DataError, match=r"X\.transpose\(0, 3, 1, 2\)"):
        examples(X)
    made = examples(X.transpose(0, 3, 1, 2))
    assert (made[2, channels - 1, 5, 6], made.shape) == (X[2, 5, 6, channels - 1], (5, channels, 6, 7))


def test_narrow_images_are_taken_when_the_refusal_is_answered() -> None:
    X = np.zeros((5, 2, 9, 3))
    with pytest.raises(DataError, match=r"image_shape=\(2, 9, 3\)"):
        examples(X)
    assert examples(X, (2, 9, 3)).shape == X.shape


@pytest.mark.parametrize(
    ("shape", "image_shape", "said"),
    [
        ((5,), None, r"reshape\(-1, 1\)"),
        ((), None, "wanted are rows"),
        ((2, 2, 2, 2, 2), None, "wanted are rows"),
        ((5, 48), (6, 7), "48 values a row, but image_shape 1 x 6 x 7 needs 42"),
        ((5, 48), (48,), r"give \(H, W\) or \(C, H, W\)"),
        ((5, 48), (0, 8), r"give \(H, W\) or \(C, H, W\)"),
        ((5, 48), "square", r"give \(H, W\) or \(C, H, W\)"),
        ((5, 48), 7, r"give \(H, W\) or \(C, H, W\)"),
        ((5, 6, 8), (8, 6), r"is not image_shape=\(8, 6\)"),
    ],
)
def test_other_shapes_are_refused_in_words(shape, image_shape, said) -> None:
    with pytest.raises(DataError, match=said):
        examples(np.zeros(shape), image_shape)


@given(rows=st.integers(0, 40), columns=st.integers(1, 9), values=st.integers(1, 60))
def test_blocks_hold_every_row_once_and_in_order(rows: int, columns: int, values: int) -> None:
    X = np.arange(rows * columns).reshape(rows, columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "_BLOCK_VALUES", values)
        cut = list(blocks(X))
    assert np.concatenate([X[:0], *cut]).tolist() == X.tolist()
    assert all(block.size <= max(values, columns) for block in cut)
