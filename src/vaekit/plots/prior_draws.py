"""Where the prior draws its codes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.plots.code_draws import prior_draws
from vaekit.plots.display import Display
from vaekit.plots.style import BLUE, VERMILION

DRAWS = 5000


class PriorDraws(Display):
    """Draws from the prior, (n, L); codes of data (m, L) over them, or None.

    One latent value is a histogram; of more the two of `units` are drawn.
    """

    size = (4.8, 4.6)

    def __init__(self, draws: Array, codes: Array | None = None, units: tuple[int, int] = (0, 1)) -> None:
        self.draws, self.codes, self.units = draws, codes, units

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        n: int = DRAWS,
        units: tuple[int, int] = (0, 1),
        c: Any = None,
        random_state: int = 0,
        ax: Axes | None = None,
    ) -> Self:
        """n draws, and the codes of X over them. c: the condition of all, for a prior that reads one.

        Raises SpecError for an estimator without a prior to draw from.
        """
        drawn = prior_draws(estimator, n, random_state, c)
        codes = None if X is None else np.asarray(estimator.transform(X, c))
        return cls(drawn, codes, units).plot(ax)

    def describe(self) -> str:
        latent_dim = self.draws.shape[1]
        said = f"Prior: {len(self.draws):,} draws of {latent_dim} latent value{'s' if latent_dim > 1 else ''}"
        said += f", of which values {self.units[0]} and {self.units[1]} are drawn" if latent_dim > 2 else ""
        spread = ", ".join(f"{value:.3f}" for value in self.draws.std(0)[:4])
        said += f"; standard deviations {spread}{', ...' if latent_dim > 4 else ''}"
        return said + (
            f"; over them the codes of {len(self.codes):,} rows." if self.codes is not None else "."
        )

    def _draw(self, ax: Axes) -> None:
        many = [(self.draws, BLUE, "prior", 5.0)]
        if self.codes is not None:
            many.append((self.codes, VERMILION, "codes of the data", 5.0))
        for values, colour, name, size in many:
            if self.draws.shape[1] == 1:
                ax.hist(values[:, 0], 60, density=True, histtype="step", color=colour, label=name)
            else:
                x, y = (values[:, unit] for unit in self.units)
                ax.scatter(x, y, s=size, color=colour, alpha=0.35, linewidths=0, label=name)
        if self.draws.shape[1] > 1:
            ax.set_aspect("equal", adjustable="datalim")
            ax.set_ylabel(f"latent value {self.units[1]}")
        ax.set_xlabel(f"latent value {self.units[0]}")
        if len(many) > 1:
            ax.legend(loc="upper right")
        ax.set_title(f"{len(self.draws):,} draws from the prior")
