"""Total correlation of the codes of a batch: how far their law is from independent latent values."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.bounds import Terms
from vaekit.distributions.normal import HALF_LOG_2PI
from vaekit.model import Evidence
from vaekit.penalties.penalty import Penalty
from vaekit.spec import Sizes, register


def total_correlation(z: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Mean of log q(z) - sum_l log q(z_l) over codes z (B, L), nats; q(z) is the mixture of the B posteriors.

    A code lies near its own posterior, so the value is too large in a small batch, and at most (L - 1) log B.
    """
    away = z.unsqueeze(1) - mean.unsqueeze(0)  # (B codes, B posteriors, L)
    each = -0.5 * (away.square() / log_variance.exp() + log_variance) - HALF_LOG_2PI
    share = math.log(len(z))
    joint = each.sum(-1).logsumexp(1) - share
    marginals = each.logsumexp(1) - share
    return (joint - marginals.sum(-1)).mean()


@register(
    "penalty",
    "total-correlation",
    needs_normal_q=True,
    reference="Chen et al., 2018, https://arxiv.org/abs/1802.04942",
)
class TotalCorrelation(Penalty):
    """weight x total correlation of the codes, estimated within the batch, which should be large.

    The source's estimate counts all rows of the data; that adds a constant, and the gradient is the same.
    """

    def __init__(self, sizes: Sizes, *, weight: float = 5.0) -> None:
        super().__init__(sizes, weight)

    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        q = evidence.q
        return {"total_correlation": (self.weight, total_correlation(evidence.z[0], q.mean, q.log_variance))}
