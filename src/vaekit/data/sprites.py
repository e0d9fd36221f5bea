"""Sprites whose factors are known: 64 x 64 pictures of one white shape, drawn by their number.

The factors are those of dSprites, each combination once, the last one fastest: 3 shapes x 6 scales x 40 orientations x
32 positions x 32 positions = 737,280 pictures. Nothing is stored: a picture is computed from its number when it is
asked for. The drawing is ours, so pixels differ from dSprites'; numbers measured on the two are not compared. As there,
turning a shape that looks the same (a square by 90 degrees) gives the same picture under other factors.

Reference: Matthey et al., 2017, https://github.com/deepmind/dsprites-dataset
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from vaekit.data.source import Source, sha256_of_arrays
from vaekit.errors import DataError
from vaekit.kinds import Array, Rng

SIDE = 64
FACTORS = ("shape", "scale", "orientation", "x", "y")
SHAPES = ("square", "ellipse", "heart")
SIZES = (3, 6, 40, 32, 32)
RADIUS = 10.0
"""Pixels from the middle of the largest sprite to its edge, about; every sprite lies whole within the picture."""
AT_ONCE = 1024


class Sprites:
    """The pictures by number: `sprites[i]` is (1, 64, 64) uint8 of 0 and 1, `sprites[numbers]` (n, 1, 64, 64).

    It has the face of a map-style Dataset: a length and items.
    """

    names = FACTORS
    sizes = SIZES

    def __len__(self) -> int:
        return int(np.prod(SIZES))

    def __getitem__(self, numbers: Any) -> Array:
        """Pictures of a number, a slice, or an array of numbers; IndexError for one that does not exist."""
        if isinstance(numbers, slice):
            numbers = np.arange(*numbers.indices(len(self)))
        drawn = draw(self.factors(numbers).reshape(-1, len(SIZES)))
        return drawn[0] if np.ndim(numbers) == 0 else drawn

    def factors(self, numbers: Any) -> Array:
        """(n,) numbers -> (n, 5) whole numbers from 0: shape, scale, orientation, x, y; (5,) for one number."""
        numbers = np.asarray(numbers, dtype=np.int64)
        if numbers.size and not (-len(self) <= numbers.min() and numbers.max() < len(self)):
            raise IndexError(f"sprites are numbered from 0 to {len(self) - 1:,}.")
        return np.stack(np.unravel_index(numbers % len(self), SIZES), axis=-1)

    def numbers(self, factors: Any) -> Array:
        """(n, 5) factors -> (n,) numbers: the inverse of `factors`."""
        return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(np.asarray(factors), -1, 0)), SIZES))

    def batches(self, size: int, rng: Rng | None = None) -> Iterator[tuple[Array, Array]]:
        """Every picture once, as (pictures (size, 1, 64, 64), factors (size, 5)); shuffled when rng is given."""
        order = np.arange(len(self)) if rng is None else rng.permutation(len(self))
        for start in range(0, len(order), size):
            numbers = order[start : start + size]
            yield self[numbers], self.factors(numbers)


def read_sprites(*, rows: int = 10_000, seed: int = 0) -> Source:
    """float32 (rows, 1, 64, 64) of 0 and 1: a random part of the sprites, none twice, with the shape as label.

    `Sprites().factors(sprite_numbers(rows, seed))` has all factors of the rows.
    """
    numbers = sprite_numbers(rows, seed)
    X = Sprites()[numbers].astype(np.float32)
    y = Sprites().factors(numbers)[:, 0]
    return Source(X=X, y=y, sha256=sha256_of_arrays(X, y), class_names=SHAPES)


def sprite_numbers(rows: int, seed: int) -> Array:
    """(rows,) the numbers of the pictures that `read_sprites` gives."""
    if not isinstance(rows, int) or not 0 < rows <= len(Sprites()):
        raise DataError(f"rows={rows!r} is not possible; there are {len(Sprites()):,} sprites.")
    return np.random.default_rng(seed).choice(len(Sprites()), rows, replace=False)


def draw(factors: Array) -> Array:
    """(n, 5) factors -> (n, 1, 64, 64) uint8: 1 where the middle of a pixel lies in the shape."""
    pictures = np.empty((len(factors), 1, SIDE, SIDE), dtype=np.uint8)
    for start in range(0, len(factors), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        pictures[some, 0] = _inside(factors[some])
    return pictures


def _inside(factors: Array) -> Array:
    """(n, 64, 64) bool: pixels, seen from the sprite, against the outline of its shape."""
    scale, orientation, x, y = (column[:, None, None] for column in factors.T[1:])
    pixel = np.arange(SIDE, dtype=np.float32)
    right = pixel[None, None, :] - (16 + x).astype(np.float32)
    up = (16 + y).astype(np.float32) - pixel[None, :, None]
    turn = (orientation * (2 * np.pi / SIZES[2])).astype(np.float32)
    # A little above, so that a pixel on the outline is in whichever way the sprite is turned.
    radius = (RADIUS * (0.5 + 0.1 * scale) * 1.00001).astype(np.float32)
    u = (np.cos(turn) * right + np.sin(turn) * up) / radius
    v = (np.cos(turn) * up - np.sin(turn) * right) / radius
    found = np.empty(u.shape, dtype=bool)
    for number, outline in enumerate(_OUTLINES):
        asked = factors[:, 0] == number
        found[asked] = outline(u[asked], v[asked])
    return found


def _square(u: Array, v: Array) -> Array:
    return np.asarray(np.maximum(np.abs(u), np.abs(v)) <= 1)


def _ellipse(u: Array, v: Array) -> Array:
    return np.asarray((u / 1.3) ** 2 + (v / 0.7) ** 2 <= 1)


def _heart(u: Array, v: Array) -> Array:
    body = u**2 + v**2 - 1
    return np.asarray(body**3 <= u**2 * v**3)


_OUTLINES = (_square, _ellipse, _heart)
