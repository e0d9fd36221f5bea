"""How far each picture of the latent plane is from all the data, as a map of numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.measure.mean_distance import MeanDistanceTable, mean_distance_table
from vaekit.measure.plane import axis, plane
from vaekit.plots.display import Display
from vaekit.plots.style import INK, NUMBERS, PAPER, VERMILION

MOST_WRITTEN = 9
TICKS = 5
NAMES = {"mse": "mean squared error", "mae": "mean absolute error", "l2": "length of the difference"}


class MeanDistances(Display):
    """The table of mean distances over the latent plane, laid out as `Manifold`; its smallest cell is framed."""

    size = (5.4, 4.6)

    def __init__(self, table: MeanDistanceTable) -> None:
        self.table = table

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        n: int = 21,
        grid: str = "quantile",
        *,
        metric: str = "mse",
        reach: float | None = None,
        c: Any = None,
        ax: Axes | None = None,
    ) -> Self:
        """Over all rows of X, in the values that the model reads (pixels from 0 to 1, binarised where it binarises).

        metric: "mse", "mae" or "l2". c: the condition of every picture, for a model that has one; X is all rows.
        """
        positions = axis(n, grid, reach)
        codes = plane(positions, estimator.spec_.latent_dim)
        pictures = estimator._reader(estimator._condition(c, len(codes))).decode(codes)
        rows, _ = estimator._given(X, c)
        return cls(mean_distance_table(pictures, rows, positions, metric)).plot(ax)

    def describe(self) -> str:
        return " ".join(["Mean distances:", *self.table.sentences()])

    def _draw(self, ax: Axes) -> None:
        table, n = self.table, len(self.table.axis)
        drawn = ax.imshow(table.values, cmap=NUMBERS, interpolation="nearest")
        ax.figure.colorbar(drawn, ax=ax, shrink=0.85, label=NAMES[table.metric])
        shown = np.unique(np.linspace(0, n - 1, min(n, TICKS)).round().astype(int))
        ax.set_xticks(shown.tolist(), [f"{table.axis[at]:.2f}" for at in shown])
        ax.set_yticks(shown.tolist(), [f"{table.axis[at]:.2f}" for at in shown])
        ax.set_xlabel("latent value 0")
        ax.set_ylabel("latent value 1")
        row, column = table.minimum
        ax.plot(
            [column - 0.5, column + 0.5, column + 0.5, column - 0.5, column - 0.5],
            [row - 0.5, row - 0.5, row + 0.5, row + 0.5, row - 0.5], color=VERMILION, linewidth=1.6,
        )  # fmt: skip
        if n <= MOST_WRITTEN:
            middle = (table.values.min() + table.values.max()) / 2
            for (at, beside), value in np.ndenumerate(table.values):
                colour = INK if value > middle else PAPER
                ax.text(beside, at, f"{value:.3g}", ha="center", va="center", fontsize=7, color=colour)
        floor = "" if table.floor is None else f", floor {table.floor:.5f}"
        ax.set_title(f"Mean distance to {table.count:,} examples{floor}")
