"""The prior against the aggregated posterior: where samples come from, where codes of data are, and the holes between.

The aggregated posterior is the mean of q(z | x) over rows. Where the prior has mass and it has none, samples decode to
what the decoder was never shown.

Reference: Hoffman and Johnson, 2016, http://approximateinference.org/accepted/HoffmanJohnson2016.pdf
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from vaekit.kinds import Array
from vaekit.plots.code_draws import posterior_draws, prior_draws
from vaekit.plots.code_plane import CodePlane
from vaekit.plots.density import Grid, density, levels_holding
from vaekit.plots.display import Display
from vaekit.plots.examples import some_of, some_rows
from vaekit.plots.style import BLUE, FAINT, VERMILION

DRAWS = 2000
HOLE = 0.1
"""A place is in a hole where the aggregated posterior has less than this share of the prior's density."""
HELD_BY_PRIOR = 0.95
HELD_BY_CODES = (0.5, 0.8, 0.95)


class AggregatedPosterior(Display):
    """Draws of q(z | x) over rows against draws of the prior, as densities of two latent values.

    prior and codes: (n, L) draws. units: the two that are drawn. Densities are estimated with gaussian kernels from as
    many draws of each, so that both are blurred alike; holes of all latent values together are not seen in two.
    """

    size = (4.8, 4.6)

    def __init__(self, prior: Array, codes: Array, units: tuple[int, int] = (0, 1)) -> None:
        n = min(len(prior), len(codes))
        self.prior, self.codes, self.units = prior[:n], codes[:n], units
        latent_dim = codes.shape[1]
        self._plane = None if latent_dim == 1 else CodePlane.of_units(latent_dim, units)
        self.in_holes = self._share_in_holes()

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        units: tuple[int, int] | None = None,
        c: Any = None,
        random_state: int = 0,
        ax: Axes | None = None,
    ) -> Self:
        """At most 2,000 rows, evenly spread over X, whose condition is c, and as many draws from the prior.

        units: None takes the two latent values with the largest KL. Raises SpecError for a model without a prior.
        """
        rows, numbers = some_rows(X, DRAWS)
        given = some_of(c, numbers)
        under = estimator.conditions_of(rows, given) if estimator.model_.prior.reads_condition else None
        prior = prior_draws(estimator, len(numbers), random_state, under)
        codes = posterior_draws(estimator, rows, given)
        return cls(prior, codes, units or _weightiest(estimator, rows, given, codes)).plot(ax)

    def describe(self) -> str:
        of = (
            "the latent value"
            if self._plane is None
            else f"latent values {self.units[0]} and {self.units[1]}"
        )
        said = f"Prior against the aggregated posterior over {of}, {len(self.codes):,} draws each"
        if self.in_holes is None:
            return f"{said}; the codes lie on a line, so no density can be told."
        return (
            f"{said}: {self.in_holes:.0%} of the prior's draws fall where codes of the data are less than a tenth as "
            "dense as the prior."
        )

    def _points(self) -> tuple[Array, Array]:
        if self._plane is None:
            return self.prior[:, :1], self.codes[:, :1]
        return self._plane.points(self.prior), self._plane.points(self.codes)

    def _share_in_holes(self) -> float | None:
        """The share of the prior's draws where the aggregated posterior is less than a tenth as dense."""
        prior, codes = self._points()
        ours, theirs = density(codes, prior), density(prior, prior)
        return None if ours is None or theirs is None else float((ours < HOLE * theirs).mean())

    def _draw(self, ax: Axes) -> None:
        if self._plane is None:
            self._draw_line(ax)
        else:
            self._draw_plane(ax, self._plane.names)
        holes = (
            "no density can be told"
            if self.in_holes is None
            else f"{self.in_holes:.0%} of the prior in holes"
        )
        ax.set_title(f"Prior and codes of the data: {holes}")

    def _draw_line(self, ax: Axes) -> None:
        prior, codes = self._points()
        edges = np.histogram_bin_edges(np.concatenate([prior, codes]), 40).tolist()
        ax.hist(
            codes[:, 0],
            edges,
            density=True,
            color=FAINT,
            edgecolor=BLUE,
            linewidth=0.5,
            label="codes of data",
        )
        ax.hist(
            prior[:, 0],
            edges,
            density=True,
            histtype="step",
            color=VERMILION,
            linestyle=(0, (4, 1.6)),
            label="prior",
        )
        ax.legend()
        ax.set_yticks([])
        ax.set_xlabel("latent value")

    def _draw_plane(self, ax: Axes, names: tuple[str, str]) -> None:
        prior, codes = self._points()
        grid = Grid.around(prior, codes)
        shape = (len(grid.y), len(grid.x))
        of_prior, of_codes = density(prior, grid.nodes), density(codes, grid.nodes)
        handles: list[Any] = [Patch(facecolor=BLUE, alpha=0.6, label="codes of data")]
        if of_codes is not None:
            at = density(codes, codes)
            assert at is not None
            levels = [*levels_holding(at, HELD_BY_CODES), float(of_codes.max()) * 1.01]
            ax.contourf(
                grid.x, grid.y, of_codes.reshape(shape), levels, colors=["#cfe3f1", "#7fb4d8", BLUE], zorder=1
            )
        else:
            ax.scatter(codes[:, 0], codes[:, 1], s=6, color=BLUE, linewidths=0)
        if of_prior is not None:
            at = density(prior, prior)
            assert at is not None
            edge = levels_holding(at, [HELD_BY_PRIOR])
            line = ax.contour(
                grid.x, grid.y, of_prior.reshape(shape), edge, colors=[VERMILION], linewidths=1.5,
                linestyles="dashed", zorder=3,
            )  # fmt: skip
            handles.append(line.legend_elements()[0][0])
            handles[-1].set_label("95 % of the prior")
            if of_codes is not None:
                hole = (of_codes < HOLE * of_prior) & (of_prior > edge[0])
                if hole.any():
                    ax.contourf(
                        grid.x, grid.y, hole.reshape(shape).astype(float), [0.5, 1.5], colors="none",
                        hatches=["////"], zorder=2,
                    )  # fmt: skip
                    handles.append(Patch(facecolor="none", hatch="////", label="hole"))
        ax.legend(handles=handles, loc="upper right")
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
        ax.set_aspect("equal", adjustable="datalim")


def _weightiest(estimator: Any, X: Any, c: Any, codes: Array) -> tuple[int, int]:
    """The two latent values with the largest KL, else those whose codes spread most; in their order."""
    latent_dim = codes.shape[1]
    if latent_dim <= 2:
        return (0, 1)
    kl = estimator.kl_per_unit(X, c) if hasattr(estimator, "kl_per_unit") else np.zeros(0)
    weights = kl if len(kl) == latent_dim else codes.std(0)
    one, two = sorted(np.argsort(-weights, kind="stable")[:2].tolist())
    return one, two
