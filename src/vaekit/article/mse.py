"""What squared error sees: a picture with a part erased against the whole picture moved by a pixel.

The figure of the article: (a) a digit, (b) the same with a part erased, (c) the same moved. The squared error of (b)
is often the smaller one though (c) looks more alike. Not always: erasing costs just the ink energy that is erased, so
there is a share of it at which both are equal.

The figure goes back to Doersch, 2016, https://arxiv.org/abs/1606.05908
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.article.table import Table
from vaekit.data.shift import shift_invariant_mse, shifted
from vaekit.errors import DataError
from vaekit.kinds import Array

Patch = tuple[int, int, int, int]
"""(top, left, height, width) in pixels."""


@dataclass(frozen=True)
class ShiftedPixel:
    """A picture (a), (b) with a patch erased and (c) moved, (H, W) each, with their errors per pixel.

    energy     mean of the squares of (a): the error of an empty picture
    mse_       squared error to (a)
    invariant_ the same, but the least over moves of whole pixels: what an eye forgives
    """

    original: Array
    erased: Array
    moved: Array
    patch: Patch
    shift: tuple[float, float]
    energy: float
    mse_erased: float
    mse_moved: float
    invariant_erased: float
    invariant_moved: float

    @property
    def erased_fraction(self) -> float:
        """The share of the ink energy of (a) that is erased in (b)."""
        return self.mse_erased / self.energy

    @property
    def break_even(self) -> float:
        """The share of the ink energy at which erasing costs as much as this move."""
        return self.mse_moved / self.energy

    @property
    def prefers_erased(self) -> bool:
        """Whether squared error takes (b) for the better copy of (a)."""
        return self.mse_erased < self.mse_moved

    def sentence(self) -> str:
        """What was found, in words."""
        top, left, height, width = self.patch
        which = "(b), the erased one" if self.prefers_erased else "(c), the moved one"
        return (
            f"Erasing {height} x {width} pixels at ({top}, {left}) takes {self.erased_fraction:.1%} of the ink energy "
            f"and costs {self.mse_erased:.5f} a pixel; moving by ({self.shift[0]:g} down, {self.shift[1]:g} right) "
            f"costs {self.mse_moved:.5f}. Squared error prefers {which}; both cost the same when "
            f"{self.break_even:.1%} of the ink energy is erased. Where moves are forgiven, (b) costs "
            f"{self.invariant_erased:.5f} and (c) {self.invariant_moved:.5f}."
        )


def shifted_pixel(
    picture: Any, patch: int | Patch = 4, shift: tuple[float, float] = (0, 1), reach: int = 2
) -> ShiftedPixel:
    """The demonstration for one picture (H, W).

    patch: a side (the block of that size with the most ink is erased), or (top, left, height, width).
    shift: pixels (down, right), parts of a pixel allowed. reach: whole pixels that the invariant error forgives.
    Raises DataError for an empty picture and a patch outside it.
    """
    a = _picture(picture)
    where = inkiest(a, patch) if isinstance(patch, int) else _inside(a, patch)
    top, left, height, width = where
    b = a.copy()
    b[top : top + height, left : left + width] = 0
    c = shifted(a, *shift)
    return ShiftedPixel(
        a, b, c, where, (float(shift[0]), float(shift[1])),
        energy=float((a**2).mean()),
        mse_erased=float(((a - b) ** 2).mean()),
        mse_moved=float(((a - c) ** 2).mean()),
        invariant_erased=float(shift_invariant_mse(a, b, reach)),
        invariant_moved=float(shift_invariant_mse(a, c, reach)),
    )  # fmt: skip


def inkiest(picture: Array, side: int) -> Patch:
    """The block of side x side pixels with the most ink energy."""
    height, width = picture.shape
    if not 1 <= side <= min(height, width):
        raise DataError(f"patch={side} is not possible; the picture has {height} x {width} pixels.")
    sums = block_energies(picture[None], side)[0]
    top, left = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(top), int(left), side, side


def block_energies(pictures: Array, side: int) -> Array:
    """(n, H, W) -> (n, H - side + 1, W - side + 1): the sum of squares in each block, by its upper left pixel."""
    sums = np.pad((pictures**2).cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    found: Array = (
        sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]
    )
    return found


def paradox_shares(
    pictures: Any, sides: Sequence[int] = (3, 4, 5, 6, 7, 8), shift: tuple[float, float] = (0, 1)
) -> Table:
    """For each side of an erased block: the share of pictures (n, H, W) whose erased copy has the smaller error."""
    a = np.asarray(pictures, dtype=float)
    moved = ((a - shifted(a, *shift)) ** 2).sum((1, 2))
    energy = (a**2).sum((1, 2))
    rows: list[dict[str, str | int | float]] = []
    for side in sides:
        erased = block_energies(a, int(side)).max((1, 2))
        rows.append(
            {
                "side": int(side),
                "share_of_pictures": float((erased < moved).mean()),
                "median_erased_fraction": float(np.median(erased / energy)),
                "median_break_even": float(np.median(moved / energy)),
            }
        )
    return Table.of(rows, [f"{len(a):,} pictures; each loses its inkiest block of side x side pixels."])


def _picture(picture: Any) -> Array:
    a = np.asarray(picture, dtype=float)
    if a.ndim != 2 or not np.isfinite(a).all() or not (a**2).sum() > 0:
        raise DataError(
            f"wanted is one picture (H, W) with ink, and this has shape {a.shape}; choose another."
        )
    return a


def _inside(a: Array, patch: Patch) -> Patch:
    if len(patch) != 4:
        raise DataError(f"patch={patch!r} is not possible; give a side, or (top, left, height, width).")
    top, left, height, width = (int(number) for number in patch)
    within = 0 <= top < top + height <= a.shape[0] and 0 <= left < left + width <= a.shape[1]
    if not within:
        raise DataError(
            f"patch={patch!r} (top, left, height, width) is not inside a picture of {a.shape[0]} x {a.shape[1]}."
        )
    return top, left, height, width
