"""A table of which mostly zeros are not stored: its rows become an array only where they are taken.

A table of a million cells by 20,000 genes has 2 % of its values stored; whole, it would fill 80 GB. So what reads
rows takes a block of them at a time, as it does from a memory map: `rows[3:7]` and `rows[numbers]` are arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.kinds import Array


class SparseRows:
    """A scipy sparse table in rows (CSR), of which any rows can be taken as an array."""

    ndim = 2

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return int(self.matrix.shape[0]), int(self.matrix.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the values."""
        found: np.dtype[Any] = self.matrix.dtype
        return found

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        """The rows of a slice or of an array of numbers, (len, columns)."""
        taken: Array = self.matrix[rows].toarray()
        return taken

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """np.isnan alone, which is False everywhere: what is not stored is 0, and no value is hidden."""
        return np.broadcast_to(np.False_, self.shape) if ufunc is np.isnan else NotImplemented

    @property
    def stored(self) -> Array:
        """The values that are stored, (m,); all others are 0."""
        values: Array = self.matrix.data
        return values

    def ranges(self) -> tuple[Array, Array]:
        """The lowest and highest value of each column, zeros included."""
        lows, highs = (getattr(self.matrix, name)(axis=0).toarray().ravel() for name in ("min", "max"))
        return lows, highs

    def float32(self) -> SparseRows:
        """The same rows as the model reads them."""
        return SparseRows(self.matrix.astype(np.float32))
