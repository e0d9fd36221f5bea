"""What each latent value does to a picture: it alone is moved, the others stay; the one that tells most comes first."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.examples import Look, mosaic, rows_at, some_of, some_rows
from vaekit.plots.named_columns import look_of_pictures

ROWS = 2000
UNITS = 8
STEPS = 9
FURTHEST = 0.01
"""The first position is the 1 % quantile of a latent value over the data, the last the 99 % quantile."""


class Traversals(Display):
    """Means of p(x | z) while one latent value runs through its range over the data; a row a latent value.

    pictures: (units, steps, *shape as fit saw it), in the user's units. units: which latent values. kl: (units,) their
    KL in nats, or None where a model has none; values: (units, steps) the positions.
    """

    def __init__(
        self, pictures: Array, units: list[int], values: Array, look: Look, kl: Array | None = None
    ) -> None:
        self.pictures, self.units, self.values, self.look, self.kl = pictures, units, values, look, kl

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        n: int = UNITS,
        row: int | None = None,
        steps: int = STEPS,
        c: Any = None,
        ax: Axes | None = None,
    ) -> Self:
        """The n latent values with the largest KL over X, whose condition is c, one a row.

        row: around the code of this row of X, under its condition; None: around the mean code, under the condition of
        the first row. Raises DataError for models of tables, and for a row that there is not.
        """
        look = look_of_pictures(estimator, "a traversal")
        rows, numbers = some_rows(X, ROWS)
        given = some_of(c, numbers)
        codes = np.asarray(estimator.transform(rows, given))
        units, kl = _by_weight(estimator, rows, given, codes)
        units = units[:n]
        base = codes.mean(0)
        if row is not None:
            one = np.array([row])
            if not 0 <= row < len(X):
                raise DataError(f"row={row} is no row of X, which has {len(X):,}: 0 to {len(X) - 1:,}.")
            base = np.asarray(estimator.transform(rows_at(X, one), some_of(c, one)))[0]
        values = np.quantile(codes[:, units], np.linspace(FURTHEST, 1 - FURTHEST, steps), axis=0).T
        moved = np.repeat(base[None], len(units) * steps, axis=0).reshape(len(units), steps, -1)
        for at, unit in enumerate(units):
            moved[at, :, unit] = values[at]
        under = None if c is None else some_of(c, np.full(len(units) * steps, row or 0))
        flat = moved.reshape(len(units) * steps, -1)
        pictures = np.asarray(estimator.inverse_transform(flat, **({} if under is None else {"c": under})))
        pictures = pictures.reshape(len(units), steps, *pictures.shape[1:])
        return cls(pictures, units, values, look, None if kl is None else kl[units]).plot(ax)

    def describe(self) -> str:
        order = "" if self.kl is None else ", the largest KL first"
        return (
            f"Traversals: {len(self.units)} latent values, each moved alone through its range over the data in "
            f"{self.values.shape[1]} steps{order}; means of p(x | z)."
        )

    def _whole(self) -> tuple[Array, int, int]:
        """All pictures as one, and the height and width of a cell with its gap."""
        units, steps = self.pictures.shape[:2]
        cells = self.look.pictures(self.pictures.reshape(units * steps, -1))
        whole, gap = mosaic(cells, steps)
        return whole, cells.shape[1] + gap, cells.shape[2] + gap

    def _size(self) -> tuple[float, float]:
        height, width, _ = self._whole()[0].shape
        return 5.6, min(8.0, 0.9 + 4.5 * height / width)

    def _draw(self, ax: Axes) -> None:
        whole, height, width = self._whole()
        ax.imshow(whole, interpolation="nearest", aspect="equal")
        names = [f"z{unit}" for unit in self.units]
        if self.kl is not None:
            names = [f"{name}, {kl:.2f} nats" for name, kl in zip(names, self.kl, strict=True)]
        ax.set_yticks([at * height + height / 2 for at in range(len(names))], names)
        steps = self.values.shape[1]
        shares = np.linspace(FURTHEST, 1 - FURTHEST, steps)
        shown = [0, steps // 2, steps - 1]
        ax.set_xticks([at * width + width / 2 for at in shown], [f"{shares[at]:.0%}" for at in shown])
        ax.set_xlabel("quantile of the latent value over the data")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title("What each latent value does")


def _by_weight(estimator: Any, X: Any, c: Any, codes: Array) -> tuple[list[int], Array | None]:
    """(latent values, the largest KL first or else the widest spread of codes; the KL of each or None)."""
    kl = np.asarray(estimator.kl_per_unit(X, c)) if hasattr(estimator, "kl_per_unit") else np.zeros(0)
    known = len(kl) == codes.shape[1]
    order = np.argsort(-(kl if known else codes.std(0)), kind="stable")
    return [int(unit) for unit in order], kl if known else None
