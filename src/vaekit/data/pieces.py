"""Rows that are too many for memory: an array's face on pieces, of which one is held at a time.

A run of rows is `pieces[start:stop]`, some rows are `pieces[numbers]`; both are arrays. All at once is refused
unless it is said: `pieces[:]`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array


class Pieces(ABC):
    """n rows in pieces of known lengths, each an array (rows, *event) of one dtype."""

    columns: tuple[str, ...] | None = None

    def __init__(self, lengths: Sequence[int], event: Sequence[int], dtype: Any) -> None:
        self.starts: Array = np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64))])
        self.shape = (int(self.starts[-1]), *map(int, event))
        self.dtype = np.dtype(dtype)
        self._held: tuple[int, Array] | None = None

    @abstractmethod
    def read(self, number: int) -> Array:
        """The rows of one piece, read anew."""

    def piece(self, number: int) -> Array:
        """The rows of one piece, held until another is asked for."""
        if self._held is None or self._held[0] != number:
            self._held = None
            self._held = number, self.read(number)
        return self._held[1]

    def let_go(self) -> None:
        """Hold no piece."""
        self._held = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Array:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step == 1:
                return self._run(start, max(start, stop))
            key = np.arange(start, stop, step)
        numbers = np.asarray(key)
        if numbers.dtype.kind not in "iu" or numbers.ndim > 1:
            raise DataError("rows on disk are taken by runs, as in X[0:1000], or by their numbers.")
        if numbers.ndim == 0:
            row: Array = self[numbers[None]][0]
            return row
        return self._some(numbers)

    def _run(self, start: int, stop: int) -> Array:
        first, last = (np.searchsorted(self.starts, (start, max(start, stop - 1)), side="right") - 1).tolist()
        if first == last < len(self.starts) - 1:
            begin = int(self.starts[first])
            return self.piece(first)[start - begin : stop - begin]
        return self._some(np.arange(start, stop))

    def _some(self, numbers: Array) -> Array:
        wrong = numbers[(numbers < -len(self)) | (numbers >= len(self))]
        if len(wrong):
            raise IndexError(f"there is no row {wrong[0]} of {len(self):,}.")
        numbers = np.where(numbers < 0, numbers + len(self), numbers)
        rows: Array = np.empty((len(numbers), *self.shape[1:]), dtype=self.dtype)
        places = np.searchsorted(self.starts, numbers, side="right") - 1
        for number in np.unique(places).tolist():
            mine = places == number
            rows[mine] = self.piece(number)[numbers[mine] - self.starts[number]]
        return rows

    def reshape(self, rows: int, *event: int) -> Pieces:
        """The same rows with examples of another shape."""
        return self if self.shape == (rows, *event) else _Reshaped(self, event)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise DataError(
            f"these {len(self):,} rows are on disk and are read a piece at a time; fit takes them as they are, other "
            "methods take rows of them, as in X[0:1000] (X[:] reads all)."
        )


class _Reshaped(Pieces):
    """Other pieces with examples of another shape."""

    def __init__(self, pieces: Pieces, event: Sequence[int]) -> None:
        super().__init__(np.diff(pieces.starts).tolist(), event, pieces.dtype)
        self.pieces = pieces

    def read(self, number: int) -> Array:
        return self.pieces.read(number).reshape(-1, *self.shape[1:])

    def piece(self, number: int) -> Array:
        return self.pieces.piece(number).reshape(-1, *self.shape[1:])
