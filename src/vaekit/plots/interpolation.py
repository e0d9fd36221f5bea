"""Paths between examples: what lies between two codes, from one row of the data to another."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.plots.examples import seen, some_of, some_rows
from vaekit.plots.named_columns import NamedColumns, look_of_pictures

PATHS = 6
STEPS = 8


class Interpolation(NamedColumns):
    """A path a row: a picture of the data on either side, between them means of p(x | z) on the line between their
    codes."""

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        n: int = PATHS,
        steps: int = STEPS,
        c: Any = None,
        ax: Axes | None = None,
    ) -> Self:
        """n pairs of rows, evenly spread over X, whose condition is c; a path is decoded under that of its start.

        Raises DataError for models of tables.
        """
        look = look_of_pictures(estimator, "an interpolation")
        rows, numbers = some_rows(X, 2 * n)
        given = some_of(c, numbers)
        codes = np.asarray(estimator.transform(rows, given))
        pairs = len(codes) // 2
        first, last = codes[:pairs], codes[pairs : 2 * pairs]
        way = np.linspace(0, 1, steps)[:, None]
        paths = first[:, None] * (1 - way) + last[:, None] * way
        under = some_of(given, np.repeat(np.arange(pairs), steps))
        decoded = np.asarray(
            estimator.inverse_transform(
                paths.reshape(pairs * steps, -1), **({} if under is None else {"c": under})
            )
        )
        decoded = decoded.reshape(pairs, steps, *decoded.shape[1:])
        data = seen(estimator, rows).reshape(len(codes), 1, *decoded.shape[2:])
        shares = [f"{share:.0%}" for share in way[:, 0]]
        whole = np.concatenate([data[:pairs], decoded, data[pairs : 2 * pairs]], axis=1)
        return cls(whole, ["data", *shares, "data"], look).plot(ax)

    @property
    def apart(self) -> tuple[int, ...]:
        return 0, len(self.names) - 2

    @property
    def title(self) -> str:
        return "Between two examples"

    def describe(self) -> str:
        paths, columns = self.pictures.shape[:2]
        return (
            f"Interpolation: {paths} paths of {columns - 2} means of p(x | z) on the line between the codes of two "
            "pictures of the data, which stand at its ends."
        )
