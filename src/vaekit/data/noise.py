"""Noise that belongs to a row: a function of a seed and the row's own values, of nothing else.

Scores made with it are the same twice, in any order and in any batch, and its errors still average
over rows. Each row shifts one fixed low-discrepancy point set (a Cranley-Patterson rotation), so K
draws of a row cover the space evenly.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from vaekit.data.holes import has_holes
from vaekit.kinds import Array

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MAGNITUDE, _INFINITE, _HIDDEN = np.uint32(0x7FFFFFFF), np.uint32(0x7F800000), np.uint32(0x7FC00000)


def _scrambled(state: Array) -> Array:
    """splitmix64: uint64 -> uint64, every bit of the input reaching every bit of the output.

    Reference: Steele, Lea and Flood, 2014, https://doi.org/10.1145/2714064.2660195
    """
    with np.errstate(over="ignore"):
        state = state + _GOLDEN
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        scrambled: Array = state ^ (state >> np.uint64(31))
    return scrambled


def row_keys(rows: Array, seed: int) -> Array:
    """(n, features) float32 -> (n,) uint64: one key a row, of its values and the seed.

    The bits of the values are multiplied by numbers drawn from the seed and added up, a universal hash.
    Reference: Lemire and Kaser, 2014, https://arxiv.org/abs/1202.4961
    """
    # Adding 0 makes -0 and 0, which are equal, the same bits; a value that is hidden (NaN) has many, and gets one.
    bits = np.ascontiguousarray(rows + np.float32(0), dtype=np.float32).view(np.uint32)
    if has_holes(rows):
        bits[(bits & _MAGNITUDE) > _INFINITE] = _HIDDEN
    # Whole numbers have zeros at their end, which a product keeps; the other half of the bits fills them.
    bits ^= bits >> np.uint32(16)
    places = _scrambled(np.arange(bits.shape[1], dtype=np.uint64) + np.uint64(seed % 2**63))
    mixed = np.einsum("nf,f->n", bits, places | np.uint64(1))
    return _scrambled(mixed ^ _scrambled(np.full(1, seed % 2**63, np.uint64)))


def row_uniforms(keys: Array, size: int) -> Array:
    """(n,) keys -> (n, size) float64 in (0, 1), independent across rows and places."""
    with np.errstate(over="ignore"):
        states = keys[:, None] ^ _scrambled(np.arange(size, dtype=np.uint64))[None]
    return ((_scrambled(states) >> np.uint64(11)) + 0.5) * 2.0**-53


def even_points(draws: int, size: int) -> Array:
    """(draws, size) in [0, 1): the R-sequence, evenly spread for any number of points.

    Powers of the root of x^(size + 1) = x + 1, Roberts' generalisation of the golden ratio.
    Reference: http://extremelearning.com.au/unreasonable-effectiveness-of-quasirandom-sequences/
    """
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (size + 1))
    steps = root ** -np.arange(1.0, size + 1)
    return (np.arange(draws)[:, None] * steps[None]) % 1.0


def row_normals(keys: Array, draws: int, size: int) -> Array:
    """(n,) keys -> (draws, n, size) float32, standard normal; K draws of a row are evenly spread."""
    shifts = row_uniforms(keys, size)
    points = even_points(draws, size)[:, None, :] + shifts[None]
    points -= points >= 1  # round the circle
    normals: Array = ndtri(np.clip(points, 1e-12, 1 - 1e-12, out=points), out=points).astype(np.float32)
    return normals
