"""What the model makes up: pictures of new examples, or each column of a table, real against sampled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.data.column import Column
from vaekit.kinds import Array
from vaekit.plots.columns import categories_of, is_time, months_on, shares
from vaekit.plots.display import Display
from vaekit.plots.examples import Look, mosaic, seen, some_rows
from vaekit.plots.style import BLUE, FAINT, VERMILION, label, panels

PICTURES = 64
ROWS_OF_A_TABLE = 2000
MOST_COLUMNS = 12
MOST_CATEGORIES = 5
BINS = 24


class Samples(Display):
    """New examples from the model, z drawn from the prior.

    Pictures are the mean of p(x | z) unless mean=False; columns of a table are compared by draws from p(x |
    z). samples: (n, *shape as fit saw it), in the user's units. data: rows to compare a table with, or None.
    across: how many pictures stand side by side; by itself about as many as below each other. names: what stands
    on the left of each such row of pictures, or None.
    """

    def __init__(
        self,
        samples: Array,
        look: Look,
        *,
        mean: bool,
        data: Array | None = None,
        across: int | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self.samples, self.look, self.mean, self.data = samples, look, mean, data
        self.across, self.names = across, names

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        n: int | None = None,
        mean: bool | None = None,
        c: Any = None,
        across: int | None = None,
        names: Sequence[str] | None = None,
        random_state: Any = 0,
        ax: Axes | None = None,
    ) -> Self:
        """n samples; X is what a table's columns are compared with. c: the condition of all of them, or of each.

        Raises AttributeError where the estimator cannot sample.
        """
        look = Look.of(estimator)
        of_pictures = look.picture is not None
        mean = of_pictures if mean is None else mean
        data = None if X is None or of_pictures else seen(estimator, some_rows(X, ROWS_OF_A_TABLE)[0])
        many = _enough(look) if n is None else n
        samples = estimator._numbers(estimator.sample(many, c=c, random_state=random_state, mean=mean))
        return cls(samples, look, mean=mean, data=data, across=across, names=names).plot(ax)

    @property
    def what(self) -> str:
        """What the samples are, in a few words."""
        return "the mean of p(x | z)" if self.mean else "draws from p(x | z)"

    @property
    def columns(self) -> list[int]:
        """The columns of a table that are drawn: the first that are not constant."""
        rows = self.samples if self.data is None else self.data
        flat = rows.reshape(len(rows), -1)
        moving = np.flatnonzero((flat != flat[:1]).any(0)).tolist() or [*range(flat.shape[1])]
        return moving[:MOST_COLUMNS]

    def describe(self) -> str:
        if self.look.picture is not None:
            return f"Samples: {len(self.samples)} pictures, {self.what} with z from the prior."
        size, shown = self.samples[0].size, len(self.columns)
        against = "" if self.data is None else f" against {len(self.data):,} rows of the data"
        return (
            f"Samples: histograms of {shown} of {size} columns, {len(self.samples):,} {self.what} with z "
            f"from the prior{against}."
        )

    def _size(self) -> tuple[float, float]:
        if self.look.picture is not None:
            return 4.8, 4.6
        return 4.8, 1.0 + 1.1 * math.ceil(len(self.columns) / 3)

    def _draw(self, ax: Axes) -> None:
        if self.look.picture is None:
            self._draw_columns(ax)
            return
        pictures = self.look.pictures(self.samples)
        assert self.look.picture is not None
        columns = self.across or _columns(self.look.picture, len(pictures))
        whole, gap = mosaic(pictures, columns)
        ax.imshow(whole, interpolation="nearest", aspect="equal")
        ax.set_axis_off()
        for row, name in enumerate(self.names or ()):
            middle = row * (pictures.shape[1] + gap) + (pictures.shape[1] - 1) / 2
            ax.text(-2 * gap, middle, label(name, 12), ha="right", va="center", fontsize=8)
        ax.set_title(f"Samples: {self.what}, z from the prior")

    def _draw_columns(self, ax: Axes) -> None:
        samples = self.samples.reshape(len(self.samples), -1)
        data = None if self.data is None else self.data.reshape(len(self.data), -1)
        shown = self.columns
        rows = math.ceil(len(shown) / 3)
        small = panels(ax, rows, min(3, len(shown)), right=0.07, below=0.52 / (rows + 0.52))
        for panel in small[len(shown) :]:
            panel.set_visible(False)
        for column, panel in zip(shown, small, strict=False):
            real = None if data is None else data[~np.isnan(data[:, column]), column]
            kind = self.look.columns[column]
            if categories_of(kind) is not None:
                _bars(panel, kind, real, samples[:, column])
            else:
                _histogram(panel, real, samples[:, column])
            if is_time(kind):
                months_on(panel.xaxis, kind)
            panel.set_title(label(self.look.names[column], 18), fontsize=8, fontweight="normal", pad=3)
        named = "Means" if self.mean else "Draws"
        ax.set_title(f"{named} (line) against data (filled)" if data is not None else named, pad=18)


def _enough(look: Look) -> int:
    """How many samples are drawn unless told: rows to compare a table with, or a full block of pictures."""
    if look.picture is None:
        return ROWS_OF_A_TABLE
    columns = _columns(look.picture, PICTURES)
    return columns * max(1, PICTURES // columns)


def _columns(picture: tuple[int, int, int], n: int) -> int:
    """How many of n pictures stand side by side, so that all together are about as wide as high."""
    channels, height, width = picture
    shown = width * (1 if channels in (3, 4) else channels)
    return max(1, min(n, round(math.sqrt(n * height / shown))))


def _histogram(ax: Axes, real: Array | None, sampled: Array) -> None:
    """Densities over common bins: filled for the data, a line for the samples."""
    first = sampled if real is None else real
    low, high = float(first.min()), float(first.max())
    whole = bool((first == np.round(first)).all() and (sampled == np.round(sampled)).all())
    if whole and high - low <= BINS:
        edges = (np.arange(low, high + 2) - 0.5).tolist()
    else:
        reach = 0.15 * (high - low) or 0.5
        edges = np.linspace(low - reach, high + reach, BINS).tolist()
    inside = np.clip(sampled, edges[0], edges[-1])
    if real is not None:
        ax.hist(real, edges, density=True, color=FAINT, edgecolor=BLUE, linewidth=0.5)
    ax.hist(inside, edges, density=True, histtype="step", color=VERMILION, linewidth=1.4)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=3)
    ax.tick_params(axis="x", labelsize=7)


def _bars(ax: Axes, column: Column | None, real: Array | None, sampled: Array) -> None:
    """How frequent the categories of a column are: bars for the data, a mark for the samples, names on the bars.

    The most frequent one is first, but names that have an order keep it.
    """
    names = categories_of(column)
    assert column is not None
    assert names is not None
    ours = shares(column, sampled)
    theirs = ours if real is None else shares(column, real)
    order = np.argsort(-theirs, kind="stable")
    shown = [at for at in order if theirs[at] or ours[at]]
    rest = shown[MOST_CATEGORIES:] if len(shown) > MOST_CATEGORIES + 1 else []
    shown = shown[: len(shown) - len(rest)]
    if column.kind == "ordinal":
        shown.sort()
    lines = [(names[at], theirs[at], ours[at]) for at in shown]
    if rest:
        lines.append((f"{len(rest)} more", theirs[rest].sum(), ours[rest].sum()))
    for at, (name, data, model) in enumerate(lines):
        if real is not None:
            ax.barh(-at, data, height=0.8, color=FAINT, edgecolor=BLUE, linewidth=0.5)
        ax.plot([model, model], [-at - 0.46, -at + 0.46], color=VERMILION, linewidth=1.8)
        ax.text(0.015, -at, label(name, 16), va="center", fontsize=6.5, transform=ax.get_yaxis_transform())
    ax.set_xlim(0, 1.08 * max(max(data, model) for _, data, model in lines))
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=3)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.tick_params(axis="x", labelsize=7)
