"""log p(x) by importance sampling, with its two errors named apart, and a mark where the draws are too few.

The log of a mean of K weights is low on average, to first order by half of the weights' relative variance over K: this
much is known from the weights themselves and is put right. Where a few draws carry all the weight the rest is not
known: the number is then a lower bound, and the record says so.

Letters: K draws, B rows; w = p(x, z) / q(z | x) of a draw.
Reference: Burda et al., 2016, https://arxiv.org/abs/1509.00519
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.reader import Reader
from vaekit.measure.record import NORMAL_95

NO_INTERVAL = "lower bound, interval not valid"
LEAST_EFFECTIVE = 0.5
"""Share of the draws that must be effective, on average over the rows, for an interval to be claimed."""
FEWEST_DRAWS = 30
"""From fewer draws the effective number says nothing: it is never below 1."""
HALVINGS = 6
"""Of the draws, in the K-curve."""


@dataclass(frozen=True)
class LogLikelihood:
    """Mean log p(x) of some rows, in nats per example.

    value                  the mean over the rows
    monte_carlo_error      standard error from the finite number of draws, for these rows
    sampling_error         standard error from the finite number of rows, for other rows of the population; the draws'
                           part is in it
    rows                   (n,) log p(x) of each row
    effective_sample_size  mean over the rows of (sum w)^2 / sum w^2, of n_samples draws
    n_samples              draws a row
    errors                 (n,) Monte Carlo standard error of each row's log p(x)
    bias                   what the mean log is low by, to first order; added to value and rows unless `reason` is set
    k_curve                (draws, mean over the rows of the log of the mean of so many weights), rising to n_samples;
                           nothing is added to these
    reason                 why value is a lower bound without a valid interval; "" where the interval is valid
    """

    value: float
    monte_carlo_error: float
    sampling_error: float
    rows: Array
    effective_sample_size: float
    n_samples: int
    errors: Array
    bias: float
    k_curve: tuple[tuple[int, float], ...]
    reason: str

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.rows)

    @property
    def name(self) -> str:
        """What it is, with its estimator."""
        bias = "nothing added" if self.reason else "first-order bias added"
        return f"log p(x), importance sampling with {self.n_samples:,} draws of q a row, {bias}"

    @property
    def standard_error(self) -> float:
        """What other rows, and other draws, make the value vary by: sampling_error; of one row monte_carlo_error."""
        return self.sampling_error if self.n > 1 else self.monte_carlo_error

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the mean log p(x) of these rows, or None where `reason` says why there is none."""
        return None if self.reason else _around(self.value, self.monte_carlo_error)

    @property
    def population_interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the mean over the population that the rows come from, or None as for `interval`."""
        return None if self.reason or len(self.rows) < 2 else _around(self.value, self.sampling_error)

    def shifted(self, by: float | Array) -> LogLikelihood:
        """The same densities in other units: every log p(x) grows by `by` nats, one number or one a row."""
        rows, mean = self.rows + by, float(np.mean(by))
        curve = tuple((draws, value + mean) for draws, value in self.k_curve)
        return replace(
            self, value=self.value + mean, rows=rows, sampling_error=_sampling_error(rows), k_curve=curve
        )

    def __repr__(self) -> str:
        told = f"; {self.reason}" if self.reason else ""
        return (
            f"LogLikelihood({self.value:.2f} nats, Monte Carlo error {self.monte_carlo_error:.2g}, sampling error "
            f"{self.sampling_error:.2g}, {len(self.rows)} rows, {self.n_samples} draws a row, "
            f"effective {self.effective_sample_size:.0f}{told})"
        )


def log_likelihood(reader: Reader, rows: Array, n_samples: int) -> LogLikelihood:
    """Importance sampling with q as proposal: log 1/K sum_k p(x, z_k) / q(z_k | x), K = n_samples.

    rows (n, *event) in model units.
    """
    generator = torch.Generator(reader.device).manual_seed(reader.seed)
    together = _draws_together(reader, n_samples)
    event = max(1, int(np.prod(rows.shape[1:])))
    # Decoded values at a time: on a CPU 8 MiB, which its cache holds; else 64. Memory is flat.
    values = 2**21 if reader.device.type == "cpu" else 2**24
    at_once = max(1, min(n_samples, values // (event * 16)) // together) * together
    many_rows = max(1, values // (event * at_once))
    found = []
    with torch.no_grad(), fast_torch():
        for start in range(0, len(rows), many_rows):
            x = reader.tensor(rows[start : start + many_rows])
            c = reader.c_of(start, start + many_rows)
            weights = _log_weights(reader, x, c, n_samples, at_once, generator)
            if together > 1:
                weights = weights.unflatten(0, (-1, together)).logsumexp(1) - math.log(together)
            found.append(_sums(weights).cpu().double().numpy())
    return _summary(np.concatenate(found, 1), n_samples, together)


def _draws_together(reader: Reader, n_samples: int) -> int:
    """Draws that only together are independent of others: a round over the classes of a posterior that sums them."""
    posterior: Any = reader.model.posterior
    classes = int(posterior.classes) if getattr(posterior, "sums_classes", False) else 1
    return classes if n_samples % classes == 0 else 1


def _halvings(draws: int) -> int:
    return min(HALVINGS, draws.bit_length() - 1)


def _sums(weights: Tensor) -> Tensor:
    """(2 + points, B) of log weights (K, B): log sum w, log sum w^2, and the points of the K-curve, each the mean
    over disjoint blocks of the log of their mean weight."""
    K = len(weights)
    blocks = 2 ** _halvings(K)
    size = K // blocks
    each = weights[: size * blocks].unflatten(0, (blocks, size)).logsumexp(1) - math.log(size)
    curve = [each.mean(0)]
    while len(each) > 1:
        each = each.unflatten(0, (-1, 2)).logsumexp(1) - math.log(2)
        curve.append(each.mean(0))
    return torch.stack([weights.logsumexp(0), (2 * weights).logsumexp(0), *curve])


def _summary(sums: Array, n_samples: int, together: int) -> LogLikelihood:
    """The record of the sums (2 + points, n) of `_sums` over n_samples / together independent weights."""
    (log_sum, log_square), curve = sums[:2], sums[2:].mean(1)
    draws, n = n_samples // together, sums.shape[1]
    effective = np.exp(2 * log_sum - log_square)
    values = log_sum - math.log(draws)
    # Delta method: the relative variance of a mean of weights is 1 / effective - 1 / K.
    variances = np.clip(1 / effective - 1 / draws, 0, None)
    error = float(np.sqrt(variances.sum()) / n)
    bias = float(variances.mean()) / 2
    size = draws // 2 ** _halvings(draws)
    sizes = [size * 2**step for step in range(len(curve))]
    # The last doubling raises the mean log by the bias of so many draws, and by what is not known of.
    unexplained = float(curve[-1] - curve[-2]) - bias * draws / sizes[-1] if len(curve) > 1 else math.inf
    reason = _why_no_interval(float(effective.mean()) * together, n_samples, unexplained, error)
    if not reason:
        values = values + variances / 2
    points = [(together * each, value) for each, value in zip(sizes, curve.tolist(), strict=True)]
    points[-1] = (n_samples, float(log_sum.mean() - math.log(draws)))
    return LogLikelihood(
        value=float(values.mean()),
        monte_carlo_error=error,
        sampling_error=_sampling_error(values),
        rows=values,
        effective_sample_size=float(effective.mean()) * together,
        n_samples=n_samples,
        errors=np.sqrt(variances),
        bias=bias,
        k_curve=tuple(points),
        reason=reason,
    )


def _sampling_error(rows: Array) -> float:
    """Standard error of the mean over other rows of the population."""
    return float(rows.std(ddof=1) / math.sqrt(len(rows))) if len(rows) > 1 else math.nan


def _why_no_interval(effective: float, draws: int, unexplained: float, error: float) -> str:
    """The mark and its reason, or "". unexplained: what the last doubling of the draws raised the estimate by, beyond
    the first-order bias."""
    if draws < FEWEST_DRAWS:
        return f"{NO_INTERVAL}: {draws} draws a row are too few to know an error; take {FEWEST_DRAWS} or more"
    if effective < LEAST_EFFECTIVE * draws:
        return (
            f"{NO_INTERVAL}: of {draws:,} draws a row {effective:,.0f} are effective on average, fewer than half; "
            "the true value may be higher by more than the error says"
        )
    if unexplained > error:
        return f"{NO_INTERVAL}: twice the draws still raise it by {unexplained:.2g} nats more than the known bias"
    return ""


def _around(value: float, error: float) -> tuple[float, float]:
    return value - NORMAL_95 * error, value + NORMAL_95 * error


def _log_weights(
    reader: Reader, x: Tensor, c: Tensor | None, n_samples: int, at_once: int, generator: torch.Generator
) -> Tensor:
    """(n_samples, B) log importance weights."""
    found = []
    for start in range(0, n_samples, at_once):
        draws = min(at_once, n_samples - start)
        noise = torch.randn(
            draws,
            len(x),
            reader.model.noise_size,
            generator=generator,
            dtype=reader.dtype,
            device=reader.device,
        )
        found.append(reader.model(x, noise, c).log_weight)
    return torch.cat(found)
