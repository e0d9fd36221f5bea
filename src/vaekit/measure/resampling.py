"""What rows that were left out or shuffled say of a number: jackknife errors, and the band of chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure


@dataclass(frozen=True)
class Jackknife:
    """value: of all rows. extrapolated: `value` less its part in 1/n. standard_error: of both."""

    value: float
    extrapolated: float
    standard_error: float


def jackknife(statistic: Callable[..., float], sizes: Sequence[int], groups: int, rng: Rng) -> Jackknife:
    """Leave each of `groups` random groups of rows out in turn.

    statistic   called with the numbers of the rows to use, one array for each of the `sizes`; samples are independent
                of each other, so a group of each may be left out together
    """
    groups = min(groups, *sizes)
    if groups < 2:
        raise DataError(f"an error from groups={groups} groups of rows does not exist; give 2 or more.")
    labels = [rng.permutation(size) % groups for size in sizes]
    whole = statistic(*[np.arange(size) for size in sizes])
    without = np.array([statistic(*[np.flatnonzero(at != g) for at in labels]) for g in range(groups)])
    return jackknifed(whole, without)


def jackknifed(whole: float, without: Array) -> Jackknife:
    """From the number of all rows and those without each group, (groups,).

    Reference: Efron and Stein, 1981, https://doi.org/10.1214/aos/1176345462
    """
    groups = len(without)
    extrapolated = groups * whole - (groups - 1) * without.mean()
    variance = (groups - 1) * without.var()
    return Jackknife(float(whole), float(extrapolated), float(np.sqrt(variance)))


def with_error(
    statistic: Callable[[Array], float],
    n: int,
    groups: int,
    rng: Rng | int,
    name: str,
    unit: str = "",
    no_interval: str = "",
) -> Measure:
    """The statistic of n rows with its jackknife error; groups=0 leaves the error out, and its time with it.

    no_interval: why the value and its error make no interval, as where few rows shift it by more than its error.
    """
    if not groups:
        return Measure(statistic(np.arange(n)), None, n, name, "groups=0: no error was asked for", unit)
    found = jackknife(statistic, [n], groups, np.random.default_rng(rng))
    return Measure(found.value, found.standard_error, n, name, no_interval, unit)


COUNTED = "no interval is claimed: information that is counted in few rows is too high by more than the error"


@dataclass(frozen=True)
class Band:
    """What chance alone gives: the central `level` of the values under `permutations` shuffles."""

    low: float
    high: float
    level: float
    permutations: int

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def permutation_band(
    measure: Callable[..., Measure],
    codes: Any,
    factors: Any,
    *,
    permutations: int = 400,
    level: float = 0.99,
    rng: Rng | int = 0,
    **options: Any,
) -> Band:
    """The band of a measure of (codes, factors) when codes and factors have nothing to do with each other.

    The rows of the factors are shuffled together, so that codes among themselves and factors among themselves stay
    as they are. options go to the measure; groups=0 saves its errors, which the band does not read.
    """
    rng = np.random.default_rng(rng)
    factors = np.asarray(factors)
    values = [
        measure(codes, factors[rng.permutation(len(factors))], **options).value for _ in range(permutations)
    ]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Band(float(low), float(high), level, permutations)
