"""The record of one number: its value, its standard error, from how many rows, and what exactly it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vaekit.kinds import Array

NORMAL_95 = 1.959964
"""Standard errors on either side of a value that cover 95 % of a normal law."""


@dataclass(frozen=True)
class Measure:
    """One number about a model, its codes or its samples.

    value           the number
    standard_error  what the finite number of rows (or draws) makes it vary by, or None
    n               rows that it was computed from; numbers from different n are not compared
    name            what it is, with its variant and estimator
    reason          why there is no standard error, or why `value` +- 1.96 errors is no 95 % interval; "" when it is
    unit            "nats", or "" for a plain number
    """

    value: float
    standard_error: float | None
    n: int
    name: str
    reason: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if self.standard_error is None and not self.reason:
            raise AssertionError(f"'{self.name}' has neither a standard error nor a reason for having none")

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval, or None where `reason` says why there is none."""
        if self.standard_error is None or self.reason:
            return None
        reach = NORMAL_95 * self.standard_error
        return self.value - reach, self.value + reach

    def __repr__(self) -> str:
        error = "" if self.standard_error is None else f" +- {self.standard_error:.2g}"
        unit = f" {self.unit}" if self.unit else ""
        why = f"; {self.reason}" if self.reason else ""
        return f"Measure({self.name}: {self.value:.4g}{error}{unit}, n={self.n:,}{why})"


def mean_of(values: Array, name: str, unit: str = "") -> Measure:
    """The mean of independent values (n,) with the standard error of a mean."""
    values = np.asarray(values, dtype=np.float64)
    n = len(values)
    if n < 2:
        return Measure(float(values.mean()), None, n, name, "one row says nothing of others", unit)
    return Measure(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(n), n, name, unit=unit)


def near_zero(distance: float, error: float) -> str:
    """Why a distance has no interval, or "" where it has: one that is not told from 0 varies otherwise than a mean,
    and the error is then too wide."""
    return "not told from 0, where the error is too wide" if distance < 2 * error else ""
