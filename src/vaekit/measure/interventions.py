"""Disentanglement as what stays when a factor stays: groups of rows that share the value of one factor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.factors import BINS, codes_and_factors, discrete_factors
from vaekit.measure.record import Measure
from vaekit.measure.resampling import with_error


def factor_vae_score(
    codes: Any, factors: Any, *, votes: int = 2000, batch: int = 64, bins: int = BINS, rng: Rng | int = 0
) -> Measure:
    """Accuracy of telling which factor was held still from which unit then varied least.

    codes (n, L), factors (n, F).

    `votes` groups of `batch` rows that share one value of a random factor vote with their stillest unit (variance
    over that of all rows; constant units do not take part). Half of the votes say which factor a unit stands for,
    the other half are scored. Guessing has 1 / F.

    Reference: Kim and Mnih, 2018, https://arxiv.org/abs/1802.05983
    """
    codes, factors = codes_and_factors(codes, factors)
    rng = np.random.default_rng(rng)
    name = f"FactorVAE score, {votes} votes of {batch} rows"
    codes = codes[:, codes.var(0) > 0]
    if not codes.shape[1]:
        return Measure(0.0, None, len(codes), name, "every unit is constant")
    still, rows = _Held(discrete_factors(factors, bins), rng).groups(votes, batch)
    spread = codes[rows].var(axis=1, ddof=1) / codes.var(0, ddof=1)
    unit = spread.argmin(1)
    train, test = np.arange(votes) % 2 == 0, np.arange(votes) % 2 == 1
    counts = np.zeros((factors.shape[1], codes.shape[1]))
    np.add.at(counts, (still[train], unit[train]), 1)
    stands_for = counts.argmax(0)
    return _accuracy(stands_for[unit[test]] == still[test], len(codes), name)


def beta_vae_score(
    codes: Any, factors: Any, *, pairs: int = 2000, batch: int = 64, bins: int = BINS, rng: Rng | int = 0
) -> Measure:
    """Accuracy of telling which factor two rows shared from how far apart their codes are.

    codes (n, L), factors (n, F).

    The mean of |z - z'| over `batch` pairs of rows that share one value of a random factor is one point of a
    logistic regression; half of the points train it, the other half are scored. Guessing has 1 / F, and units that
    mix the factors may score 1 too. Units are taken in their standard deviations, so that the scale of codes is
    nothing to it.

    Reference: Higgins et al., 2017, https://openreview.net/forum?id=Sy2fzU9gl
    """
    from sklearn.linear_model import LogisticRegression

    codes, factors = codes_and_factors(codes, factors)
    rng = np.random.default_rng(rng)
    still, first, second = _Held(discrete_factors(factors, bins), rng).pairs(pairs, batch)
    apart = np.abs(codes[first] - codes[second]).mean(1)
    spread = codes.std(0)
    apart /= np.where(spread > 0, spread, 1)  # a score of the codes, not of their units
    half = pairs // 2
    name = f"beta-VAE score, {pairs} points of {batch} pairs"
    if len(np.unique(still[:half])) < 2:
        return Measure(1.0, None, len(codes), name, "one factor alone is told without codes")
    fitted = LogisticRegression(max_iter=1000).fit(apart[:half], still[:half])
    return _accuracy(fitted.predict(apart[half:]) == still[half:], len(codes), name)


def irs(
    codes: Any,
    factors: Any,
    *,
    quantile: float = 0.99,
    bins: int = BINS,
    groups: int = 20,
    rng: Rng | int = 0,
) -> Measure:
    """Interventional robustness: 1 - (how far a unit strays while its factor stays) / (how far it strays at all).

    codes (n, L), factors (n, F).

    The straying while a factor stays is the `quantile` of |z - mean| among rows of one value, averaged over the
    values; of all, the largest |z - mean|. Each unit counts for its best factor and by how far it strays.

    Reference: Suter et al., 2019, https://arxiv.org/abs/1811.00007
    """
    codes, factors = codes_and_factors(codes, factors)
    if not 0 < quantile <= 1:
        raise DataError(f"quantile={quantile} is not possible; give a share up to 1, which the paper has.")
    levels = discrete_factors(factors, bins)

    def of(rows: Array) -> float:
        z, level = codes[rows], levels[rows]
        reach = np.abs(z - z.mean(0)).max(0)
        moves = reach > 0
        if not moves.any():
            return 0.0
        stray = np.stack([_strays(z[:, moves], column, quantile) for column in level.T])
        robust = 1 - (stray / reach[moves]).min(0)
        return float(np.average(robust, weights=reach[moves]))

    name = f"interventional robustness score, {quantile:g} quantile"
    why = (
        "no interval is claimed: the furthest of few rows is nearer than that of many, by more than the error"
    )
    return with_error(of, len(codes), groups, rng, name, no_interval=why)


def _strays(z: Array, level: Array, quantile: float) -> Array:
    """(L,): how far codes are from the mean of those of their level."""
    strayed: Array = np.mean(
        [
            np.quantile(np.abs(z[level == value] - z[level == value].mean(0)), quantile, axis=0)
            for value in np.unique(level)
        ],
        axis=0,
    )
    return strayed


class _Held:
    """Draws rows that share the value of one factor."""

    def __init__(self, levels: Array, rng: Rng) -> None:
        self.levels, self.rng = levels, rng
        # Rows sorted by each factor's level: those of one level stand side by side.
        self.order = np.argsort(levels, axis=0, kind="stable")
        self.place = np.argsort(self.order, axis=0)
        self.counts = [np.bincount(column) for column in levels.T]
        self.starts = [np.cumsum(count) - count for count in self.counts]

    def groups(self, n: int, size: int) -> tuple[Array, Array]:
        """Factors (n,), and rows (n, size) that share a value of each."""
        factor = self.rng.integers(self.levels.shape[1], size=n)
        row = self.rng.integers(len(self.levels), size=n)
        return factor, self._alike(np.repeat(factor, size), np.repeat(row, size)).reshape(n, size)

    def pairs(self, n: int, size: int) -> tuple[Array, Array, Array]:
        """Factors (n,), and rows (n, size) twice: the two of each pair share a value of the factor."""
        factor = self.rng.integers(self.levels.shape[1], size=n)
        first = self.rng.integers(len(self.levels), size=(n, size))
        return factor, first, self._alike(np.repeat(factor, size), first.ravel()).reshape(n, size)

    def _alike(self, factor: Array, row: Array) -> Array:
        """For each row a random other row with its level of the factor; itself where there is no other.

        A row is not paired with itself: that would happen more often for factors of many values, and give them away.
        """
        drawn = np.empty_like(row)
        share = self.rng.random(len(row))
        for f, (counts, starts) in enumerate(zip(self.counts, self.starts, strict=True)):
            asked = factor == f
            level = self.levels[row[asked], f]
            steps = 1 + (share[asked] * (counts[level] - 1)).astype(np.int64)
            offset = (self.place[row[asked], f] - starts[level] + steps) % counts[level]
            drawn[asked] = self.order[starts[level] + offset, f]
        return drawn


def _accuracy(hits: Array, n: int, name: str) -> Measure:
    """The share of hits; the error is that of the votes, given the rows that they were drawn from."""
    share = float(np.mean(hits))
    error = math.sqrt(share * (1 - share) / len(hits))
    return Measure(share, error, n, name, "no interval is claimed: the votes share rows")
