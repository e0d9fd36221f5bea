"""log p(x) by importance sampling, with its two errors named apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.reader import Reader


@dataclass(frozen=True)
class LogLikelihood:
    """Mean log p(x) of some rows, in nats per example.

    value                  the mean over the rows
    monte_carlo_error      standard error from the finite number of draws, for these rows
    sampling_error         standard error from the finite number of rows, for other rows of the population
    rows                   (n,) log p(x) of each row
    effective_sample_size  mean over the rows of (sum w)^2 / sum w^2, of n_samples draws
    n_samples              draws a row
    """

    value: float
    monte_carlo_error: float
    sampling_error: float
    rows: Array
    effective_sample_size: float
    n_samples: int

    def shifted(self, by: float | Array) -> LogLikelihood:
        """The same densities in other units: every log p(x) grows by `by` nats, one number or one a row."""
        rows = self.rows + by
        return replace(
            self, value=self.value + float(np.mean(by)), rows=rows, sampling_error=_sampling_error(rows)
        )

    def __repr__(self) -> str:
        return (
            f"LogLikelihood({self.value:.2f} nats, Monte Carlo error {self.monte_carlo_error:.2g}, sampling error "
            f"{self.sampling_error:.2g}, {len(self.rows)} rows, {self.n_samples} draws a row, "
            f"effective {self.effective_sample_size:.0f})"
        )


def log_likelihood(reader: Reader, rows: Array, n_samples: int) -> LogLikelihood:
    """Importance sampling with q as proposal: log 1/K sum_k p(x, z_k) / q(z_k | x), K = n_samples.

    rows (n, *event) in model units. The estimate of the log is low by about half its squared Monte Carlo error.

    Reference: Burda et al., 2016, https://arxiv.org/abs/1509.00519
    """
    generator = torch.Generator(reader.device).manual_seed(reader.seed)
    event = max(1, int(np.prod(rows.shape[1:])))
    # About 64 MiB of decoded values at a time: fast, and flat in memory.
    at_once = max(1, min(n_samples, 2**24 // (event * 16)))
    many_rows = max(1, 2**24 // (event * at_once))
    first, second = [], []
    with torch.no_grad(), fast_torch():
        for start in range(0, len(rows), many_rows):
            x = reader.tensor(rows[start : start + many_rows])
            c = reader.c_of(start, start + many_rows)
            weights = _log_weights(reader, x, c, n_samples, at_once, generator)
            first.append(weights.logsumexp(0).cpu().double().numpy())
            second.append((2 * weights).logsumexp(0).cpu().double().numpy())
    log_sum, log_square = np.concatenate(first), np.concatenate(second)
    effective = np.exp(2 * log_sum - log_square)
    values = log_sum - math.log(n_samples)
    # Delta method: the relative variance of a mean of weights is 1 / effective - 1 / K.
    variances = np.clip(1 / effective - 1 / n_samples, 0, None)
    n = len(rows)
    return LogLikelihood(
        value=float(values.mean()),
        monte_carlo_error=float(np.sqrt(variances.sum()) / n),
        sampling_error=_sampling_error(values),
        rows=values,
        effective_sample_size=float(effective.mean()),
        n_samples=n_samples,
    )


def _sampling_error(rows: Array) -> float:
    """Standard error of the mean over other rows of the population."""
    return float(rows.std(ddof=1) / math.sqrt(len(rows))) if len(rows) > 1 else math.nan


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
