"""Where the data live among the codes: two latent values as they are, more by their principal components."""

from __future__ import annotations

from collections import Counter
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Ellipse

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.plots.code_draws import posterior_covariances, prior_draws
from vaekit.plots.code_plane import CodePlane
from vaekit.plots.density import Grid, density, levels_holding
from vaekit.plots.display import Display
from vaekit.plots.examples import some_of, some_rows
from vaekit.plots.style import BLUE, CLASS_COLOURS, CLASS_MARKERS, FAINT, INK, NUMBERS, PAPER, QUIET, label

POINTS = 2000
PRIOR_DRAWS = 1000
MOST_CLASSES = len(CLASS_COLOURS)
HELD_BY_LINES = (0.5, 0.8, 0.95)
DEVIATIONS = 2.0


class LatentMap(Display):
    """The codes of X (means of q), over grey draws from the prior where the model has one.

    codes: (n, L). labels: (n,) classes, or real values, or None. prior: (m, L) or None. One latent value is
    drawn as a histogram, two as they are, more projected on the first two principal components of the codes.
    lines: whether lines of equal density enclose 50, 80 and 95 % of the codes. covariances: (k, L, L) of q of k rows
    that are evenly spread over the codes, each then an ellipse of two standard deviations; or None.
    """

    size = (4.8, 4.6)

    def __init__(
        self,
        codes: Array,
        labels: Any = None,
        prior: Array | None = None,
        *,
        lines: bool = False,
        covariances: Array | None = None,
    ) -> None:
        self.codes = np.asarray(codes, dtype=float)
        self.labels = None if labels is None else np.asarray(labels)
        self.prior, self.lines, self.covariances = prior, lines, covariances
        if self.labels is not None and self.labels.shape != (len(self.codes),):
            raise DataError(
                f"labels have shape {self.labels.shape}; wanted is one label for each of the "
                f"{len(self.codes)} rows."
            )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        labels: Any = None,
        *,
        c: Any = None,
        lines: bool = False,
        ellipses: int = 0,
        random_state: int = 0,
        ax: Axes | None = None,
    ) -> Self:
        """The codes of at most 2,000 rows, evenly spread over X, whose condition is c.

        lines: draw lines of equal density. ellipses: draw q of so many of the rows. Raises SpecError for ellipses of
        codes that are certain.
        """
        rows, numbers = some_rows(X, POINTS)
        if labels is not None:
            labels = np.asarray(labels)
            if len(labels) != len(X):
                raise DataError(
                    f"labels has {len(labels)} entries and X {len(X)} rows; give one label a row."
                )
            labels = labels[numbers]
        given = some_of(c, numbers)
        codes = np.asarray(estimator.transform(rows, given))
        prior = None
        if hasattr(estimator, "sample") and not estimator.model_.prior.reads_condition:
            prior = prior_draws(estimator, PRIOR_DRAWS, random_state)
        covariances = None
        if ellipses:
            few, places = some_rows(rows, ellipses)
            covariances = posterior_covariances(estimator, few, some_of(given, places))
        return cls(codes, labels, prior, lines=lines, covariances=covariances).plot(ax)

    @property
    def classes(self) -> list[Any] | None:
        """The classes in order, the ten most frequent where there are more; None for numbers on a scale."""
        if self.labels is None:
            return None
        numbers = Counter(value for value in self.labels.tolist() if value == value)  # NaN is no class
        if len(numbers) > MOST_CLASSES and self.labels.dtype.kind in "biuf":
            return None
        return sorted(
            (name for name, _ in numbers.most_common(MOST_CLASSES)), key=lambda name: (str(type(name)), name)
        )

    def describe(self) -> str:
        how = {1: "as a histogram", 2: "in the plane"}.get(
            self.codes.shape[1], "on their first two principal components"
        )
        said = f"Latent map: the codes of {len(self.codes):,} rows {how}"
        if self.labels is not None:
            classes = self.classes
            said += ", coloured by their label" if classes is None else f", marked by {len(classes)} classes"
        if self.lines:
            said += ", in lines that enclose 50, 80 and 95 % of them"
        if self.covariances is not None:
            said += f", with q(z | x) of {len(self.covariances)} rows as ellipses of two standard deviations"
        return f"{said}, over draws from the prior." if self.prior is not None else f"{said}."

    def _draw(self, ax: Axes) -> None:
        if self.codes.shape[1] == 1:
            self._draw_line(ax)
            return
        plane = CodePlane.of_codes(self.codes)
        points = plane.points(self.codes)
        if self.prior is not None:
            prior = plane.points(self.prior)
            ax.scatter(prior[:, 0], prior[:, 1], s=9, color=FAINT, linewidths=0, zorder=1)
        if self.lines:
            self._draw_lines(ax, points)
        if self.covariances is not None:
            few = some_rows(points, len(self.covariances))[0]
            for middle, covariance in zip(few, plane.covariances(self.covariances), strict=True):
                ax.add_patch(_ellipse(middle, covariance))
        self._draw_points(ax, points)
        ax.set_xlabel(plane.names[0])
        ax.set_ylabel(plane.names[1])
        ax.set_aspect("equal", adjustable="datalim")
        ax.set_title(
            "Codes of the data" + (" over draws from the prior (grey)" if self.prior is not None else "")
        )

    def _draw_lines(self, ax: Axes, points: Array) -> None:
        """Lines of equal density around shares of the points; none where these lie on a line."""
        grid = Grid.around(points)
        values, at_points = density(points, grid.nodes), density(points, points)
        if values is None or at_points is None:
            return
        ax.contour(
            grid.x, grid.y, values.reshape(len(grid.y), -1), levels_holding(at_points, HELD_BY_LINES),
            colors=INK, linewidths=(0.6, 0.9, 1.2), zorder=2.5,
        )  # fmt: skip

    def _draw_points(self, ax: Axes, points: Array) -> None:
        shown: dict[str, Any] = {
            "s": 18 if len(points) <= 600 else 9,
            "linewidths": 0,
            "alpha": 0.75,
            "zorder": 2,
        }
        if self.labels is None:
            ax.scatter(points[:, 0], points[:, 1], color=BLUE, **shown)
            return
        classes = self.classes
        if classes is None:
            values = self.labels.astype(float)
            drawn = ax.scatter(points[:, 0], points[:, 1], c=values, cmap=NUMBERS, **shown)
            ax.figure.colorbar(drawn, ax=ax, shrink=0.8, label="label")
            return
        others = ~np.isin(self.labels, classes)
        ax.scatter(points[others, 0], points[others, 1], color=QUIET, marker=".", **shown)
        for i, name in enumerate(classes):
            chosen = points[self.labels == name]
            ax.scatter(chosen[:, 0], chosen[:, 1], color=CLASS_COLOURS[i], marker=CLASS_MARKERS[i], **shown)
            _name_class(ax, np.median(chosen, 0), label(name, 14), CLASS_COLOURS[i])

    def _draw_line(self, ax: Axes) -> None:
        values = self.codes[:, 0]
        everything = values if self.prior is None else np.concatenate([values, self.prior[:, 0]])
        edges = np.histogram_bin_edges(everything, 40).tolist()
        if self.prior is not None:
            ax.hist(self.prior[:, 0], edges, density=True, color=FAINT, label="prior")
        for i, name in enumerate(self.classes or [None]):
            chosen = values if name is None else values[self.labels == name]
            colour = BLUE if name is None else CLASS_COLOURS[i]
            dashes = "-" if i % 2 == 0 else (0, (4, 1.6))
            named = "data" if name is None else label(name, 14)
            ax.hist(chosen, edges, density=True, histtype="step", color=colour, linestyle=dashes, label=named)
        ax.legend()
        ax.set_yticks([])
        ax.set_xlabel("latent value")
        ax.set_title("Codes of the data")


def _ellipse(middle: Array, covariance: Array) -> Ellipse:
    """The points two standard deviations from a mean (2,) under a covariance (2, 2)."""
    variances, directions = np.linalg.eigh(covariance)
    width, height = 2 * DEVIATIONS * np.sqrt(np.maximum(variances, 0))
    angle = float(np.degrees(np.arctan2(directions[1, 0], directions[0, 0])))
    shown: dict[str, Any] = {"facecolor": "none", "edgecolor": INK, "linewidth": 0.6, "alpha": 0.7}
    return Ellipse((middle[0], middle[1]), width, height, angle=angle, zorder=2.4, **shown)


def _name_class(ax: Axes, place: Array, name: str, colour: str) -> None:
    """The name of a class, on its colour, in the middle of its codes."""
    light = np.dot(to_rgb(colour), (0.3, 0.6, 0.1)) > 0.55
    box = {"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": PAPER, "linewidth": 1}
    style: dict[str, Any] = {
        "color": INK if light else PAPER,
        "fontsize": 8.5,
        "fontweight": "bold",
        "bbox": box,
    }
    ax.text(place[0], place[1], name, ha="center", va="center", zorder=3, **style)
