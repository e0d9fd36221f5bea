"""How normal a row is, taken apart: a score is a sum over the values of an example and one part of its code.

Each score gives parts (n, D + 1) in nats, in the model's units: D values of a flattened example, then the code. Their
sum is the score, higher for a row that is more normal. A likelihood of the user's own that gives no log-probability
value by value has one part for all values, (n, 2).

`LIKELIHOOD`, `ELBO` and `RECONSTRUCTION` bound or estimate a log-density and change with the units of x; `REGRET` and
`TYPICALITY` do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vaekit.kinds import Array
from vaekit.measure.reader import Reader
from vaekit.measure.regret import best_posterior
from vaekit.model import Evidence

DRAWS = 32
"""Evenly spread draws a row of the importance sampling."""
FEW_DRAWS = 8
"""The same where only a mean over q is taken."""


@dataclass(frozen=True)
class Normality:
    """A score: its parts by row, (Reader, x (B, *event), the rows that x is of) -> (B, D + 1).

    of_density: whether a change of units adds its log-Jacobian. two_sided: whether a row is as strange above the
    score of the usual row as below it; the score is then minus that distance.
    """

    parts: Callable[[Reader, Tensor, Array], Tensor]
    of_density: bool = True
    two_sided: bool = False

    def of_rows(self, reader: Reader, rows: Array) -> Array:
        """rows (n, *event) in model units -> (n, D + 1), the same for a row whatever stands beside it."""
        return reader.by_batches(rows, lambda x, block: self.parts(reader, x, block))

    def values(self, parts: Array, usual: Array) -> Array:
        """parts (n, D + 1) -> the scores (n,) in model units; usual (D + 1,) are the parts of the usual row."""
        total: Array = parts.sum(1)
        return -np.abs(total - usual.sum()) if self.two_sided else total

    def excess(self, parts: Array, usual: Array) -> Array:
        """(n, D + 1) nats by which each part is stranger than usual.

        A row sums to usual.sum() minus its score, or where the score is two-sided to minus its score: exactly, but
        for rounding.
        """
        less = usual - parts
        return less * np.sign(less.sum(1, keepdims=True)) if self.two_sided else less


def each_value(evidence: Evidence) -> Tensor:
    """log p of each value that is observed given each draw, (K, B, D); 0 where a value is hidden."""
    p_x, x, observed = evidence.p_x, evidence.x, evidence.observed
    if not hasattr(p_x, "value_log_prob"):
        return evidence.log_px.unsqueeze(-1)
    each: Tensor = p_x.value_log_prob(x if observed is None else torch.where(observed, x, 0.0))
    return (each if observed is None else torch.where(observed, each, 0.0)).flatten(2)


def joined(by_value: Tensor, code: Tensor) -> Tensor:
    """(B, D) and (B,) -> (B, D + 1)."""
    return torch.cat([by_value, code.unsqueeze(-1)], -1)


def likelihood_parts(reader: Reader, x: Tensor, rows: Array) -> Tensor:
    """log p(x) by importance sampling: log 1/K sum_k w_k with w_k = p(x, z_k) / q(z_k | x).

    With r_k = w_k / sum w it is sum_k r_k log p(x | z_k), a sum over the values of x, less the KL from the prior to
    what the draws know of p(z | x), which is the part of the code.
    Reference: Burda et al., 2016, https://arxiv.org/abs/1509.00519
    """
    evidence = reader.evidence(x, rows, DRAWS)
    by_value = (evidence.log_weight.softmax(0).unsqueeze(-1) * each_value(evidence)).sum(0)
    log_p = evidence.log_weight.logsumexp(0) - math.log(DRAWS)
    return joined(by_value, log_p - by_value.sum(-1))


def elbo_parts(reader: Reader, x: Tensor, rows: Array) -> Tensor:
    """E_q[log p(x | z)] - KL(q || prior), the expectation over the draws.

    Reference: Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114
    """
    evidence = reader.evidence(x, rows, FEW_DRAWS)
    return joined(each_value(evidence).mean(0), -evidence.kl)


def reconstruction_parts(reader: Reader, x: Tensor, rows: Array) -> Tensor:
    """E_q[log p(x | z)]: how well the code gives the row back, wherever the code lies.

    Reference: An and Cho, 2015, http://dm.snu.ac.kr/static/docs/TR/SNUDM-TR-2015-03.pdf
    """
    each = each_value(reader.evidence(x, rows, FEW_DRAWS)).mean(0)
    return joined(each, each.new_zeros(len(each)))


def regret_parts(reader: Reader, x: Tensor, rows: Array) -> Tensor:
    """The ELBO under the encoder's q less the largest under any q of its family, found for each row: at most 0.

    Reference: Xiao et al., 2020, https://arxiv.org/abs/2003.02977
    """
    given, best = best_posterior(reader, x, rows, FEW_DRAWS)
    return joined(each_value(given).mean(0), -given.kl) - joined(each_value(best).mean(0), -best.kl)


NORMALITIES = {
    "likelihood": Normality(likelihood_parts),
    "elbo": Normality(elbo_parts),
    "reconstruction": Normality(reconstruction_parts),
    "regret": Normality(regret_parts, of_density=False),
    # Of one row: how far its log-likelihood lies from the mean over the rows of the training, above or below.
    # Reference: Nalisnick et al., 2019, https://arxiv.org/abs/1906.02994
    "typicality": Normality(likelihood_parts, of_density=False, two_sided=True),
}
