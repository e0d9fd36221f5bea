"""Draws of p(unknown | known) by Markov chains that change code and unknown values in turn.

Each sweep encodes the completed example, draws a code, and draws the unknown values anew from p(x | z). Taken as it
comes (pseudo-Gibbs) the chain is right where q is the true posterior. With a Metropolis step that takes or refuses the
code it is right in the limit for any q; a share of the codes is then proposed by the prior, so that chains do not stay
where q leads back. Where q or the prior has no density, all are proposed by the prior, and the unknown values need no
part in the chain.

Reference: Rezende et al., 2014, https://arxiv.org/abs/1401.4082; Mattei and Frellsen, 2018,
https://arxiv.org/abs/1802.04826
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from vaekit.measure.chains import effective_draws
from vaekit.measure.known import Known

CHAINS = 64
WARM_UP = 100
SWEEPS = 200
MOST_SWEEPS = 1600
PRIOR_SHARE = 0.1

Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""(codes (C, L), examples (C, *event)) -> the same after one sweep."""


class Chains(NamedTuple):
    """Codes z (N, L) of the states kept, how many independent draws they are worth, and how many sweeps they took."""

    z: Tensor
    effective: float
    sweeps: int


def by_chains(known: Known, enough: float, exact: bool) -> Chains:
    """Codes of chains that are run until `enough` draws are effective, or MOST_SWEEPS are over.

    exact: with the Metropolis step; else pseudo-Gibbs.
    """
    step = _chosen(known, exact)
    z = known.first_codes(CHAINS)
    x = known.completed(z)
    for _ in range(WARM_UP):
        z, x = step(z, x)
    states: list[Tensor] = []
    effective = 0.0
    while len(states) < MOST_SWEEPS and effective < enough:
        for _ in range(SWEEPS):
            z, x = step(z, x)
            states.append(z)
        effective = effective_draws(torch.stack(states).cpu().double().numpy())
    return Chains(torch.cat(states), effective, WARM_UP + len(states))


def _chosen(known: Known, exact: bool) -> Step:
    if not exact:
        return lambda z, x: _pseudo_gibbs(known, x)
    if known.prior_has_density and known.q_density == "anywhere":
        return lambda z, x: _metropolis_within_gibbs(known, z, x)
    return lambda z, x: (_metropolis_from_prior(known, z), x)


def _pseudo_gibbs(known: Known, x: Tensor) -> tuple[Tensor, Tensor]:
    z = known.code_of(known.encode(x), len(x))
    return z, known.completed(z)


def _metropolis_within_gibbs(known: Known, z: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    q = known.encode(x)
    from_prior = known.uniform(len(x)) < PRIOR_SHARE
    there = torch.where(from_prior.unsqueeze(-1), known.from_prior(len(x)), known.code_of(q, len(x)))

    def log_weight(z: Tensor) -> Tensor:
        """log of p(x, z) / proposal(z | x), (C,)."""
        log_pz = known.log_pz(z)
        log_q: Tensor = q.log_prob(z)
        proposal = torch.logaddexp(log_q + math.log1p(-PRIOR_SHARE), log_pz + math.log(PRIOR_SHARE))
        return known.log_px(z, x) + log_pz - proposal

    z = _taken(known, z, there, log_weight)
    return z, known.completed(z)


def _metropolis_from_prior(known: Known, z: Tensor) -> Tensor:
    return _taken(known, z, known.from_prior(len(z)), known.log_px)


def _taken(known: Known, z: Tensor, there: Tensor, log_weight: Callable[[Tensor], Tensor]) -> Tensor:
    """The codes `there` with probability min(1, ratio of weights), else z as it was; a z of no probability is left."""
    here = log_weight(z)
    taken = (known.uniform(len(z)).log() < log_weight(there) - here) | ~here.isfinite()
    return torch.where(taken.unsqueeze(-1), there, z)
