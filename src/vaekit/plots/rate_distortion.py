"""What models pay against what they get: rate and distortion of a sweep, with the knee marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.style import CLASS_COLOURS, CLASS_MARKERS, FAINT, INK, QUIET, VERMILION


class RateDistortionCurve(Display):
    """Rate (KL) against distortion (reconstruction), nats per example: a dot a model, a line a latent_dim.

    A line goes through the mean of each beta, which is written beside it. Models on one of the thin lines have the
    same bound on log p(x), the lower the better. beta, latent_dim, rate, distortion: one value a model; knee: the
    (beta, latent_dim) to mark, or None.
    """

    size = (5.6, 4.4)

    def __init__(
        self,
        beta: Sequence[float],
        latent_dim: Sequence[int],
        rate: Sequence[float],
        distortion: Sequence[float],
        knee: tuple[float, int] | None = None,
    ) -> None:
        self.beta, self.latent_dim = np.asarray(beta, dtype=float), np.asarray(latent_dim)
        self.rate, self.distortion = np.asarray(rate, dtype=float), np.asarray(distortion, dtype=float)
        self.knee = knee

    @classmethod
    def from_sweep(cls, found: Any, *, ax: Axes | None = None) -> Self:
        """The curve of a `vaekit.sweep.RateDistortion`; models that diverged are left out."""
        points = [point for point in found.points if not point.diverged]
        columns = {
            name: [getattr(point, name) for point in points]
            for name in ("beta", "latent_dim", "rate", "distortion")
        }
        knee = None if found.knee is None else (found.knee.beta, found.knee.latent_dim)
        return cls(**columns, knee=knee).plot(ax)

    def curve(self, latent_dim: int) -> tuple[Array, Array, Array]:
        """(beta, rate, distortion): the mean of each beta of this latent_dim, beta falling."""
        here = self.latent_dim == latent_dim
        betas = np.unique(self.beta[here])[::-1]
        means = [
            [values[here & (self.beta == beta)].mean() for beta in betas]
            for values in (self.rate, self.distortion)
        ]
        return betas, np.array(means[0]), np.array(means[1])

    def describe(self) -> str:
        if not len(self.rate):
            return "Rate and distortion: no model was trained to its end."
        betas = f"beta from {self.beta.min():g} to {self.beta.max():g}"
        said = (
            f"Rate and distortion of {len(self.rate)} models with {betas}: the rate runs from {self.rate.min():.1f} "
            f"to {self.rate.max():.1f} nats, the distortion from {self.distortion.max():.1f} to "
            f"{self.distortion.min():.1f}"
        )
        if self.knee is None:
            return f"{said}; there is no knee."
        return f"{said}; the knee is at beta {self.knee[0]:g} with latent_dim {self.knee[1]}."

    def _draw(self, ax: Axes) -> None:
        ax.set_xlabel("rate: KL(q || prior), nats")
        ax.set_ylabel("distortion: reconstruction, nats")
        ax.set_title("What the nats of a code buy")
        if not len(self.rate):
            return
        sizes = np.unique(self.latent_dim)
        for number, size in enumerate(sizes):
            self._draw_curve(ax, int(size), number)
        ax.margins(0.1)
        self._draw_equal_bounds(ax)
        if self.knee is not None:
            betas, rate, distortion = self.curve(self.knee[1])
            at = int(np.flatnonzero(betas == self.knee[0])[0])
            ax.scatter(
                rate[at], distortion[at], s=170, facecolors="none", edgecolors=VERMILION, linewidths=1.8,
                label=f"knee: beta {self.knee[0]:g}", zorder=4,
            )  # fmt: skip
        if self.knee is not None or len(sizes) > 1:
            ax.legend(loc="upper right")

    def _draw_curve(self, ax: Axes, size: int, number: int) -> None:
        colour = CLASS_COLOURS[number % len(CLASS_COLOURS)]
        marker = CLASS_MARKERS[number % len(CLASS_MARKERS)]
        here = self.latent_dim == size
        ax.scatter(self.rate[here], self.distortion[here], s=9, color=colour, alpha=0.45, linewidths=0)
        betas, rate, distortion = self.curve(size)
        ax.plot(
            rate, distortion, color=colour, marker=marker, markersize=4.5, linewidth=1.3,
            linestyle=("-", (0, (4, 1.6)), (0, (1, 1.4)))[number % 3], label=f"latent_dim {size}",
        )  # fmt: skip
        for beta, x, y in zip(betas, rate, distortion, strict=True):
            ax.annotate(
                f"{beta:g}", (x, y), xytext=(5, 4), textcoords="offset points", fontsize=7.5, color=INK
            )

    def _draw_equal_bounds(self, ax: Axes) -> None:
        """Lines of one bound on log p(x), behind everything, within the frame that is there."""
        frame = ax.get_xlim(), ax.get_ylim()
        least, most = (self.rate + self.distortion).min(), (self.rate + self.distortion).max()
        x = np.array(frame[0])
        for total in np.linspace(least, most, 5) if most > least else [least]:
            ax.plot(x, total - x, color=FAINT, linewidth=0.8, zorder=0)
        ax.set_xlim(frame[0])
        ax.set_ylim(frame[1])
        ax.annotate(
            "numbers: beta; thin lines: equal bounds", (0.0, 0.0), xycoords="axes fraction", xytext=(4, 4),
            textcoords="offset points", fontsize=7, color=QUIET,
        )  # fmt: skip
