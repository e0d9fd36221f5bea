"""How columns of a table go together, in the data and in samples: two matrices side by side.

A column of names is its indicators; the association of two columns is the largest correlation that a weighting of one
has with a weighting of the other. Between two columns of numbers that is Pearson's, and keeps its sign.

Reference: Hotelling, 1936, https://doi.org/10.1093/biomet/28.3-4.321
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from vaekit.data.column import Column
from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.plots.columns import indicators
from vaekit.plots.display import Display
from vaekit.plots.examples import Look
from vaekit.plots.paired_samples import data_and_samples
from vaekit.plots.style import BLUE, FAINT, QUIET, VERMILION, label, panels

ROWS = 2000
MOST_COLUMNS = 12
_SMALLEST = 1e-12


class Correlations(Display):
    """Associations of columns, from -1 to 1, in the data and in as many samples.

    data and samples: (n, D) numbers; columns: what each is, None for plain numbers. A square is as large as the
    association is strong, filled where it is positive and empty where it is negative.
    """

    def __init__(
        self,
        data: Array,
        samples: Array,
        names: Sequence[str],
        columns: Sequence[Column | None] | None = None,
    ) -> None:
        kinds = [None] * len(names) if columns is None else list(columns)
        span = np.ma.masked_invalid(data)
        moving = np.flatnonzero((span.max(0) > span.min(0)).filled(False))[:MOST_COLUMNS].tolist()
        if len(moving) < 2:
            raise DataError(f"correlations are of two columns or more that change; there are {len(moving)}.")
        kinds = [kinds[at] for at in moving]
        self.names = [names[at] for at in moving]
        self.of_data = associations(indicators(data[:, moving], kinds))
        self.of_samples = associations(indicators(samples[:, moving], kinds))
        self.rows = len(data)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, c: Any = None, random_state: Any = 0, ax: Axes | None = None
    ) -> Self:
        """At most 2,000 rows, evenly spread over X, whose condition is c, and as many samples under the same.

        The first twelve columns that are not constant are shown. Raises DataError for pictures, and for fewer than two
        such columns; AttributeError where the estimator cannot sample.
        """
        look = Look.of(estimator)
        if look.picture is not None:
            raise DataError("correlations are of columns of a table, and this model was fitted on pictures.")
        data, samples = data_and_samples(estimator, X, ROWS, c=c, random_state=random_state)
        return cls(data, samples, look.names, look.columns).plot(ax)

    @property
    def apart(self) -> tuple[float, tuple[int, int]]:
        """The largest difference of two associations, and between which columns."""
        away = np.abs(self.of_data - self.of_samples)
        row, column = np.unravel_index(int(away.argmax()), away.shape)
        return float(away[row, column]), (int(row), int(column))

    def describe(self) -> str:
        size = len(self.names)
        above = np.triu_indices(size, 1)
        mean = float(np.abs(self.of_data - self.of_samples)[above].mean()) if size > 1 else 0.0
        _, (row, column) = self.apart
        return (
            f"Correlations of {size} columns in {self.rows:,} rows of the data and as many samples: they differ by "
            f"{mean:.2f} on average, most between {self.names[row]} and {self.names[column]} "
            f"({self.of_data[row, column]:.2f} in the data, {self.of_samples[row, column]:.2f} in the samples)."
        )

    def _size(self) -> tuple[float, float]:
        return 6.4, 1.6 + 2.3

    def _draw(self, ax: Axes) -> None:
        left, right = panels(ax, 1, 2, right=0.08)
        self._draw_squares(left, self.of_data, "data")
        self._draw_squares(right, self.of_samples, "samples")
        left.set_yticks(range(len(self.names)), [label(name, 14) for name in self.names])
        ax.set_title("How columns go together: filled is positive, empty negative", pad=20)

    def _draw_squares(self, ax: Axes, values: Array, what: str) -> None:
        size = len(values)
        _, (worst_row, worst_column) = self.apart
        for (row, column), value in np.ndenumerate(values):
            if row == column:
                continue
            side = 0.92 * np.sqrt(min(1.0, abs(float(value))))
            corner = (column - side / 2, row - side / 2)
            positive = value > 0
            ax.add_patch(
                Rectangle(
                    corner, side, side, linewidth=1.1, facecolor=BLUE if positive else "none",
                    edgecolor=BLUE if positive else VERMILION,
                )
            )  # fmt: skip
            if {row, column} == {worst_row, worst_column}:
                ax.add_patch(
                    Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=QUIET, linestyle=":")
                )
        ax.set_xlim(-0.5, size - 0.5)
        ax.set_ylim(size - 0.5, -0.5)
        ax.set_aspect("equal")
        ax.set_xticks(range(size), [label(name, 14) for name in self.names], rotation=90)
        ax.set_yticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(True)
        ax.spines[:].set_color(FAINT)
        ax.set_title(what, fontsize=8.5, fontweight="normal")


def associations(blocks: Sequence[Array]) -> Array:
    """(D, D) the first canonical correlation of every two blocks (n, k); signed between single columns."""
    bases = [_basis(block) for block in blocks]
    found = np.eye(len(blocks))
    for one in range(len(blocks)):
        for other in range(one):
            product = bases[one].T @ bases[other]
            single = blocks[one].shape[1] == blocks[other].shape[1] == 1
            if not product.size:
                value = 0.0
            elif single:
                centred = [block[:, 0] - block[:, 0].mean() for block in (blocks[one], blocks[other])]
                value = float(np.dot(*centred) / np.prod([np.linalg.norm(each) for each in centred]))
            else:
                value = float(np.linalg.norm(product, 2))
            found[one, other] = found[other, one] = np.clip(value, -1, 1)
    return found


def _basis(block: Array) -> Array:
    """(n, r) an orthonormal basis of the centred columns of a block; (n, 0) of one that never changes."""
    centred = block - block.mean(0)
    vectors, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    large = lengths > max(_SMALLEST, 1e-9 * float(np.abs(block).max(initial=0)) * np.sqrt(len(block)))
    basis: Array = vectors[:, large]
    return basis
