"""Style transfer: rows of the data in their own style, under every class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.plots.examples import seen, some_of, some_rows
from vaekit.plots.named_columns import NamedColumns, look_of_pictures

ROWS = 8


class StyleTransfer(NamedColumns):
    """Pictures of the data, and beside each what `CVAE.style_transfer` makes of it under each class."""

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        c: Any = None,
        *,
        to: Sequence[Any] | None = None,
        n: int = ROWS,
        ax: Axes | None = None,
    ) -> Self:
        """n rows, evenly spread over X, whose condition is c. to: the conditions to show; None takes every class."""
        look = look_of_pictures(estimator, "style transfer")
        rows, numbers = some_rows(X, n)
        moved = estimator.style_transfer(rows, some_of(c, numbers), to=to)
        source = seen(estimator, rows).reshape(len(moved), 1, *moved.shape[2:])
        names = ["data", *(estimator.condition_.labels.classes if to is None else to)]
        return cls(np.concatenate([source, moved], axis=1), names, look).plot(ax)

    @property
    def title(self) -> str:
        return "A picture of the data, and its style in every class"

    def describe(self) -> str:
        rows, columns = self.pictures.shape[:2]
        return (
            f"Style transfer: {rows} pictures of the data on the left, each then in its own style under "
            f"{columns - 1} conditions: means of p(x | z, c)."
        )
