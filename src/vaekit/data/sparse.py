"""A table of which mostly zeros are not stored: its rows become an array only where they are taken.

A table of a million cells by 20,000 genes has 2 % of its values stored; whole, it would fill 80 GB. So what reads
rows takes a block of them at a time, as it does from a memory map: `rows[3:7]` and `rows[numbers]` are arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from vaekit.data.cells import Cells, cells_of_array
from vaekit.kinds import Array


class SparseRows:
    """A scipy sparse table in rows (CSR), of which any rows can be taken as an array.

    units: None, or (offset, scale) of the columns, (D,) each: a row that is taken is (row - offset) / scale, float32.
    """

    ndim = 2

    def __init__(self, matrix: Any, units: tuple[Array, Array] | None = None) -> None:
        self.matrix, self.units = matrix, units

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
        if self.units is None:
            return taken
        offset, scale = self.units
        return ((taken - offset) / scale).astype(np.float32)

    def each_column(self) -> Iterator[Array]:
        """The values of one column after the other, (n,)."""
        columns = self.matrix.tocsc()
        for at in range(self.shape[1]):
            yield _column(columns, at)

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


class SparseColumns(Mapping[str, Cells]):
    """The columns of a sparse table by name, each made when it is asked for: one of them is whole at a time."""

    def __init__(self, matrix: Any, names: Sequence[str]) -> None:
        self.matrix, self.names = matrix, names
        self._columns, self._at = matrix.tocsc(), {name: at for at, name in enumerate(names)}

    def __getitem__(self, name: str) -> Cells:
        return cells_of_array(_column(self._columns, self._at[name]), name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _column(columns: Any, at: int) -> Array:
    """A column of a table in columns (CSC), (n,)."""
    made = np.zeros(columns.shape[0], dtype=columns.dtype)
    here = slice(columns.indptr[at], columns.indptr[at + 1])
    np.add.at(made, columns.indices[here], columns.data[here])  # a place may be stored in parts
    return made


def sparse_of(columns: Iterator[Array], shape: tuple[int, int]) -> SparseRows:
    """Columns (n,) that mostly hold 0, one after the other, as float64 rows of this shape."""
    from scipy.sparse import csc_array

    places, values, ends = [], [], [0]
    for column in columns:
        at = np.flatnonzero(column)
        places.append(at)
        values.append(column[at])
        ends.append(ends[-1] + len(at))
    stored = (np.concatenate(values).astype(np.float64), np.concatenate(places), np.array(ends))
    return SparseRows(csc_array(stored, shape=shape).tocsr())
