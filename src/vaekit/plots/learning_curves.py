"""How training went: the loss and its terms, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.style import BLUE, QUIET, VERMILION, stacked

Row = Mapping[str, float]

SETTLES_AFTER = 0.05
FEWEST_TO_SETTLE = 20
"""Of at least 20 epochs, the first twentieth may leave the frame when it would flatten all that comes after."""

_NAMES = {
    "kl": "KL",
    "kl_above_free": "KL above the free nats",
    "kl_off_target": "distance of the KL to its target",
}


class LearningCurves(Display):
    """The loss in training and on held-out rows, and below it each term, in nats of the model's scaled units.

    history: one row an epoch, as `estimator.history_`. best_epoch: whose weights were kept, or None. ending:
    a word about an untimely end, or "".
    """

    def __init__(self, history: Sequence[Row], best_epoch: int | None = None, ending: str = "") -> None:
        self.history, self.best_epoch, self.ending = list(history), best_epoch, ending

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None) -> Self:
        """The curves of a fitted estimator."""
        ending = "interrupted" if estimator.interrupted_ else "diverged" if estimator.diverged_ else ""
        return cls(estimator.history_, estimator.best_epoch_, ending).plot(ax)

    @property
    def terms(self) -> list[str]:
        """The terms that say more than the loss does: all, unless there is one of weight 1."""
        names = [key.removeprefix("weight_") for key in self.history[-1] if key.startswith("weight_")]
        alone = len(names) == 1 and all(row[f"weight_{names[0]}"] == 1 for row in self.history)
        return [] if alone else names

    def describe(self) -> str:
        if not self.history:
            return "Learning curves: no epoch was finished."
        last = self.history[-1]
        epochs = len(self.history)
        said = f"Learning curves of {epochs} epochs: the training loss ends at {last['loss']:.1f} nats"
        if "val_loss" in last:
            said += f", the held-out loss at {last['val_loss']:.1f}"
        return f"{said}; it was {self.ending}." if self.ending else f"{said}."

    def _size(self) -> tuple[float, float]:
        return 4.8, 2.9 + (1.05 * len(self.terms) if self.history else 0)

    def _draw(self, ax: Axes) -> None:
        if not self.history:
            ax.set_axis_off()
            ax.text(0.5, 0.5, "no epoch was finished", ha="center", color=QUIET)
            return
        heights = [2.0, *[1.0] * len(self.terms)]
        *above, lowest = stacked(ax, heights)
        epochs = self._column("epoch")
        for axes, term in zip([*above, lowest], ["loss", *self.terms], strict=True):
            self._draw_term(axes, epochs, term)
            axes.set_xlim(1, max(2, epochs[-1]))
            axes.grid(axis="y")
        for axes in above:
            axes.tick_params(labelbottom=False)
        lowest.set_xlabel("epoch")
        lowest.xaxis.set_major_locator(MaxNLocator(integer=True))

    def _draw_term(self, ax: Axes, epochs: Array, term: str) -> None:
        values = self._column(term)
        short: dict[str, Any] = {"marker": "o", "markersize": 3} if len(epochs) < 4 else {}
        ax.plot(epochs, values, color=BLUE, label="training", **short)
        shown = [values]
        if term == "loss":
            if "val_loss" in self.history[-1]:
                shown.append(self._column("val_loss"))
                ax.plot(epochs, shown[1], color=VERMILION, linestyle=(0, (4, 1.6)), label="held out", **short)
            self._mark_end(ax)
            ax.legend(loc="upper right")
        ax.set_ylim(*_frame(shown))
        ax.set_title(self._title(term), fontsize=10 if term == "loss" else 8.5)

    def _title(self, term: str) -> str:
        if term == "loss":
            return "Loss, nats per example"
        weight = self.history[-1].get(f"weight_{term}", 1.0)
        name = _NAMES.get(term, term.replace("_", " "))
        return name if weight == 1 else f"{name} (weight {weight:.3g} in the end)"

    def _mark_end(self, ax: Axes) -> None:
        if self.best_epoch and self.best_epoch < len(self.history):
            ax.axvline(
                self.best_epoch,
                color=QUIET,
                linewidth=1,
                linestyle=":",
                label=f"kept: epoch {self.best_epoch}",
            )
        if self.ending:
            ax.axvline(len(self.history), color=QUIET, linewidth=1.4, label=f"{self.ending} here")

    def _column(self, name: str) -> Array:
        return np.array([row.get(name, math.nan) for row in self.history])


def _frame(curves: Sequence[Array]) -> tuple[float, float]:
    """Lower and upper limit that show all finite values, or all but a steep fall in the first epochs."""
    values = np.concatenate(curves)
    later = np.concatenate([curve[math.ceil(SETTLES_AFTER * len(curve)) :] for curve in curves])
    values, later = values[np.isfinite(values)], later[np.isfinite(later)]
    if not len(later):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    settled = float(later.max())
    many = max(len(curve) for curve in curves) >= FEWEST_TO_SETTLE
    if many and high - low > 3 * (settled - float(later.min())) > 0:
        low, high = float(later.min()), settled
    margin = 0.06 * (high - low) or 0.5
    return low - margin, high + margin
