"""Codes of rows that are known in part: draws of q(z | x_obs) with the weights that make them draws of p(z | x_obs).

The model is p(z) p(x | z), and given z the values of x are independent, so what is hidden falls out of the likelihood:
p(x_obs, z) = p(z) p(x_obs | z). With weights p(x_obs, z) / q(z | x_obs) an average over the draws is one over the law
of everything that the hidden values could be, however coarse q is; the effective sample size says how coarse.

A hidden value is NaN. Where a hidden value depends on itself being hidden (not missing at random), no such average is
right.

Reference: Mattei and Frellsen, 2019, https://arxiv.org/abs/1812.02633
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vaekit.data.noise import row_keys, row_normals
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.proposals import adapted_draws, adapts
from vaekit.measure.reader import Reader

AT_ONCE = 2**24
"""Decoded values that are held at a time: 64 MiB, or 128 in float64."""
ROWS = 32
"""Rows whose draws are decoded together, where there is room: a block is filled up to that, and each has many draws."""


def conditional_codes(
    reader: Reader, rows: Array, c: Array | None = None, draws: int = 1000, seed: int | None = None
) -> tuple[Tensor, Tensor]:
    """rows (n, *event) in model units with NaN where a value is hidden -> z (K, n, L), log_weight (K, n).

    log_weight is log p(x_obs, z) - log q(z | x_obs), whose exponential averages to p(x_obs); it is 0 for a model
    that has no density of codes (AE, AAE), whose draws are then all that is known. The K = draws codes of a row are
    evenly spread and belong to its values and the seed (None: the reader's), so that they are the same whatever
    stands beside it. c (n, C): the condition of each row (None: the reader's).
    """
    found = [
        (some.z[:, : some.rows], some.log_weight[:, : some.rows])
        for some in weighted_codes(reader if c is None else reader.given(c), rows, draws, seed)
    ]
    return torch.cat([z for z, _ in found], 1), torch.cat([log_weight for _, log_weight in found], 1)


@dataclass(frozen=True)
class WeightedCodes:
    """Of a block of rows: z (K, B, L), log_weight (K, B), and their condition c (B, C) or None; the first is row
    `start`, and those behind `rows` fill the block up to its size."""

    start: int
    rows: int
    z: Tensor
    log_weight: Tensor
    c: Tensor | None

    @property
    def weights(self) -> Tensor:
        """(K, B), one over the draws of a row."""
        return normalised(self.log_weight)


def weighted_codes(
    reader: Reader, rows: Array, draws: int, seed: int | None = None
) -> Iterator[WeightedCodes]:
    """The same in blocks of as many rows as may be decoded together, for many rows in flat memory."""
    size = rows_at_once(rows.shape[1:], draws)
    for start in range(0, len(rows), size):
        block = rows[start : start + size]
        # A batch of one size always: products of matrices then round alike whatever stands beside a row.
        padded = np.arange(size) % len(block)
        c = None if reader.c is None else reader.tensor(reader.c[start : start + size][padded])
        with torch.no_grad(), fast_torch():
            z, log_weight = _of_block(reader, block[padded], c, draws, reader.seed if seed is None else seed)
        yield WeightedCodes(start, len(block), z, log_weight, c)


def rows_at_once(event: tuple[int, ...], draws: int) -> int:
    """Rows whose draws are decoded together, from the sizes alone."""
    return max(1, min(ROWS, AT_ONCE // (draws * max(1, int(np.prod(event))))))


def has_weights(reader: Reader) -> bool:
    """Whether q and the prior have densities, so that draws have weights."""
    return bool(reader.model.prior.density) and reader.model.posterior.density != "nowhere"


def _of_block(reader: Reader, block: Array, c: Tensor | None, draws: int, seed: int) -> tuple[Tensor, Tensor]:
    x = reader.tensor(block)
    observed = ~x.isnan()
    x, noise = torch.where(observed, x, 0.0), _noise(reader, block, draws, seed)
    if adapts(reader.model):
        return adapted_draws(reader.model, x, observed, c, noise)
    evidence = reader.model(x, noise, c, observed)
    if not has_weights(reader):
        return evidence.z, torch.zeros(evidence.z.shape[:2], dtype=x.dtype, device=x.device)
    return evidence.z, evidence.log_weight


def _noise(reader: Reader, block: Array, draws: int, seed: int) -> Tensor:
    size = reader.model.noise_size
    if not size:
        return torch.zeros(draws, len(block), 0, dtype=reader.dtype, device=reader.device)
    return reader.tensor(row_normals(row_keys(block.reshape(len(block), -1), seed), draws, size))


def normalised(log_weight: Tensor) -> Tensor:
    """Weights (K, n) that sum to one over the draws of a row."""
    return log_weight.softmax(0)


def effective_sample_size(log_weight: Tensor) -> Tensor:
    """(n,): (sum w)^2 / sum w^2, how many equally weighted draws say as much as these K; 0 where none has a weight."""
    return (1 / normalised(log_weight).square().sum(0)).nan_to_num(0.0)
