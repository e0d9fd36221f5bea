"""Which latent values carry information: the KL of each to the prior, sorted."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.measure.ledger import ACTIVE_NATS
from vaekit.plots.display import Display
from vaekit.plots.style import BLUE, FAINT, QUIET

MOST_NUMBERED = 24


class KLPerUnit(Display):
    """Mean KL(q || prior) of each latent value in nats, the largest first; below 0.01 nats it is not active.

    kl: (L,), or (1,) where the latent values share one KL.
    """

    size = (4.8, 4.2)

    def __init__(self, kl: Array, latent_dim: int | None = None) -> None:
        self.kl = np.asarray(kl, dtype=float)
        self.latent_dim = latent_dim or len(self.kl)

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, *, c: Any = None, ax: Axes | None = None) -> Self:
        """The KL of every latent value over X, whose condition is c.

        Raises AttributeError for a model without densities.
        """
        return cls(estimator.kl_per_unit(X, c), estimator.spec_.latent_dim).plot(ax)

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
        return (
            f"KL per latent value: {self.active} of {len(self.kl)} carry more than {ACTIVE_NATS} nats; the "
            f"largest carries {self.kl.max():.2f}, all together {self.kl.sum():.2f}."
        )

    def _draw(self, ax: Axes) -> None:
        order = np.argsort(-self.kl, kind="stable")
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
        if self.shared:
            ax.set_xticks([0], ["all"])
        elif len(values) <= MOST_NUMBERED:
            ax.set_xticks(at, [str(unit) for unit in order])
        ax.set_xlabel("latent value, by its KL")
        ax.set_title(
            f"One KL of {values[0]:.2f} nats for all latent values"
            if self.shared
            else f"{self.active} of {len(values)} latent values active, {values.sum():.2f} nats in all"
        )
        if len(values) <= 8:
            for x, value in zip(at, values, strict=True):
                ax.text(float(x), float(value), f"{value:.2f}", ha="center", va="bottom", fontsize=8)

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
