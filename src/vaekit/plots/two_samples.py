"""Data against samples as two clouds of points, and whether a classifier tells them apart."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.measure.classifier import told_apart
from vaekit.measure.record import Measure
from vaekit.plots.code_plane import CodePlane
from vaekit.plots.columns import indicators
from vaekit.plots.display import Display
from vaekit.plots.examples import Look
from vaekit.plots.paired_samples import data_and_samples
from vaekit.plots.style import BLUE, VERMILION

ROWS = 1000


class TwoSamples(Display):
    """Rows of the data and draws from the model, in the plane in which the data spread most.

    data and samples: (n, D) and (m, D), values that compare with each other (of a table: in standard deviations, a
    category as its indicators). area: how well a classifier tells them apart on rows that it was not trained on, from
    0.5 (not at all) to 1 (always), with its error.
    """

    size = (4.8, 4.6)

    def __init__(self, data: Array, samples: Array, area: Measure) -> None:
        self.data, self.samples, self.area = data, samples, area

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, c: Any = None, random_state: int = 0, ax: Axes | None = None
    ) -> Self:
        """At most 1,000 rows, evenly spread over X, whose condition is c, and as many draws from p(x) under the same.

        Raises AttributeError where the estimator cannot sample.
        """
        look = Look.of(estimator)
        data, samples = data_and_samples(estimator, X, ROWS, c=c, random_state=random_state)
        if look.picture is None:
            both = np.concatenate(indicators(np.concatenate([data, samples]), look.columns), axis=1)
            spread = both[: len(data)].std(0)
            both = (both - both[: len(data)].mean(0)) / np.where(spread > 0, spread, 1.0)
            data, samples = both[: len(data)], both[len(data) :]
        return cls(data, samples, told_apart(samples, data, rng=random_state)).plot(ax)

    @property
    def told(self) -> str:
        """The area under the curve with its error."""
        return f"{self.area.value:.2f} ± {self.area.standard_error or 0:.2f}"

    def describe(self) -> str:
        return (
            f"Data against samples: {len(self.data):,} rows of the data and {len(self.samples):,} draws from the "
            f"model in the plane in which the data spread most. A classifier tells them apart with an area under the "
            f"curve of {self.told} (0.5: not at all, 1: always) on rows that it was not trained on."
        )

    def _draw(self, ax: Axes) -> None:
        if self.data.shape[1] == 1:
            edges = np.histogram_bin_edges(self.data[:, 0], 40).tolist()
            ax.hist(self.data[:, 0], edges, density=True, color=BLUE, alpha=0.4, label="data")
            ax.hist(
                self.samples[:, 0], edges, density=True, histtype="step", color=VERMILION, label="samples"
            )
            ax.set_yticks([])
        else:
            plane = CodePlane.of_codes(self.data, "the data", "value")
            for values, colour, marker, name in (
                (self.data, BLUE, "o", "data"),
                (self.samples, VERMILION, "x", "samples"),
            ):
                x, y = plane.points(values).T
                edge = 0.7 if marker == "x" else 0
                ax.scatter(x, y, s=10, color=colour, marker=marker, linewidths=edge, alpha=0.6, label=name)
            ax.set_xlabel(plane.names[0])
            ax.set_ylabel(plane.names[1])
            ax.set_aspect("equal", adjustable="datalim")
        ax.legend(loc="upper right")
        ax.set_title(f"Told apart with AUC {self.told} (0.5: not at all)")
