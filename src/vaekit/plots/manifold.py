"""What codes decode to, over a plane of two latent values."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.measure.plane import axis, plane
from vaekit.plots.display import Display
from vaekit.plots.examples import Look
from vaekit.plots.style import PAPER, VERMILION

CELLS = 21
TICKS = 5
SMALL = 16
"""Pictures of fewer pixels a side fill their cell to its edge, so that a line has to tell them apart."""


class Manifold(Display):
    """n x n means of p(x | z): the first of `units` runs to the right, the second runs down.

    pictures: (n * n, *shape as fit saw it), row by row from the top, in the user's units; axis: (n,) positions. The
    top row has the most negative value of the second unit, as in the TensorFlow tutorial. An odd n has a cell at
    exactly 0, which is framed.
    """

    size = (5.2, 5.4)

    def __init__(
        self,
        pictures: Array,
        axis: Array,
        look: Look,
        grid: str = "quantile",
        units: tuple[int, int] = (0, 1),
    ) -> None:
        self.pictures, self.axis, self.look = pictures, axis, look
        self.grid, self.units = grid, units

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        n: int = CELLS,
        grid: str = "quantile",
        *,
        reach: float | None = None,
        units: tuple[int, int] = (0, 1),
        c: Any = None,
        ax: Axes | None = None,
    ) -> Self:
        """grid: "quantile" (of a standard normal) or "linear"; reach: the last position. Other units are 0. c: the
        condition of every picture, for a model that has one.

        Raises DataError for models of tables, of one latent value, and for units that they have not.
        """
        look = Look.of(estimator)
        if look.picture is None:
            raise DataError(
                "a manifold shows pictures, and this model was fitted on rows of a table; give image_shape=(H, W) to "
                "fit when rows are pictures."
            )
        positions = axis(n, grid, reach)
        codes = plane(positions, estimator.spec_.latent_dim, units)
        pictures = estimator.inverse_transform(codes, **({} if c is None else {"c": c}))
        return cls(pictures, positions, look, grid, units).plot(ax)

    @property
    def centre(self) -> int | None:
        """The row and column of the cell at 0, or None where n is even."""
        return len(self.axis) // 2 if len(self.axis) % 2 else None

    def describe(self) -> str:
        n, (right, down) = len(self.axis), self.units
        spread = "quantiles of a standard normal" if self.grid == "quantile" else "even steps"
        nearest = float(np.abs(self.axis).min())
        centre = (
            "the middle cell is z = 0"
            if self.centre is not None
            else f"no cell is at 0, the nearest have {nearest:.4f} on each axis"
        )
        return (
            f"Manifold: {n} x {n} means of p(x | z); latent value {right} runs to the right and {down} runs down, each "
            f"from {self.axis[0]:.3f} to {self.axis[-1]:.3f} by {spread}; {centre}."
        )

    def _draw(self, ax: Axes) -> None:
        n = len(self.axis)
        cells = self.look.pictures(self.pictures)
        height, width = cells.shape[1:3]
        whole = (
            cells.reshape(n, n, height, width, 3).transpose(0, 2, 1, 3, 4).reshape(n * height, n * width, 3)
        )
        # Cells stand at 0 .. n - 1 with their middle on whole numbers.
        ax.imshow(
            whole, interpolation="nearest", extent=(-0.5, n - 0.5, n - 0.5, -0.5), aspect=height / width
        )
        if min(height, width) < SMALL:
            between = np.arange(n - 1) + 0.5
            ax.hlines(between, -0.5, n - 0.5, color=PAPER, linewidth=0.8)
            ax.vlines(between, -0.5, n - 0.5, color=PAPER, linewidth=0.8)
        shown = np.unique(np.linspace(0, n - 1, min(n, TICKS)).round().astype(int))
        named = [f"{self.axis[at]:.2f}" for at in shown]
        ax.set_xticks(shown.tolist(), named)
        ax.set_yticks(shown.tolist(), named)
        ax.set_xlabel(f"latent value {self.units[0]}")
        ax.set_ylabel(f"latent value {self.units[1]}")
        if self.centre is not None:
            left = self.centre - 0.5
            ax.plot(
                [left, left + 1, left + 1, left, left], [left, left, left + 1, left + 1, left],
                color=VERMILION, linewidth=1.2,
            )  # fmt: skip
        ax.set_title("The mean of p(x | z) over the latent plane")
