"""How far each picture of a grid is from all the data on average, and what that can tell.

For squared errors the answer is an identity: mean |x - g|^2 = V + |g - mean of x|^2, where V is the spread of the
data around their mean. So such a table measures the distance of a decoded picture to the mean picture and nothing
else, and V is its floor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from vaekit.data.layout import blocks
from vaekit.data.mean_image import mean_image
from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array


@dataclass(frozen=True)
class MeanDistanceTable:
    """values[row, column]: the mean over `count` examples of their distance to the picture of that cell.

    metric     "mse" or "mae" (means over the values of an example) or "l2" (the length of the difference)
    axis       (n,) positions of the cells: z = (axis[column], axis[row])
    floor      the least that any cell can be; None for "l2", where it has no closed form
    size       values of an example: an "mse" times it is a sum over the example
    from_mean  (n, n) |g - mean of x|^2, summed over the example
    count      examples that were averaged over
    """

    values: Array
    metric: str
    axis: Array
    floor: float | None
    size: int
    from_mean: Array
    count: int

    @property
    def minimum(self) -> tuple[int, int]:
        """(row, column) of the smallest value."""
        row, column = np.unravel_index(int(self.values.argmin()), self.values.shape)
        return int(row), int(column)

    @property
    def minimum_code(self) -> tuple[float, float]:
        """The code of that cell."""
        row, column = self.minimum
        return float(self.axis[column]), float(self.axis[row])

    @property
    def lengths(self) -> Array:
        """(n, n) |z| of each cell."""
        return np.asarray(np.hypot(self.axis[:, None], self.axis[None]))

    @property
    def rank_correlation(self) -> float:
        """Spearman's correlation of |z| and the values: 1 where they only grow away from the centre."""
        return float(spearmanr(self.lengths.ravel(), self.values.ravel()).statistic)

    @property
    def centre_rank(self) -> int:
        """The place of the cell nearest to z = 0 among all cells, 1 is the smallest value."""
        at = int(self.lengths.argmin())
        return 1 + int((self.values.ravel() < self.values.ravel()[at]).sum())

    def sentences(self) -> list[str]:
        """What the table says, in words."""
        cells, (x, y) = self.values.size, self.minimum_code
        said = [
            f"{self.metric} to {self.count:,} examples over {len(self.axis)} x {len(self.axis)} cells: from "
            f"{self.values.min():.6g} to {self.values.max():.6g}."
        ]
        if self.floor is not None and self.metric == "mse":
            said.append(
                f"No picture can be below V = {self.floor:.6f} a value ({self.floor * self.size:.4f} an example), "
                "the spread of the data; a cell is V plus its squared distance to the mean picture, and nothing else."
            )
        elif self.floor is not None:
            said.append(f"No picture can be below {self.floor:.6f}, which the picture of medians reaches.")
        said.append(
            f"Smallest at z = ({x:.3f}, {y:.3f}), row {self.minimum[0] + 1}, column {self.minimum[1] + 1}; the cell "
            f"nearest to the centre is number {self.centre_rank} of {cells}; rank correlation of |z| and the value "
            f"{self.rank_correlation:.3f}."
        )
        return said


def mean_distance_table(
    pictures: Array, rows: Array, positions: Array, metric: str = "mse"
) -> MeanDistanceTable:
    """pictures (n * n, *event), row by row from the top as `plane` gives codes; rows (N, *event); positions (n,).

    Raises DataError for a metric that does not exist and shapes that do not fit.
    """
    if metric not in METRICS:
        raise DataError(
            f"no metric is called {metric!r}; there are: {', '.join(METRICS)}.{suggestion(metric, METRICS)}"
        )
    n = len(positions)
    if len(pictures) != n * n or pictures.shape[1:] != rows.shape[1:]:
        raise DataError(
            f"pictures have shape {pictures.shape} and rows {rows.shape}; wanted are {n * n} pictures like the rows."
        )
    flat = np.asarray(pictures, dtype=np.float64).reshape(n * n, -1)
    values, floor = METRICS[metric](flat, rows.reshape(len(rows), -1))
    from_mean = ((flat - mean_image(rows).mean.ravel()) ** 2).sum(1)
    return MeanDistanceTable(
        values.reshape(n, n),
        metric,
        np.asarray(positions),
        floor,
        flat.shape[1],
        from_mean.reshape(n, n),
        len(rows),
    )


def _mse(pictures: Array, rows: Array) -> tuple[Array, float | None]:
    """E|x - g|^2 = E|x|^2 - 2 g E[x] + |g|^2, by sums over all rows."""
    size = pictures.shape[1]
    squares = sum(float((block.astype(np.float64) ** 2).sum()) for block in blocks(rows)) / len(rows)
    mean = mean_image(rows).mean
    values = squares - 2 * pictures @ mean + (pictures**2).sum(1)
    return values / size, (squares - float(mean @ mean)) / size


def _mae(pictures: Array, rows: Array) -> tuple[Array, float | None]:
    """E|x - g| of each value from its sorted column: what lies below g and what lies above it."""
    total, floor = np.zeros(len(pictures)), 0.0
    n, size = rows.shape
    for column in range(size):
        ordered = np.sort(rows[:, column].astype(np.float64))
        sums = np.concatenate([[0.0], np.cumsum(ordered)])
        for_floor = np.append(pictures[:, column], np.median(ordered))
        below = np.searchsorted(ordered, for_floor)
        each = for_floor * (2 * below - n) + sums[-1] - 2 * sums[below]
        total += each[:-1] / n
        floor += each[-1] / n
    return total / size, floor / size


def _l2(pictures: Array, rows: Array) -> tuple[Array, float | None]:
    total = np.zeros(len(pictures))
    squares = (pictures**2).sum(1)
    for block in blocks(rows):
        x = block.astype(np.float64)
        distances = squares[:, None] - 2 * pictures @ x.T + (x**2).sum(1)
        total += np.sqrt(distances.clip(0)).sum(1)
    return total / len(rows), None


METRICS: dict[str, Callable[[Array, Array], tuple[Array, float | None]]] = {
    "mse": _mse,
    "mae": _mae,
    "l2": _l2,
}
