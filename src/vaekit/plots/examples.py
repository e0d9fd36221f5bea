"""How one example is drawn: an image as a picture, a row of a table as bars.

Values are drawn as the model sees them (binarised where it binarises), in the user's units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vaekit.data.column import Column
from vaekit.data.read import read
from vaekit.kinds import Array
from vaekit.plots.columns import categories_of, written
from vaekit.plots.style import BLUE, FAINT, INK, VERMILION, label, quiet_ticks

FEWEST_SQUARE_COLUMNS = 64
MOST_BARS = 24


@dataclass(frozen=True)
class Look:
    """How the examples of one model are drawn.

    picture: (C, H, W), or None for rows of a table. low and high: the values that are drawn black and white.
    names: one for each column of a table. shared_scale: all columns have one unit, so that they stand side by
    side as they are; else each is shown in its standard deviations. kinds: what each column of a table is, where
    that is known.
    """

    picture: tuple[int, int, int] | None
    low: float
    high: float
    names: tuple[str, ...]
    shared_scale: bool
    kinds: tuple[Column, ...] | None = None

    @property
    def columns(self) -> tuple[Column | None, ...]:
        """What each column is; None for plain numbers."""
        return self.kinds if self.kinds is not None else (None,) * len(self.names)

    @classmethod
    def of(cls, estimator: Any) -> Look:
        """The look that fits what an estimator was fitted on.

        Flat rows are pictures where they are probably that: pixels, or values in [0, 1], in a square number
        of at least 64 columns without names.
        """
        profile = estimator.profile_
        event = tuple(estimator.treatment_.event_shape)
        low, high = profile.low, profile.high
        if profile.kind in ("unit", "binary", "pixels") or profile.levels is not None:
            low, high = 0.0, float(max(profile.levels or 1, 1))
        size = math.prod(event)
        given = estimator.example_names
        names = (
            tuple(str(name) for name in given)
            if given is not None
            else tuple(f"column {i}" for i in range(size))
        )
        side = math.isqrt(size)
        square = len(event) == 1 and size >= FEWEST_SQUARE_COLUMNS and side * side == size
        picture = None
        if len(event) == 3:
            picture = event
        elif square and given is None and profile.kind in ("unit", "binary", "pixels"):
            picture = (1, side, side)
        codec = getattr(estimator, "codec_", None)
        kinds = None if codec is None else tuple(codec.columns)
        return cls(picture, low, high, names, profile.kind != "real", kinds)

    def pictures(self, x: Array) -> Array:
        """x (n, ...) -> (n, H, W', 3) in [0, 1]: grey or colour; other channels side by side, in grey. A hidden value
        is half way."""
        assert self.picture is not None
        channels, height, width = self.picture
        span = self.high - self.low or 1.0
        shown = np.clip(
            (np.asarray(x, dtype=float).reshape(-1, channels, height, width) - self.low) / span, 0, 1
        )
        shown = np.nan_to_num(shown, nan=0.5)
        if channels in (3, 4):
            return shown[:, :3].transpose(0, 2, 3, 1)
        beside = shown.transpose(0, 2, 1, 3).reshape(len(shown), height, channels * width)
        return np.repeat(beside[..., None], 3, axis=-1)


def seen(estimator: Any, X: Any) -> Array:
    """X as the model sees it, (n, *shape as fit saw it), in the user's units."""
    treatment = estimator.treatment_
    X = X.toarray() if hasattr(X, "toarray") else X  # the few sparse rows that are drawn
    rows: Array = treatment.to_user(treatment.to_model(estimator._examples(X)))
    return rows


def some_rows(X: Any, most: int) -> tuple[Any, Array]:
    """At most `most` rows of whatever fit takes, evenly spread over X, and their numbers."""
    rows = _with_rows(X)
    n = rows.shape[0]  # sparse rows have no len()
    numbers = np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(int)
    return rows_at(rows, numbers), numbers


def rows_at(X: Any, numbers: Array) -> Any:
    """The rows of these numbers of whatever fit takes."""
    rows = _with_rows(X)
    return (rows.iloc if hasattr(rows, "iloc") else rows)[numbers]


def _with_rows(X: Any) -> Any:
    """X as an array, a frame, or sparse rows that can be taken by number."""
    if hasattr(X, "tocsr"):
        return X.tocsr()
    return X.detach().cpu().numpy() if hasattr(X, "detach") else X if hasattr(X, "shape") else read(X).X


def some_of(c: Any, numbers: Array) -> Any:
    """The conditions of the rows of these numbers; None where there are none."""
    return None if c is None else (c.iloc if hasattr(c, "iloc") else np.asarray(c))[numbers]


def mosaic(pictures: Array, columns: int) -> tuple[Array, int]:
    """(n, H, W, 3) -> one picture (rows * (H + gap) - gap, ..., 3) on white, and the gap in pixels."""
    n, height, width, _ = pictures.shape
    gap = max(1, round(min(height, width) / 10))
    rows = math.ceil(n / columns)
    whole = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap, 3))
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        whole[top : top + height, left : left + width] = picture
    return whole, gap


def draw_row(
    ax: Axes,
    data: Array,
    model: Array,
    names: tuple[str, ...] | None,
    words: list[tuple[str, str] | None] | None = None,
) -> None:
    """One row of a table: bars are the data, dots the model. More than 24 columns become two lines.

    words: for a column of names what the data and the model say, in place of a bar; None for numbers.
    """
    if len(data) > MOST_BARS:
        at = np.arange(len(data))
        ax.plot(at, data, color=BLUE, linewidth=1, label="data")
        ax.plot(at, model, color=VERMILION, linewidth=1, linestyle=(0, (3, 1.5)), label="model")
        ax.margins(x=0)
        return
    at = np.arange(len(data))[::-1]
    numbers = (
        np.array([word is None for word in words]) if words is not None else np.ones(len(data), dtype=bool)
    )
    ax.barh(at[numbers], data[numbers], height=0.72, color=FAINT, edgecolor=BLUE, linewidth=0.8, label="data")
    ax.plot(model[numbers], at[numbers], "o", color=VERMILION, markersize=3.6, label="model")
    for place, word in zip(at, words or [], strict=False):
        if word is not None:
            _write_names(ax, float(place), *word)
    ax.axvline(0, color=INK, linewidth=0.7)
    ax.set_ylim(-0.7, len(data) - 0.3)
    if names is None:
        quiet_ticks(ax, y=True)
    else:
        ax.set_yticks(at, [label(name) for name in names])
        ax.tick_params(axis="y", length=0)


def _write_names(ax: Axes, place: float, said: str, model: str) -> None:
    """The category of a row on the left and, where the model gives another, that one on the right."""
    shown: dict[str, Any] = {
        "va": "center",
        "fontsize": 6.5,
        "transform": ax.get_yaxis_transform(),
        "zorder": 3,
    }
    box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    ax.text(0.03, place, label(said, 11), ha="left", bbox=box, **shown)
    if said in (model, "missing"):
        told = "same" if said == model else label(model, 11)
        ax.text(0.97, place, told, ha="right", color=VERMILION, bbox=box, **shown)
    else:
        ax.text(
            0.97,
            place,
            f"≠ {label(model, 11)}",
            ha="right",
            color=VERMILION,
            fontweight="bold",
            bbox=box,
            **shown,
        )


def words_of(look: Look, data: Array, model: Array) -> list[tuple[str, str] | None]:
    """What a row of data (D,) and the model's (D,) say in columns of names; None for numbers."""
    return [
        None if categories_of(column) is None else (written(column, one), written(column, other))
        for column, one, other in zip(look.columns, data, model, strict=True)
    ]
