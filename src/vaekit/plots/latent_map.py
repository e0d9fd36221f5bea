"""Where the data live among the codes: two latent values as they are, more by their principal components."""

from __future__ import annotations

from collections import Counter
from typing import Any, Self

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.examples import some_of, some_rows
from vaekit.plots.style import BLUE, CLASS_COLOURS, CLASS_MARKERS, FAINT, INK, NUMBERS, PAPER, QUIET, label

POINTS = 2000
PRIOR_DRAWS = 1000
MOST_CLASSES = len(CLASS_COLOURS)


class LatentMap(Display):
    """The codes of X (means of q), over grey draws from the prior where the model has one.

    codes: (n, L). labels: (n,) classes, or real values, or None. prior: (m, L) or None. One latent value is
    drawn as a histogram, two as they are, more projected on the first two principal components of the codes.
    """

    size = (4.8, 4.6)

    def __init__(self, codes: Array, labels: Any = None, prior: Array | None = None) -> None:
        self.codes = np.asarray(codes, dtype=float)
        self.labels = None if labels is None else np.asarray(labels)
        self.prior = prior
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
        random_state: int = 0,
        ax: Axes | None = None,
    ) -> Self:
        """The codes of at most 2,000 rows, evenly spread over X, whose condition is c."""
        rows, numbers = some_rows(X, POINTS)
        if labels is not None:
            labels = np.asarray(labels)
            if len(labels) != len(X):
                raise DataError(
                    f"labels has {len(labels)} entries and X {len(X)} rows; give one label a row."
                )
            labels = labels[numbers]
        codes = np.asarray(estimator.transform(rows, some_of(c, numbers)))
        return cls(codes, labels, _prior_draws(estimator, random_state)).plot(ax)

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
        return f"{said}, over draws from the prior." if self.prior is not None else f"{said}."

    def _draw(self, ax: Axes) -> None:
        if self.codes.shape[1] == 1:
            self._draw_line(ax)
            return
        points, prior, names = _plane(self.codes, self.prior)
        if prior is not None:
            ax.scatter(prior[:, 0], prior[:, 1], s=9, color=FAINT, linewidths=0, zorder=1)
        self._draw_points(ax, points)
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
        ax.set_aspect("equal", adjustable="datalim")
        ax.set_title("Codes of the data" + (" over draws from the prior (grey)" if prior is not None else ""))

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


def _prior_draws(estimator: Any, seed: int) -> Array | None:
    """(m, L) draws from the prior of a model that samples and has one prior for all, else None."""
    prior = estimator.model_.prior
    if not hasattr(estimator, "sample") or prior.reads_condition:
        return None
    device = next((p.device for p in estimator.model_.parameters()), torch.device("cpu"))
    with torch.no_grad():
        drawn = prior.sample(PRIOR_DRAWS, torch.Generator(device).manual_seed(seed))
    return np.asarray(drawn.cpu().double().numpy())


def _plane(codes: Array, prior: Array | None) -> tuple[Array, Array | None, tuple[str, str]]:
    """Codes and prior draws as points of a plane, and the names of its axes."""
    if codes.shape[1] == 2:
        return codes, prior, ("latent value 0", "latent value 1")
    centre = codes.mean(0)
    _, lengths, directions = np.linalg.svd(codes - centre, full_matrices=False)
    if len(directions) < 2:
        directions = np.eye(codes.shape[1])[:2]
        lengths = np.zeros(2)
    # The sign of a direction is free: its largest part points to the right, and upwards.
    largest = directions[[0, 1], np.abs(directions[:2]).argmax(1)]
    axes = directions[:2] * np.where(largest < 0, -1.0, 1.0)[:, None]
    shares = lengths[:2] ** 2 / max(float((lengths**2).sum()), 1e-300)
    names = tuple(
        f"principal component {i + 1} ({share:.0%} of the codes' variance)" for i, share in enumerate(shares)
    )
    projected = None if prior is None else (prior - centre) @ axes.T
    return (codes - centre) @ axes.T, projected, (names[0], names[1])
