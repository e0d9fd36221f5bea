"""A grid of pictures whose columns have names; a gap stands behind the first, which is the source of the others, and
where else a figure says so."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.examples import Look, mosaic
from vaekit.plots.style import label


class NamedColumns(Display):
    """pictures: (rows, columns, *shape as fit saw it), in the user's units; names: one a column."""

    def __init__(self, pictures: Array, names: Sequence[Any], look: Look) -> None:
        self.pictures, self.names, self.look = pictures, [str(name) for name in names], look

    @property
    @abstractmethod
    def title(self) -> str:
        """What stands over the grid."""

    @property
    def apart(self) -> tuple[int, ...]:
        """The columns behind which an empty one stands."""
        return (0,)

    def _places(self) -> list[int]:
        """Where each column stands, empty ones counted."""
        return [at + sum(at > behind for behind in self.apart) for at in range(len(self.names))]

    def _cells(self) -> tuple[Array, int]:
        """All pictures as one with the empty columns, and the width of a cell with its gap."""
        rows, columns = self.pictures.shape[:2]
        cells = self.look.pictures(self.pictures.reshape(rows * columns, -1))
        height, width = cells.shape[1:3]
        wide = columns + len(self.apart)
        apart = np.ones((rows, wide, height, width, 3))
        apart[:, self._places()] = cells.reshape(rows, columns, height, width, 3)
        whole, gap = mosaic(apart.reshape(-1, height, width, 3), wide)
        return whole, width + gap

    def _size(self) -> tuple[float, float]:
        height, width, _ = self._cells()[0].shape
        return 6.4, min(8.0, 0.7 + 6.0 * height / width)

    def _draw(self, ax: Axes) -> None:
        whole, step = self._cells()
        ax.imshow(whole, interpolation="nearest", aspect="equal")
        middles = [at * step + step / 2 for at in self._places()]
        ax.set_xticks(middles, [label(name, 10) for name in self.names])
        ax.set_yticks([])
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title(self.title)


def look_of_pictures(estimator: Any, what: str) -> Look:
    """How pictures of this model are drawn; DataError for a model of tables."""
    look = Look.of(estimator)
    if look.picture is None:
        raise DataError(
            f"{what} shows pictures, and this model was fitted on rows of a table; give image_shape=(H, W) to fit when "
            "rows are pictures."
        )
    return look
