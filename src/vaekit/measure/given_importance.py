"""Draws of p(unknown | known) by importance: codes from q and from the prior, taken in proportion to their weights.

The proposal is a mixture: q(z | x) at some completions of the example (and q(z | known) where the encoder reads rows
with values missing), with a share of the prior, so that no code that explains the known values is left out. The
completions come from codes of the prior first; some rounds of draws, each completed anew at its best codes, bring them
where the posterior is. A prior known by draws only, or a q without a density, leaves the prior alone as proposal.

Letters: z codes (N, L), M completions, N draws.
Reference: Hesterberg, 1995, https://doi.org/10.1080/00401706.1995.10484303; Cappe et al., 2004,
https://doi.org/10.1198/106186004X12803
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from vaekit.measure.known import Known, effective, softened

PRIOR_SHARE = 0.1
COMPLETIONS = 64
ROUNDS = 8
DRAWS_OF_A_ROUND = 1024
GOOD_SHARE = 0.5
"""A round whose draws are effective to this share ends the search for a better proposal."""
DENSITIES_AT_ONCE = 2**20


class Weighted(NamedTuple):
    """Codes z (N, L) with their log weights (N,)."""

    z: Tensor
    log_weight: Tensor

    @property
    def effective(self) -> float:
        """How many independent draws they are worth."""
        return effective(self.log_weight)


def by_importance(known: Known, draws: int) -> Weighted:
    """About `draws` codes whose weights make them draws of p(z | known).

    Their weights average to p(known): log mean exp of log_weight estimates its log, in nats.
    """
    if not known.prior_has_density or known.q_density == "nowhere":
        z = known.from_prior(draws)
        return Weighted(z, known.log_px(z))
    rows = known.completed(known.first_codes(COMPLETIONS))
    for _ in range(ROUNDS):
        found = _round(known, rows, DRAWS_OF_A_ROUND)
        if found.effective >= GOOD_SHARE * len(found.z):
            break
        rows = known.completed(found.z[known.resampled(softened(found.log_weight, COMPLETIONS), COMPLETIONS)])
    return _round(known, rows, draws)


def _round(known: Known, rows: Tensor, draws: int) -> Weighted:
    """Codes drawn with q at these completions (M, *event) and with the prior, and their weights."""
    parts = [known.encode(rows), *([known.encode_known()] if known.masked else [])]
    of_q = round(draws * (1 - PRIOR_SHARE) / len(parts))
    drawn = [_from_q(known, q, of_q, size) for q, size in zip(parts, (len(rows), 1), strict=False)]
    of_prior = max(1, round(draws * PRIOR_SHARE))
    z = torch.cat([*(z for z, _ in drawn), known.from_prior(of_prior)])
    log_pz = known.log_pz(z)
    if known.q_density == "anywhere":
        counts = torch.tensor([*(len(z) for z, _ in drawn), of_prior], dtype=torch.float64)
        log_proposal = _mixture(parts, (counts / counts.sum()).log().tolist(), z, log_pz)
    else:
        # The density of q is known on its own draws only, so each draw is held against what it was drawn from.
        log_proposal = torch.cat([*(log_q for _, log_q in drawn), log_pz[-of_prior:]])
    return Weighted(z, known.log_px(z) + log_pz - log_proposal)


def _from_q(known: Known, q: Any, draws: int, size: int) -> tuple[Tensor, Tensor]:
    """About `draws` codes of the q of `size` rows, as many of each, with their density under the own q."""
    classes = int(getattr(known.model.posterior, "classes", 1))  # draws go round the classes, in whole rounds
    each = math.ceil(draws / (size * classes)) * classes
    made = q.draw(known.normal(each, size, known.model.noise_size))
    return made.z.flatten(0, 1), made.log_q.flatten(0, 1)


def _mixture(parts: Sequence[Any], log_shares: Sequence[float], z: Tensor, log_pz: Tensor) -> Tensor:
    """(N,) the log-density of the whole mixture; every q of a part has an equal share of it."""
    *of_parts, of_prior = log_shares
    total = log_pz + of_prior
    for q, share in zip(parts, of_parts, strict=True):
        total = torch.logaddexp(total, _mean_density(q, z) + share)
    return total


def _mean_density(q: Any, z: Tensor) -> Tensor:
    """(N,) log of the mean density of z (N, L) under the M distributions of q."""
    found = []
    step = max(1, DENSITIES_AT_ONCE // (z.shape[-1] * COMPLETIONS))
    for some in z.split(step):
        log_q = q.log_prob(some.unsqueeze(-2))
        found.append(log_q.logsumexp(-1) - math.log(log_q.shape[-1]))
    return torch.cat(found)
