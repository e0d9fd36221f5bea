"""Hidden values against the intervals that a model gives for them: cells are hidden on purpose, so that the truth is
known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.data.column import Column
from vaekit.errors import DataError, SpecError
from vaekit.kinds import Array
from vaekit.measure.imputation import conditional_interval, conditional_mean
from vaekit.plots.columns import categories_of, is_time, months_on, shares
from vaekit.plots.display import Display
from vaekit.plots.examples import Look, some_of, some_rows
from vaekit.plots.style import BLUE, FAINT, INK, QUIET, VERMILION, label, panels

ROWS = 150
SHARE = 0.25
MOST_COLUMNS = 9


class ImputationIntervals(Display):
    """Cells that were hidden on purpose, column by column: the truth to the right, the interval of it upwards.

    truth, low, high and guess: (n, D) in the user's units, NaN where nothing was hidden; guess is the mean, or the most
    probable name. level: the probability with which an interval should hold its truth. A column of names is a bar: how
    often the guess is right, beside the most frequent name.
    """

    def __init__(
        self,
        truth: Array,
        low: Array,
        high: Array,
        guess: Array,
        names: Sequence[str],
        columns: Sequence[Column | None] | None = None,
        level: float = 0.9,
    ) -> None:
        self.truth, self.low, self.high, self.guess = truth, low, high, guess
        self.names, self.level = list(names), level
        self.columns = [None] * len(self.names) if columns is None else list(columns)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        level: float = 0.9,
        share: float = SHARE,
        c: Any = None,
        random_state: int = 0,
        ax: Axes | None = None,
    ) -> Self:
        """At most 150 rows, evenly spread over X, best rows that were not trained on, whose condition is c.

        share: of their known cells that are hidden at random. Raises DataError for pictures, SpecError for a model
        without a density of codes.
        """
        look = Look.of(estimator)
        if look.picture is not None:
            raise DataError("intervals are of columns of a table, and this model was fitted on pictures.")
        if not hasattr(estimator, "impute_interval"):
            raise SpecError(f"{type(estimator).__name__} has no density of codes, so it gives no intervals.")
        rows, numbers = some_rows(X, ROWS)
        x, given = estimator._given(rows, some_of(c, numbers), holes=True)
        x = np.asarray(x, dtype=np.float32)
        hidden = _hidden(x, share, random_state)
        holed = np.where(hidden, np.nan, x)
        reader = estimator._reader(given)
        low, high = conditional_interval(reader, holed, level)
        guess = conditional_mean(reader, holed)
        to_user, flat = estimator.treatment_.to_user, (len(x), -1)
        truth, lowest, highest, middle = (
            np.where(hidden.reshape(flat), to_user(values).reshape(flat), np.nan)
            for values in (x, low, high, guess)
        )
        return cls(truth, lowest, highest, middle, look.names, look.columns, level).plot(ax)

    @property
    def numeric(self) -> list[int]:
        """The columns of numbers in which something was hidden."""
        return [at for at in self._with_cells if categories_of(self.columns[at]) is None]

    @property
    def named(self) -> list[int]:
        """The columns of names in which something was hidden."""
        return [at for at in self._with_cells if categories_of(self.columns[at]) is not None]

    @property
    def _with_cells(self) -> list[int]:
        return [at for at in range(len(self.names)) if not np.isnan(self.truth[:, at]).all()]

    @property
    def coverage(self) -> tuple[float, float, int]:
        """(the share of hidden numbers in their interval, its standard error, how many there are)."""
        at = self.numeric
        known = ~np.isnan(self.truth[:, at])
        inside = self._inside()[:, at][known]
        n = len(inside)
        share = float(inside.mean()) if n else math.nan
        return share, math.sqrt(max(share * (1 - share), 0.25 / max(n, 1)) / max(n, 1)) if n else math.nan, n

    def right(self, column: int) -> tuple[float, float]:
        """(how often the guess of a column of names is right, how often its most frequent name would be)."""
        kind = self.columns[column]
        assert kind is not None
        truth, guess = self.truth[:, column], self.guess[:, column]
        known = ~np.isnan(truth)
        hits = np.rint(guess[known]) == np.rint(truth[known])
        return float(hits.mean()), float(shares(kind, truth).max())

    def describe(self) -> str:
        share, error, n = self.coverage
        said = []
        if n:
            said.append(
                f"of {n:,} hidden numbers {share:.0%} ± {error:.0%} lie in their {self.level:.0%} interval"
            )
        for at in self.named[:3]:
            right, frequent = self.right(at)
            said.append(
                f"{self.names[at]} is guessed right in {right:.0%} (its most frequent value would be in {frequent:.0%})"
            )
        return f"Hidden values and what the model says of them: {'; '.join(said) or 'nothing was hidden'}."

    def _inside(self) -> Array:
        with np.errstate(invalid="ignore"):
            return (self.low <= self.truth) & (self.truth <= self.high)

    @property
    def _shown(self) -> list[int]:
        return [*self.numeric, *self.named][:MOST_COLUMNS]

    def _size(self) -> tuple[float, float]:
        rows = max(1, math.ceil(len(self._shown) / 3))
        return 5.6, 0.8 + 1.5 * rows

    def _draw(self, ax: Axes) -> None:
        shown = self._shown
        share, error, n = self.coverage
        ax.set_title(
            f"{self.level:.0%} intervals hold {share:.0%} ± {error:.0%} of hidden values"
            if n
            else "Names that were hidden, and how often they are guessed",
            pad=18,
        )
        if not shown:
            ax.set_axis_off()
            ax.text(0.5, 0.5, "nothing was hidden", ha="center", color=QUIET)
            return
        rows = math.ceil(len(shown) / 3)
        small = panels(ax, rows, min(3, len(shown)), right=0.14, below=0.45 / (rows + 0.45))
        for panel in small[len(shown) :]:
            panel.set_visible(False)
        for at, panel in zip(shown, small, strict=False):
            if at in self.named:
                self._draw_names(panel, at)
            else:
                self._draw_numbers(panel, at)
            panel.set_title(label(self.names[at], 18), fontsize=8, fontweight="normal", pad=3)

    def _draw_numbers(self, ax: Axes, at: int) -> None:
        known = ~np.isnan(self.truth[:, at])
        truth, low, high = (values[known, at] for values in (self.truth, self.low, self.high))
        inside = self._inside()[known, at]
        ends = [float(truth.min()), float(truth.max())]
        ax.plot(ends, ends, color=QUIET, linewidth=0.8, zorder=1)
        ax.vlines(truth[inside], low[inside], high[inside], color=BLUE, linewidth=0.8, alpha=0.7)
        ax.vlines(truth[~inside], low[~inside], high[~inside], color=VERMILION, linewidth=0.9)
        ax.plot(truth[~inside], truth[~inside], "x", color=VERMILION, markersize=3.5)
        ax.locator_params(nbins=3)
        if is_time(self.columns[at]):
            months_on(ax.xaxis, self.columns[at])
            months_on(ax.yaxis, self.columns[at])
        ax.tick_params(labelsize=6.5)

    def _draw_names(self, ax: Axes, at: int) -> None:
        for place, (name, value) in enumerate(zip(("model", "most frequent"), self.right(at), strict=True)):
            shown: dict[str, Any] = (
                {"color": BLUE} if place == 0 else {"color": FAINT, "edgecolor": QUIET, "hatch": "////"}
            )
            ax.barh(-place, value, height=0.5, **shown)
            ax.text(0, -place + 0.32, f"{name}: {value:.0%} right", fontsize=6.5, va="bottom", color=INK)
        ax.set_xlim(0, 1)
        ax.set_ylim(-1.4, 0.8)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        ax.tick_params(labelsize=6.5)


def _hidden(x: Array, share: float, seed: int) -> Array:
    """Which known cells of x (n, *event) are hidden: each with this probability, but one of a row stays."""
    known = ~np.isnan(x).reshape(len(x), -1)
    drawn = np.where(known, np.random.default_rng(seed).random(known.shape), -1.0)
    hidden = known & (drawn < share)
    hidden[np.arange(len(x)), drawn.argmax(1)] = False
    return hidden.reshape(x.shape)
