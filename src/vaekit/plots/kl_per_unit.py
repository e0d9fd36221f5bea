"""Which latent values carry information: the KL of each to the prior, sorted, and how far its code moves."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.measure.codes import ACTIVE_VARIANCE
from vaekit.measure.ledger import ACTIVE_NATS
from vaekit.plots.display import Display
from vaekit.plots.style import BLUE, FAINT, QUIET, VERMILION, stacked

MOST_NUMBERED = 24


class KLPerUnit(Display):
    """Mean KL(q || prior) of each latent value in nats, the largest first; below 0.01 nats it is not active.

    kl: (L,), or (1,) where the latent values share one KL. activity: (L,) the variance of the mean of q(z | x) over
    rows, drawn below; or None.

    Reference: Burda et al., 2016, https://arxiv.org/abs/1509.00519
    """

    def __init__(self, kl: Array, latent_dim: int | None = None, activity: Array | None = None) -> None:
        self.kl = np.asarray(kl, dtype=float)
        self.latent_dim = latent_dim or len(self.kl)
        self.activity = None if self.shared else activity

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, c: Any = None, ax: Axes | None = None) -> Self:
        """The KL of every latent value over X, whose condition is c, and how far its codes move.

        Raises AttributeError for a model without densities.
        """
        kl = estimator.kl_per_unit(X, c)
        codes = np.asarray(estimator.transform(X, c))
        activity = codes.var(0, ddof=1) if len(codes) > 1 else None
        return cls(kl, estimator.spec_.latent_dim, activity).plot(ax)

    @property
    def shared(self) -> bool:
        """Whether one KL belongs to all latent values together."""
        return len(self.kl) == 1 and self.latent_dim > 1

    @property
    def active(self) -> int:
        """Latent values above 0.01 nats."""
        return int((self.kl > ACTIVE_NATS).sum())

    def describe(self) -> str:
        if self.shared:
            return f"KL: {self.kl[0]:.2f} nats, shared by the {self.latent_dim} latent values."
        said = (
            f"KL per latent value: {self.active} of {len(self.kl)} carry more than {ACTIVE_NATS} nats; the "
            f"largest carries {self.kl.max():.2f}, all together {self.kl.sum():.2f}"
        )
        if self.activity is None:
            return f"{said}."
        moving = int((self.activity > ACTIVE_VARIANCE).sum())
        return f"{said}. The mean code moves with variance above {ACTIVE_VARIANCE} in {moving} of them."

    def _size(self) -> tuple[float, float]:
        return 4.8, 4.2 if self.activity is None else 4.8

    def _draw(self, ax: Axes) -> None:
        order = np.argsort(-self.kl, kind="stable")
        if self.activity is None:
            self._draw_kl(ax, order)
            self._name_units(ax, order)
            return
        above, below = stacked(ax, [2.2, 1.0])
        self._draw_kl(above, order)
        above.set_xticks([])
        below.plot(
            np.arange(len(order)), self.activity[order], "o", color=VERMILION, markersize=4.5, clip_on=False
        )
        below.axhline(ACTIVE_VARIANCE, color=QUIET, linewidth=1, linestyle=":")
        below.set_ylim(0, 1.1 * max(float(self.activity.max()), 5 * ACTIVE_VARIANCE))
        below.set_xlim(above.get_xlim())
        below.grid(axis="y")
        below.set_title("How far the mean of q(z | x) moves over rows: its variance", fontsize=8.5)
        self._name_units(below, order)

    def _draw_kl(self, ax: Axes, order: Array) -> None:
        values, at = self.kl[order], np.arange(len(order))
        active = values > ACTIVE_NATS
        ax.bar(at[active], values[active], width=0.8, color=BLUE)
        ax.bar(at[~active], values[~active], width=0.8, color=FAINT, edgecolor=QUIET, hatch="////")
        # Bars that all lie below the threshold must not look tall.
        ax.set_ylim(0, max(1.08 * float(values.max()), 5 * ACTIVE_NATS))
        self._mark_inactive(ax, int(active.sum()))
        reach = max(len(values), 6) / 2 + 0.2
        ax.set_xlim((len(values) - 1) / 2 - reach, (len(values) - 1) / 2 + reach)
        ax.set_ylabel("KL, nats")
        ax.grid(axis="y")
        ax.set_title(
            f"One KL of {values[0]:.2f} nats for all latent values"
            if self.shared
            else f"{self.active} of {len(values)} latent values active, {values.sum():.2f} nats in all"
        )
        if len(values) <= 8:
            for x, value in zip(at, values, strict=True):
                ax.text(float(x), float(value), f"{value:.2f}", ha="center", va="bottom", fontsize=8)

    def _name_units(self, ax: Axes, order: Array) -> None:
        if self.shared:
            ax.set_xticks([0], ["all"])
        elif len(order) <= MOST_NUMBERED:
            ax.set_xticks(np.arange(len(order)), [str(unit) for unit in order])
        ax.set_xlabel("latent value, by its KL")

    def _mark_inactive(self, ax: Axes, active: int) -> None:
        if active == len(self.kl) or self.shared:
            return
        ax.axvline(active - 0.5, color=QUIET, linewidth=1, linestyle=":")
        ax.annotate(
            f"below {ACTIVE_NATS} nats:\nnot active",
            (active - 0.5, 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            va="top",
            fontsize=8,
            color=QUIET,
        )
