"""KL divergence of densities by numbers: averaged over draws, or integrated over a grid.

p and q are anything with scipy's `logpdf(x)`, and p with `rvs(size, random_state)` where it is drawn from: a
`Gaussian`, a frozen distribution of scipy.stats, or the user's own. A differential entropy may be negative; KL is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.theory.grid import axis, integral, must_integrate_to_one
from vaekit.theory.units import in_units


@dataclass(frozen=True)
class MonteCarloKL:
    """An estimate of KL(p||q) with its standard error, in units of the base that was asked for."""

    value: float
    standard_error: float
    n_samples: int


def monte_carlo_kl(
    p: Any, q: Any, *, rng: Rng, n_samples: int = 100_000, base: float = math.e
) -> MonteCarloKL:
    """KL(p||q) as the mean of log p(x) - log q(x) over draws x from p; in nats unless another base is given.

    Unbiased, so that it may fall below 0 by some standard errors. Infinite, and certain, as soon as one draw
    falls where q is 0.
    """
    if n_samples < 2:
        raise DataError(f"n_samples={n_samples}; a standard error takes at least 2 draws.")
    x = p.rvs(size=n_samples, random_state=rng)
    log_q = np.asarray(q.logpdf(x))
    if np.isneginf(log_q).any():
        return MonteCarloKL(math.inf, 0.0, n_samples)
    gap = in_units(p.logpdf(x) - log_q, base)
    return MonteCarloKL(float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(n_samples)), n_samples)


def grid_kl(p: Any, q: Any, *axes: Any, base: float = math.e) -> float:
    """KL(p||q) integrated by the trapezoid rule over the grid of these axes, one for each value of x.

    With one axis logpdf gets x (n,); with d axes it gets x (n_1, ..., n_d, d). In nats unless another base is
    given. Raises DataError unless p integrates to 1 over the grid (q may reach beyond it); infinite where q is 0 and
    p is not.
    """
    if not axes:
        raise DataError(
            "no axes were given; give a grid for each value of x, as in grid_kl(p, q, numpy.linspace(-9, 9, 999))."
        )
    grids = [axis(values, f"axis {k}") for k, values in enumerate(axes, start=1)]
    x = grids[0] if len(grids) == 1 else np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1)
    log_p, log_q = _on_grid(p, x, grids, "p"), _on_grid(q, x, grids, "q")
    density = np.exp(log_p)
    must_integrate_to_one(density, grids, "p")
    gap = np.subtract(log_p, log_q, out=np.zeros_like(log_p), where=density > 0)  # 0 log 0 is 0
    return float(in_units(np.asarray(max(integral(density * gap, grids), 0.0)), base))


def _on_grid(distribution: Any, x: Array, grids: list[Array], name: str) -> Array:
    """The log density at every place of the grid."""
    found = np.asarray(distribution.logpdf(x), dtype=np.float64)
    wanted = tuple(len(grid) for grid in grids)
    if found.shape != wanted:
        raise DataError(
            f"the log density of {name} has shape {found.shape} on a grid of shape {wanted}; "
            "give one axis for each value of x."
        )
    return found
