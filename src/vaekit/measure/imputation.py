"""What hidden values may be, given those of their row that are observed: means, draws and intervals of
p(x_hid | x_obs). `filled.py` says how far such answers are from values that somebody hid on purpose.

Rows x (n, *event) are in model units with NaN where a value is hidden. Every answer belongs to its row: the same
whatever stands beside it, in float32, as the model reads values. The law is right where being hidden does not depend
on what is hidden (missing at random).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.data.noise import row_keys, row_uniforms
from vaekit.distributions.independent import weighted_mean
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.conditional import weighted_codes
from vaekit.measure.reader import Reader

DRAWS = 1000
"""Codes a row: their weights often leave a tenth of them, and an interval wants 200."""
_SEED_OF_VALUES = 1


def conditional_mean(reader: Reader, rows: Array, draws: int = DRAWS) -> Array:
    """(n, *event): E[x | x_obs] of every value, hidden or not; where values are names, the most probable one.

    Names are what `p_x.expected` says: categories, and zeros and ones.
    """
    found = np.empty(rows.shape, dtype=np.float32)
    for some in weighted_codes(reader, rows, draws):
        with torch.no_grad(), fast_torch():
            filled = expected_by(reader.model.decode(some.z, some.c), some.weights)[: some.rows]
        found[some.start : some.start + some.rows] = filled.cpu().double().numpy()
    return found


def conditional_draws(reader: Reader, rows: Array, n: int, draws: int = DRAWS) -> Array:
    """(n, rows, *event): n draws of x | x_obs a row, each from a code of its own.

    The codes are taken from `draws` weighted ones by a systematic resampling.
    """
    found = np.empty((n, *rows.shape), dtype=np.float32)
    for at, values, _ in _values(reader, rows, draws, n):
        found[:, at] = values
    return found


def conditional_interval(
    reader: Reader, rows: Array, level: float = 0.9, draws: int = DRAWS
) -> tuple[Array, Array]:
    """(low, high), (n, *event) each: hidden values lie between them with this probability, under the model.

    Quantiles of one draw of x for each of `draws` weighted codes.
    """
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    found = np.empty((2, *rows.shape), dtype=np.float32)
    for at, values, weights in _values(reader, rows, draws):
        found[:, at] = weighted_quantiles(values.reshape(len(values), -1), weights, tails).reshape(
            2, *rows.shape[1:]
        )
    return found[0], found[1]


def expected_by(p_x: Any, weights: Tensor) -> Tensor:
    """weights (K, B) that sum to one over the draws -> (B, *event), the mean of p(x | z) over them."""
    own = getattr(p_x, "expected", None)
    if own is not None:
        return torch.as_tensor(own(weights))
    return weighted_mean(weights, p_x.mean)


def weighted_quantiles(values: Array, weights: Array, levels: Array) -> Array:
    """values (K, D), weights (K,) that sum to one, levels (Q,) -> (Q, D).

    Each value stands in the middle of its weight, with straight lines between.
    """
    order = values.argsort(0, kind="stable")
    sorted_values = np.take_along_axis(values, order, 0)
    each = weights[order]
    middles = each.cumsum(0) - each / 2
    columns = [np.interp(levels, middles[:, d], sorted_values[:, d]) for d in range(values.shape[1])]
    return np.stack(columns, 1)


def _values(
    reader: Reader, rows: Array, draws: int, resampled: int | None = None
) -> Iterator[tuple[int, Array, Array]]:
    """(row, values (S, *event) drawn from p(x | z), their weights (S,)), row by row: each has a generator of its own.

    S is `draws`, or `resampled` codes of equal weight.
    """
    keys = row_keys(rows.reshape(len(rows), int(np.prod(rows.shape[1:]))), reader.seed + _SEED_OF_VALUES)
    for some in weighted_codes(reader, rows, draws):
        for b in range(some.rows):
            at, codes, weights = some.start + b, some.z[:, b], some.weights[:, b]
            if resampled is not None:
                codes = codes[_systematic(weights, row_uniforms(keys[at : at + 1], resampled + 1)[0])]
                weights = torch.full((resampled,), 1 / resampled, dtype=weights.dtype)
            generator = torch.Generator(reader.device).manual_seed(int(keys[at] >> np.uint64(1)))
            with torch.no_grad(), fast_torch():
                c = None if some.c is None else some.c[b : b + 1]
                drawn = reader.model.decode(codes.unsqueeze(1), c).sample(generator)[:, 0]
            yield at, drawn.cpu().double().numpy(), weights.cpu().double().numpy()


def _systematic(weights: Tensor, uniforms: Array) -> Tensor:
    """Numbers of n codes, from n + 1 uniform numbers: evenly spaced points in the sums of the weights, all shifted by
    the first number and then shuffled by the others, so that each alone is a draw.

    Reference: Kitagawa, 1996, https://doi.org/10.1080/10618600.1996.10474692
    """
    n = len(uniforms) - 1
    points = torch.as_tensor((uniforms[1:].argsort() + uniforms[0]) / n).to(weights)
    return torch.searchsorted(weights.cumsum(0), points).clamp(max=len(weights) - 1)
