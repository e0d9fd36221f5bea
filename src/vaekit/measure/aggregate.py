"""What the aggregated posterior q(z) = E_x[q(z | x)] says: information about x, dependence between units, the prior.

    KL(q(z | x) || p(z)) = I(x; z) + TC(z) + sum_l KL(q(z_l) || p(z_l)),  on average over x

q(z) is read as the mixture of the posteriors of the rows at hand, at one draw a row. With the row's own posterior in
the mixture, log q(z) comes out too high, and without it too low, by the same amount in 1/n: their middle is right to
the next order. Where they lie far apart, only what holds of the mixture of these rows can be told (of I(x; z) that is
a lower bound).

Letters: n rows, L latent values; mean and variance (n, L) of q(z | x). In nats.
Reference: Hoffman and Johnson, 2016, http://approximateinference.org/accepted/HoffmanJohnson2016.pdf
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import logsumexp

from vaekit.distributions.normal import HALF_LOG_2PI
from vaekit.kinds import Array, Rng
from vaekit.measure.codes import checked_posteriors
from vaekit.measure.record import Measure

MOST_ROWS = 4096
"""Rows of one mixture; more rows make several, and the numbers are averaged over them."""
FAR_APART = 0.5
"""Nats between the two from which on their middle is not believed."""


def mutual_information(mean: Any, variance: Any, *, rng: Rng | int = 0, batch: int = MOST_ROWS) -> Measure:
    """I(x; z) under q: what a code tells of its row, E_x KL(q(z | x) || q(z)), in nats.

    mean and variance (n, L) are those of q(z | x) for n rows. It is at most the rate, and from n rows at most log n
    can be told.

    Reference: Poole et al., 2019, https://arxiv.org/abs/1905.06922
    """
    return _measured("mutual information of x and z", _information, mean, variance, rng, batch)


def total_correlation(mean: Any, variance: Any, *, rng: Rng | int = 0, batch: int = MOST_ROWS) -> Measure:
    """KL(q(z) || prod_l q(z_l)), in nats: 0 where the units of the aggregated posterior are independent.

    mean and variance (n, L) are those of q(z | x) for n rows.

    Reference: Chen et al., 2018, https://arxiv.org/abs/1802.04942
    """
    return _measured("total correlation of z", _dependence, mean, variance, rng, batch)


def marginal_kl(mean: Any, variance: Any, *, rng: Rng | int = 0, batch: int = MOST_ROWS) -> Measure:
    """KL(q(z) || N(0, I)), in nats: how far the aggregated posterior is from the prior. Rate = this + I(x; z).

    mean and variance (n, L) are those of q(z | x) for n rows.
    """
    return _measured("KL of the aggregated posterior to the prior", _away, mean, variance, rng, batch)


class _Mixture:
    """log q(z_i | x_j) by units for one draw z_i a row, and what follows for q(z) with and without row i."""

    def __init__(self, mean: Array, variance: Array, rng: Rng) -> None:
        self.n, self.units = mean.shape
        scale = np.sqrt(variance)
        noise = rng.standard_normal(mean.shape)
        self.z = mean + scale * noise
        self.own = -0.5 * noise**2 - np.log(scale) - HALF_LOG_2PI  # log q(z_il | x_i)
        self.mean, self.scale = mean, scale

    def unit(self, unit: int) -> Array:
        """(n, n): log q(z_i | x_j) of one unit."""
        away = (self.z[:, None, unit] - self.mean[None, :, unit]) / self.scale[None, :, unit]
        each: Array = -0.5 * away**2 - np.log(self.scale[None, :, unit]) - HALF_LOG_2PI
        return each

    def log_q(self, log_given: Array) -> tuple[Array, Array, Array]:
        """Of log q(z_i | x_j) (n, n): log q(z_i) with row i (n,) and without (n,), and the pull of each row j (n,):
        the sum over i of its share in q(z_i), which is 1 on average."""
        total = logsumexp(log_given, axis=1)
        share = np.exp(log_given - total[:, None])
        others = total + np.log1p(-np.minimum(np.diagonal(share), 1 - 1e-15))
        return total - math.log(self.n), others - math.log(self.n - 1), share.sum(0)


# Each gives, for the rows of one mixture, the terms whose mean is the number, with and without the own row (n,),
# and how much each row moves the number (n,): its own term, and its part in the q(z) of the others.
_Terms = Callable[[_Mixture], tuple[Array, Array, Array]]


def _joint(mixture: _Mixture) -> tuple[Array, Array, Array]:
    log_given = np.zeros((mixture.n, mixture.n))
    for unit in range(mixture.units):
        log_given += mixture.unit(unit)
    return mixture.log_q(log_given)


def _information(mixture: _Mixture) -> tuple[Array, Array, Array]:
    with_own, without, pull = _joint(mixture)
    own = mixture.own.sum(1)
    middle = own - (with_own + without) / 2
    return own - with_own, own - without, middle - pull


def _away(mixture: _Mixture) -> tuple[Array, Array, Array]:
    with_own, without, pull = _joint(mixture)
    log_prior = (-0.5 * mixture.z**2 - HALF_LOG_2PI).sum(1)
    middle = (with_own + without) / 2 - log_prior
    return with_own - log_prior, without - log_prior, middle + pull


def _dependence(mixture: _Mixture) -> tuple[Array, Array, Array]:
    with_own, without, pull = _joint(mixture)
    for unit in range(mixture.units):
        with_one, without_one, pull_of_one = mixture.log_q(mixture.unit(unit))
        with_own, without, pull = with_own - with_one, without - without_one, pull - pull_of_one
    return with_own, without, (with_own + without) / 2 + pull


def _measured(name: str, terms: _Terms, mean: Any, variance: Any, rng: Rng | int, batch: int) -> Measure:
    mean, variance = checked_posteriors(mean, variance)
    rng = np.random.default_rng(rng)
    n = len(mean)
    parts = np.array_split(rng.permutation(n) if n > batch else np.arange(n), math.ceil(n / batch))
    found = [terms(_Mixture(mean[rows], variance[rows], rng)) for rows in parts]
    with_own, without, influence = (np.concatenate(columns) for columns in zip(*found, strict=True))
    size = len(parts[0])
    gap = abs(float(without.mean() - with_own.mean()))
    if gap > FAR_APART:
        why = f"with and without the own row q(z) gives values {gap:.2g} nats apart; give more rows"
        value = float(with_own.mean())
        return Measure(value, None, n, f"{name}, of the mixture of {size} rows alone", why, "nats")
    value = float((with_own + without).mean()) / 2
    error = float(influence.std(ddof=1)) / math.sqrt(n)
    return Measure(value, error, n, f"{name}, middle of the two mixtures of {size} rows", unit="nats")
