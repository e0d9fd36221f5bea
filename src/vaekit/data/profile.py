"""What kind of values the data are, judged once, with the reason in one line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.layout import blocks, examples
from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.spec import Part, part

FEW_ROWS = 50
MOST_CATEGORIES = 10

_LIKELIHOODS = {
    "binary": part("bernoulli"),
    "unit": part("continuous-bernoulli"),
    "pixels": part("gaussian", scale="learned"),
    "counts": part("poisson"),
    "categorical": part("categorical"),
    "real": part("gaussian", scale="learned"),
}


@dataclass(frozen=True)
class Profile:
    """What was understood of the data.

    kind: "binary", "unit", "pixels", "counts", "real" or "categorical"; reason: why, in one line. low and
    high are over all values. levels: the highest value that a pixel can have (255 or 16), the highest
    category, else None. constant: positions in the flattened example whose value never changes. too_few:
    there were fewer than 50 rows, so the range was not judged. hidden: the share of rows in which each value of
    the flattened example is missing; () where none is, or nobody asked.
    """

    kind: str
    reason: str
    rows: int
    event_shape: tuple[int, ...]
    low: float
    high: float
    levels: int | None = None
    constant: tuple[int, ...] = ()
    too_few: bool = False
    hidden: tuple[float, ...] = ()


def profile(X: Any, image_shape: Sequence[int] | None = None) -> Profile:
    """Judge X (n, *shape); missing values (NaN) are passed over.

    The first rule that holds decides. Fewer than 50 rows are "real", whatever they hold, since their range
    says little. Values that are all 0 or 1 are "binary". "pixels" are uint8; whole numbers from 0 to
    exactly 16, or to exactly 255, in images or in a square number of at least 64 columns; and images from
    0 to somewhere between 128 and 255. Values in [0, 1] are "unit". Whole numbers from 0 on are
    "categorical" or "counts". Anything else is "real".

    Whole numbers are "categorical" when the values of every column are 0, 1, ... without a gap, at most
    10 of them, and the highest value of all columns together is at least half as frequent as if all values
    were equally frequent: counts thin out towards their highest value, categories do not. A table of uint8
    for which this holds is categorical, not pixels.

    Raises DataError for fewer than two rows, infinite values, and columns that are all constant.
    """
    x = examples(X, image_shape)
    if len(x) < 2:
        given = "one sample (n_samples=1)" if len(x) else "no sample (n_samples=0)"
        raise DataError(f"X has {given}, and nothing can be learned from that; give at least two rows.")
    lows, highs = _ranges(x)
    low, high = float(np.fmin.reduce(lows)), float(np.fmax.reduce(highs))
    if math.isinf(low) or math.isinf(high):
        raise DataError("X has infinite values; replace them by numbers, or leave these rows out.")
    moves = highs > lows
    if not moves.any():
        raise DataError(f"all {moves.size} columns of X are constant; there is nothing to learn from them.")
    kind, reason, levels = _judge(x, low, high)
    return Profile(
        kind=kind,
        reason=reason,
        rows=len(x),
        event_shape=tuple(int(length) for length in x.shape[1:]),
        low=low,
        high=high,
        levels=levels,
        constant=tuple(int(column) for column in np.flatnonzero(~moves)),
        too_few=len(x) < FEW_ROWS,
    )


def suggest_likelihood(found: Profile) -> tuple[Part, str]:
    """The likelihood that fits the kind of data, and the sentence that says why.

    Pictures in [0, 1] get a normal with one learned scale, as pixels do: a density on [0, 1] pays so much for the
    exact zeros of a background that codes are drawn far away from the prior, and samples of the prior suffer.
    """
    pictures = found.kind == "unit" and len(found.event_shape) == 3
    chosen = _LIKELIHOODS["pixels" if pictures else found.kind]
    with_scale = " with a learned scale" if "scale" in chosen.options else ""
    return chosen, f"likelihood '{chosen.name}'{with_scale}: {found.reason}."


def _judge(x: Array, low: float, high: float) -> tuple[str, str, int | None]:
    """(kind, reason, levels); the rules and their order are in the docstring of `profile`."""
    images, square, bytes_ = x.ndim == 4, _square(x.shape[1:]), x.dtype == np.uint8
    if len(x) < FEW_ROWS:
        reason = f"{len(x)} rows are too few (under {FEW_ROWS}) to judge the range by, so values are real"
        return "real", reason, 255 if bytes_ and high > 1 else None
    whole = _whole(x)
    if whole and low >= 0 and high <= 1:
        return "binary", "all values are 0 or 1", None
    if whole and low >= 0 and high == 16 and (images or square):
        return "pixels", "integers from 0 to 16 in images are pixels, divided by 16 to [0, 1]", 16
    categories = _categories(x) if whole and low >= 0 and high < MOST_CATEGORIES else None
    if bytes_ and (images or categories is None):
        return "pixels", "uint8 values are pixels, divided by 255 to [0, 1]", 255
    if low >= 0 and ((images and 128 <= high <= 255) or (square and whole and high == 255)):
        return "pixels", f"values from {low:g} to {high:g} are pixels, divided by 255 to [0, 1]", 255
    if low >= 0 and high <= 1:
        return "unit", f"values lie in [0, 1] (from {low:.3g} to {high:.3g})", None
    if categories is not None:
        reason = f"whole numbers from 0 to {categories - 1}, the highest not rare, are categories"
        return "categorical", reason, categories - 1
    if whole and low >= 0:
        return "counts", f"whole numbers from {low:g} to {high:g} are counts", None
    return "real", f"values from {low:.3g} to {high:.3g} are real numbers", None


def _square(event_shape: tuple[int, ...]) -> bool:
    """Whether flat rows may be square images: a square number of at least 64 columns."""
    columns = event_shape[0]
    return len(event_shape) == 1 and columns >= 64 and math.isqrt(columns) ** 2 == columns


def _ranges(x: Array) -> tuple[Array, Array]:
    """The lowest and highest value of each column of the flattened example, NaN passed over."""
    size = math.prod(x.shape[1:])
    lows, highs = np.full(size, np.nan), np.full(size, np.nan)
    for block in blocks(x):
        flat = block.reshape(len(block), size)
        lows = np.fmin(lows, np.fmin.reduce(flat, 0))
        highs = np.fmax(highs, np.fmax.reduce(flat, 0))
    return lows, highs


def _whole(x: Array) -> bool:
    """Whether all values are integers, of whatever type."""
    if x.dtype.kind in "bui":
        return True
    return all(bool(((block == np.floor(block)) | np.isnan(block)).all()) for block in blocks(x))


def _categories(x: Array) -> int | None:
    """How many categories whole numbers from 0 to 9 are, or None where they are counts."""
    size = math.prod(x.shape[1:])
    seen = np.zeros((MOST_CATEGORIES, size), dtype=np.int64)
    for block in blocks(x):
        flat = block.reshape(len(block), size)
        seen += np.stack([(flat == value).sum(0) for value in range(MOST_CATEGORIES)])
    present = seen > 0
    if (present[1:] & ~present[:-1]).any():  # a gap in some column
        return None
    pooled = np.trim_zeros(seen.sum(1), "b")
    rare = pooled[-1] < 0.5 * pooled.sum() / len(pooled)
    return None if rare else len(pooled)
