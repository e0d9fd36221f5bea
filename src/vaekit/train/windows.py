"""Rows on disk, trained on a window at a time: memory holds one window of rows, whatever their number is.

A window is as many whole pieces (shards) as WINDOW_BYTES hold, at least one. The pieces stand in a new order every
epoch, and the rows of a window are shuffled together. Both orders are functions of one number that is drawn at the
start of the epoch, so they depend on nothing but the seed and the number of the epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.kinds import Array
from vaekit.train.rows import MappedRows

WINDOW_BYTES = 2**27
"""What the pieces of a window hold together, as they are stored."""


class WindowedRows:
    """Rows of pieces; `treat` turns a block of them into model values, `left_out` are sorted numbers of other rows."""

    def __init__(
        self,
        pieces: Any,
        treat: Callable[[Any], Any],
        device: torch.device,
        c: Tensor | None = None,
        *,
        dynamic: bool = False,
        left_out: Array | None = None,
    ) -> None:
        self.pieces, self.treat, self.device, self.c, self.dynamic = pieces, treat, device, c, dynamic
        self.left_out: Array = np.empty(0, dtype=np.int64) if left_out is None else left_out
        starts = pieces.starts
        self.kept = np.diff(starts) - np.diff(np.searchsorted(self.left_out, starts))
        self._window: tuple[int, ...] = ()
        self._buffer: Array = np.empty(0)

    def __len__(self) -> int:
        return int(self.kept.sum())

    def take(self, numbers: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
        """Rows by their numbers among all rows of the pieces, whichever are left out."""
        return self.chosen(numbers.numpy()).take(torch.arange(len(numbers)), generator)

    def without(self, left_out: Array) -> WindowedRows:
        """These rows but for some."""
        return WindowedRows(
            self.pieces, self.treat, self.device, self.c, dynamic=self.dynamic, left_out=left_out
        )

    def chosen(self, numbers: Array) -> MappedRows:
        """Rows by their numbers among all rows of the pieces, held in memory."""
        held = self.pieces[numbers]
        self.pieces.let_go()
        c = None if self.c is None else self.c[torch.from_numpy(np.asarray(numbers))]
        return MappedRows(held, self.treat, self.device, c, dynamic=self.dynamic)

    def shuffled(
        self, size: int, order: torch.Generator, generator: torch.Generator, skip: int = 0
    ) -> Iterator[tuple[Tensor, Tensor | None]]:
        """All rows once, `size` at a time, without the first `skip` batches, whose windows are not even read.

        `order` gives one number.
        """
        of_epoch = int(torch.randint(2**62, (), generator=order))
        ahead = skip * size  # rows to pass over
        left: tuple[Array, Array] | None = None
        for place, window in enumerate(self._windows(np.random.default_rng([of_epoch, 0]))):
            kept = int(self.kept[list(window)].sum())
            if ahead >= kept:
                ahead -= kept
                continue
            rows, numbers = self._read(window)
            inside = np.flatnonzero(~np.isin(numbers, self.left_out, assume_unique=True))
            turn = inside[np.random.default_rng([of_epoch, 1, place]).permutation(len(inside))][ahead:]
            ahead = 0
            if left is not None:
                more, turn = turn[: size - len(left[0])], turn[size - len(left[0]) :]
                left = np.concatenate([left[0], rows[more]]), np.concatenate([left[1], numbers[more]])
                if len(left[0]) < size:
                    continue
                yield self._batch(*left, generator)
                left = None
            whole = len(turn) - len(turn) % size
            for start in range(0, whole, size):
                now = turn[start : start + size]
                yield self._batch(rows[now], numbers[now], generator)
            if whole < len(turn):
                left = rows[turn[whole:]], numbers[turn[whole:]]
        if left is not None:
            yield self._batch(*left, generator)

    @property
    def _row_bytes(self) -> int:
        return int(self.pieces.dtype.itemsize * self.pieces.size // max(1, len(self.pieces)))

    def _windows(self, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
        """Numbers of the pieces of each window."""
        window: list[int] = []
        held = 0
        for piece in rng.permutation(len(self.kept)).tolist():
            bytes_of_piece = int(self.pieces.starts[piece + 1] - self.pieces.starts[piece]) * self._row_bytes
            if window and held + bytes_of_piece > WINDOW_BYTES:
                yield tuple(window)
                window, held = [], 0
            window.append(piece)
            held += bytes_of_piece
        yield tuple(window)

    def _read(self, window: tuple[int, ...]) -> tuple[Array, Array]:
        """(the rows of these pieces, their numbers among all rows), in the order in which they are stored."""
        pieces = tuple(sorted(window))
        starts = self.pieces.starts
        numbers = np.concatenate([np.arange(starts[piece], starts[piece + 1]) for piece in pieces])
        if self._window != pieces:
            self.pieces.let_go()
            rows = self._room()[: len(numbers)]
            self._window, done = (), 0
            for piece in pieces:
                read = self.pieces.read(piece)
                rows[done : done + len(read)] = read
                done += len(read)
            self._window = pieces
        return self._buffer[: len(numbers)], numbers

    def _room(self) -> Array:
        """The memory that every window is read into."""
        if not len(self._buffer):
            lengths = np.diff(self.pieces.starts)
            most = max(int(lengths.max()), min(len(self.pieces), WINDOW_BYTES // max(1, self._row_bytes)))
            self._buffer = np.empty((most, *self.pieces.shape[1:]), dtype=self.pieces.dtype)
        return self._buffer

    def _batch(self, rows: Array, numbers: Array, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
        x = torch.from_numpy(self.treat(rows)).to(self.device)
        if self.dynamic:
            x = torch.bernoulli(x, generator=generator)
        if self.c is None:
            return x, None
        return x, self.c.index_select(0, torch.from_numpy(numbers).to(self.c.device))
