"""What comes back: examples beside the mean of p(x | z) at the mean of q(z | x)."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from vaekit.kinds import Array
from vaekit.plots.display import Display
from vaekit.plots.examples import MOST_BARS, Look, draw_row, mosaic, seen, some_of, some_rows, words_of
from vaekit.plots.style import panels

PICTURES_A_ROW = 8
ROWS_OF_PICTURES = 4
ROWS_OF_A_TABLE = 6


class Reconstructions(Display):
    """Examples and what the model makes of them: pictures in pairs, rows of a table as bars and dots.

    data and model: (n, *shape as fit saw it), in the user's units. mean and spread, (*shape): what the
    columns of a table are shown in.
    """

    def __init__(
        self, data: Array, model: Array, look: Look, mean: Array | float = 0, spread: Array | float = 1
    ) -> None:
        self.data, self.model, self.look = data, model, look
        self.mean, self.spread = mean, spread

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, *, n: int | None = None, c: Any = None, ax: Axes | None = None
    ) -> Self:
        """n examples, evenly spread over X; 32 pictures or 6 rows of a table unless told. c: the condition of X."""
        look = Look.of(estimator)
        rows, numbers = some_rows(
            X, n or (ROWS_OF_A_TABLE if look.picture is None else ROWS_OF_PICTURES * PICTURES_A_ROW)
        )
        data = seen(estimator, rows)
        x, given = estimator._given(rows, some_of(c, numbers))
        reader = estimator._reader(given)
        # Numbers, which a table would have to write as its types do: a mean of counts is none of them.
        model = estimator.treatment_.to_user(reader.decode(reader.encode(x)))
        if look.shared_scale:
            return cls(data, model, look).plot(ax)
        every = seen(estimator, some_rows(X, 2000)[0])
        known = np.ma.masked_invalid(every)  # without values that are hidden
        spread = known.std(0).filled(0)
        return cls(data, model, look, known.mean(0).filled(0), np.where(spread > 0, spread, 1.0)).plot(ax)

    def describe(self) -> str:
        error = float(np.nanmean(np.abs(self.model - self.data)) / np.mean(self.spread))
        if self.look.picture is not None:
            return (
                f"Reconstructions: {len(self.data)} pictures of the data, each with the model's picture of "
                f"it below. They differ by {error / (self.look.high - self.look.low or 1):.0%} of the range "
                "of a pixel on average."
            )
        columns = self.data[0].size
        return f"Reconstructions: {len(self.data)} rows of {columns} columns, the model over the data."

    def _size(self) -> tuple[float, float]:
        if self.look.picture is not None:
            height, width, _ = self._pictures()[0].shape
            return 4.8, min(8.0, 0.45 + 4.2 * height / width)
        return 4.8, 1.6 + 0.3 * min(self.data[0].size, MOST_BARS)

    def _draw(self, ax: Axes) -> None:
        if self.look.picture is None:
            self._draw_rows(ax)
        else:
            self._draw_pictures(ax)

    def _pictures(self) -> tuple[Array, Array]:
        """All pictures as one, and the heights at which its rows have their middle."""
        data, model = self.look.pictures(self.data), self.look.pictures(self.model)
        columns = min(PICTURES_A_ROW, len(data))
        bands = []
        for start in range(0, len(data), columns):
            for pictures in (data, model):
                band = np.ones((columns, *data.shape[1:]))
                band[: len(pictures[start : start + columns])] = pictures[start : start + columns]
                bands.append(band)
        whole, gap = mosaic(np.concatenate(bands), columns)
        height = data.shape[1]
        return whole, np.arange(len(bands)) * (height + gap) + height / 2 - 0.5

    def _draw_pictures(self, ax: Axes) -> None:
        whole, middles = self._pictures()
        ax.imshow(whole, interpolation="nearest", aspect="equal")
        ax.set_yticks(middles, ["data", "model"] * (len(middles) // 2))
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_title("Reconstructions: the model below the data")

    def _draw_rows(self, ax: Axes) -> None:
        columns = min(3, len(self.data))
        many = self.data[0].size > MOST_BARS
        rows = math.ceil(len(self.data) / columns)
        small = panels(ax, rows, columns, right=0.06, below=0.06)
        data = ((self.data - self.mean) / self.spread).reshape(len(self.data), -1)
        model = ((self.model - self.mean) / self.spread).reshape(len(self.data), -1)
        words = [
            words_of(self.look, *row)
            for row in zip(self.data.reshape(data.shape), self.model.reshape(data.shape), strict=True)
        ]
        numbers = [word is None for word in words[0]]
        both = np.nan_to_num(np.stack((data, model))[:, :, numbers])  # a hidden value has no bar
        reach = float(np.abs(both).max(initial=0)) * 1.05 or 1.0
        low = -reach if both.min(initial=0) < 0 else 0.0
        for i, panel in enumerate(small):
            if i >= len(data):
                panel.set_visible(False)
                continue
            draw_row(panel, data[i], model[i], None if i % columns else self.look.names, words[i])
            (panel.set_ylim if many else panel.set_xlim)(low, reach)
            panel.tick_params(labelbottom=i // columns == rows - 1)
        marks = ("line", "dashes") if many else ("bars", "dots")
        unit = "value" if self.look.shared_scale else "standard deviations from the mean"
        ax.set_title(f"Data ({marks[0]}) and model ({marks[1]})")
        small[min(1, columns - 1) + columns * (rows - 1)].set_xlabel("column" if many else unit)
