"""Rows that are read a window at a time: each once an epoch, in an order that only the seed and the epoch decide."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vaekit.data.pieces import Pieces
from vaekit.train import WindowedRows, windows

CPU = torch.device("cpu")


class Counted(Pieces):
    """Rows whose one value is their number; `reads` are the pieces that were read."""

    def __init__(self, lengths: list[int]) -> None:
        super().__init__(lengths, (1,), np.float32)
        self.reads: list[int] = []

    def read(self, number: int) -> np.ndarray:
        self.reads.append(number)
        return np.arange(self.starts[number], self.starts[number + 1], dtype=np.float32)[:, None]


def rows_of(pieces: Pieces, left_out: Any = (), c: torch.Tensor | None = None) -> WindowedRows:
    return WindowedRows(pieces, lambda x: x, CPU, c, left_out=np.array(left_out, dtype=np.int64))


def epoch_of(rows: WindowedRows, size: int, seed: int = 0, skip: int = 0, before: int = 0) -> list[list[int]]:
    """The numbers in each batch of the epoch after `before` others."""
    order = torch.Generator().manual_seed(seed)
    for _ in range(before):
        torch.randint(2**62, (), generator=order)
    batches = rows.shuffled(size, order, torch.Generator(), skip)
    return [x[:, 0].int().tolist() for x, _ in batches]


@settings(deadline=None, max_examples=60)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=8),
    size=st.integers(1, 12),
    window=st.integers(1, 30),
    data=st.data(),
)
def test_an_epoch_has_every_row_once_in_whole_batches_and_can_be_entered_anywhere(
    lengths, size, window, data
) -> None:
    n = sum(lengths)
    left_out = sorted(data.draw(st.sets(st.integers(0, n - 1), max_size=n - 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "WINDOW_BYTES", 4 * window)
        rows = rows_of(Counted(lengths), left_out)
        batches = epoch_of(rows, size)
        assert len(rows) == n - len(left_out)
        assert sorted(chain(*batches)) == sorted(set(range(n)) - set(left_out))
        assert all(len(batch) == size for batch in batches[:-1])
        assert len(batches) == -(-len(rows) // size)
        skip = data.draw(st.integers(0, len(batches)))
        assert epoch_of(rows_of(Counted(lengths), left_out), size, skip=skip) == batches[skip:]


def test_the_order_is_a_function_of_the_seed_and_the_epoch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 4 * 25)
    lengths = [10] * 10
    rows = rows_of(Counted(lengths))
    order = torch.Generator().manual_seed(0)
    epochs = [
        [x[:, 0].int().tolist() for x, _ in rows.shuffled(7, order, torch.Generator())] for _ in range(3)
    ]
    for epoch, found in enumerate(epochs):
        assert epoch_of(rows_of(Counted(lengths)), 7, before=epoch) == found
    assert epochs[0] != epochs[1] != epochs[2]
    assert epoch_of(rows_of(Counted(lengths)), 7, seed=1) != epochs[0]


def test_a_window_mixes_its_pieces_and_each_is_read_once_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 4 * 50)
    pieces = Counted([10] * 20)
    first_window = list(chain(*epoch_of(rows_of(pieces), 10)[:5]))
    assert sorted(pieces.reads) == list(range(20))
    assert {number // 10 for number in first_window} == set(pieces.reads[:5])
    # Of 50 shuffled rows of 5 pieces, ten in a row come from one piece with probability below 1e-8.
    assert len({number // 10 for number in first_window[:10]}) > 1


def test_windows_that_are_passed_over_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 4 * 10)
    pieces = Counted([10] * 20)
    epoch_of(rows_of(pieces), 10, skip=15)
    assert len(pieces.reads) == 5


def test_rows_that_one_window_holds_are_read_once_for_all_epochs() -> None:
    pieces = Counted([10] * 3)
    rows = rows_of(pieces)
    first, second = (epoch_of(rows, 10, before=epoch) for epoch in (0, 1))
    assert first != second
    assert sorted(pieces.reads) == [0, 1, 2]


def test_conditions_stay_with_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 4 * 8)
    c = torch.arange(30.0)[:, None] * 3
    rows = rows_of(Counted([7, 8, 15]), [2, 9], c)
    for x, beside in rows.shuffled(4, torch.Generator().manual_seed(0), torch.Generator()):
        assert torch.equal(beside, 3 * x)
    x, beside = rows.chosen(np.array([29, 2])).take(torch.tensor([1, 0]), torch.Generator())
    assert (x[:, 0].tolist(), beside[:, 0].tolist()) == ([2, 29], [6, 87])
