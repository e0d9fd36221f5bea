"""How normal rows are: the histogram of their scores, and below it the strangest ones with what is strange in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.plots.columns import written
from vaekit.plots.display import Display
from vaekit.plots.examples import Look, mosaic, rows_at, seen
from vaekit.plots.style import BLUE, FAINT, QUIET, VERMILION, label, stacked

STRANGEST = 8
LINES = 5
REASONS = 3
BINS = 50
_BACKGROUND = 0.005


class AnomalyScores(Display):
    """Scores in nats, the lower the stranger, and the strangest rows: pictures, or lines with their strangest values.

    scores: (n,). rows: (k, *shape as fit saw it), the strangest first; numbers: (k,) which they are. threshold: the
    score below which a row is called an outlier, or None. reasons: for each strange row of a table what is strange in
    it, in words; or None.
    """

    size = (6.0, 4.6)

    def __init__(
        self,
        scores: Array,
        rows: Array,
        numbers: Array,
        look: Look,
        *,
        threshold: float | None = None,
        reasons: Sequence[str] | None = None,
    ) -> None:
        self.scores, self.rows, self.numbers, self.look = np.asarray(scores), rows, numbers, look
        self.threshold, self.reasons = threshold, reasons

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, n: int | None = None, c: Any = None, ax: Axes | None = None
    ) -> Self:
        """The scores of all rows of X, whose condition is c, and the n strangest: 8 pictures or 5 rows unless told.

        An `OutlierVAE` says what is strange in them and where its threshold is. Raises AttributeError for a model
        without densities.
        """
        look = Look.of(estimator)
        scores = estimator.score_samples(X, c)
        most = n or (LINES if look.picture is None else STRANGEST)
        numbers = np.argsort(scores, kind="stable")[:most]
        strange = rows_at(X, numbers)
        rows = seen(estimator, strange)
        reasons = None
        if hasattr(estimator, "explain") and look.picture is None:
            nats = np.asarray(estimator.explain(strange), dtype=float).reshape(len(rows), -1)
            reasons = [
                _reasons(look, row, each) for row, each in zip(rows.reshape(nats.shape), nats, strict=True)
            ]
        threshold = getattr(estimator, "offset_", None)
        return cls(scores, rows, numbers, look, threshold=threshold, reasons=reasons).plot(ax)

    @property
    def outliers(self) -> int | None:
        """How many rows lie below the threshold; None without one."""
        return None if self.threshold is None else int((self.scores < self.threshold).sum())

    def describe(self) -> str:
        said = (
            f"Scores of {len(self.scores):,} rows in nats, the lower the stranger: from {self.scores.min():,.1f} to "
            f"{self.scores.max():,.1f}, half of them above {np.median(self.scores):,.1f}"
        )
        if self.outliers is not None:
            said += f"; {self.outliers:,} lie below the threshold of {self.threshold:,.1f}"
        return f"{said}. The strangest are rows {', '.join(str(number) for number in self.numbers)}."

    def _draw(self, ax: Axes) -> None:
        above, below = stacked(ax, [2.2, 1.1], gap=0.6)
        self._draw_histogram(above)
        if self.look.picture is None:
            self._draw_lines(below)
        else:
            self._draw_pictures(below)

    def _draw_histogram(self, ax: Axes) -> None:
        left = float(np.quantile(self.scores, _BACKGROUND))
        right = float(self.scores.max())
        # The strangest rows may lie so far away that all others would be one bar; they stand at the left end.
        low = max(float(self.scores.min()), left - 1.5 * (right - left))
        margin = 0.02 * (right - low) or 0.5
        edges = np.linspace(low - margin, right + margin, BINS).tolist()
        ax.hist(np.clip(self.scores, edges[0], edges[-1]), edges, color=FAINT, edgecolor=BLUE, linewidth=0.6)
        places = np.clip(self.scores[self.numbers], edges[0], edges[-1])
        ax.plot(
            places, np.full(len(places), 0.03), "v", color=VERMILION, markersize=5, label="strangest",
            transform=ax.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip
        if self.threshold is not None:
            shown = max(self.threshold, edges[0])
            ax.axvline(
                shown, color=QUIET, linestyle="--", linewidth=1.2, label=f"threshold {self.threshold:,.1f}"
            )
        ax.set_xlim(edges[0], edges[-1])
        ax.set_ylabel("rows")
        ax.set_xlabel("score, nats" + (" (further ones at the left end)" if low > self.scores.min() else ""))
        ax.legend(loc="upper left")
        found = "" if self.outliers is None else f", {self.outliers:,} below the threshold"
        ax.set_title(f"Scores of {len(self.scores):,} rows{found}")

    def _draw_pictures(self, ax: Axes) -> None:
        pictures = self.look.pictures(self.rows)
        whole, gap = mosaic(pictures, len(pictures))
        ax.imshow(whole, interpolation="nearest", aspect="equal")
        width = pictures.shape[2] + gap
        ax.set_xticks(
            [at * width + pictures.shape[2] / 2 for at in range(len(pictures))],
            [str(number) for number in self.numbers],
        )
        ax.set_yticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title("The strangest, by row", fontsize=8.5)

    def _draw_lines(self, ax: Axes) -> None:
        ax.set_axis_off()
        ax.set_title(
            "The strangest rows" + ("" if self.reasons is None else ", and what is strange"), fontsize=8.5
        )
        for at, number in enumerate(self.numbers):
            height = 1 - (at + 0.5) / max(len(self.numbers), LINES)
            reason = "" if self.reasons is None else self.reasons[at]
            for place, text in (
                (0, f"row {number}"),
                (0.13, f"{self.scores[number]:,.1f} nats"),
                (0.29, reason),
            ):
                weight = "normal" if place else "bold"
                ax.text(
                    place, height, text, va="center", fontsize=7, fontweight=weight, transform=ax.transAxes
                )


def _reasons(look: Look, row: Array, nats: Array) -> str:
    """'colour 9.4 (+6.1), hue 0.48 (+2.0)': the values that make a row strange, with the nats by which they do."""
    order = np.argsort(-np.nan_to_num(nats), kind="stable")[:REASONS]
    return ", ".join(
        f"{label(look.names[at], 14)} {written(look.columns[at], row[at])} (+{nats[at]:.1f})"
        for at in order
        if nats[at] > 0
    )
