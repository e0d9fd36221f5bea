"""Draws that find their posterior: importance sampling whose proposal learns from its own weights.

An encoder sees zeros where values are hidden, so its q may lie beside p(z | x_obs), and few of its draws then carry all
weight. Here the draws come in rounds. The first are of q; each later round is of the normal law with the weighted mean
and covariance of all draws so far, and in the end every draw is weighted by the mixture of all proposals, so that no
round is lost and no weight is far above the others.

Reference: Cornuet et al., 2012, https://doi.org/10.1111/j.1467-9469.2011.00756.x (adaptive multiple importance
sampling)
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from vaekit.distributions.normal import FullNormal, standard_normal_log_prob
from vaekit.model import LatentModel

ROUNDS = 5
SHRUNK = 0.1
"""How far a covariance is drawn towards its diagonal, since few draws say little of how values vary together."""
HALVINGS = 20


def adapts(model: LatentModel) -> bool:
    """Whether codes are real and q has a density at draws of others."""
    real = (model.posterior.support, getattr(model.prior, "support", "real")) == ("real", "real")
    return real and model.posterior.density == "anywhere" and bool(model.prior.density)


def adapted_draws(
    model: LatentModel, x: Tensor, observed: Tensor, c: Tensor | None, noise: Tensor
) -> tuple[Tensor, Tensor]:
    """x (B, *event), its mask, noise (K, B, L) -> z (K, B, L), log_weight (K, B): log p(x_obs, z) less the log-density
    of the mixture of all proposals."""
    proposals: list[Any] = [model.encode(x, c, observed)]
    p_z = model.prior(model.c_for("prior", c))
    rounds = noise.chunk(ROUNDS)
    z, log_joint, log_weight = noise[:0], noise[:0, :, 0], noise[:0, :, 0]
    for at, some in enumerate(rounds):
        if at:
            proposals.append(fitted_normal(z, log_weight))
        drawn = proposals[-1].draw(some).z
        z = torch.cat((z, drawn))
        log_joint = torch.cat((log_joint, model.decode(drawn, c).log_prob(x, observed) + p_z.log_prob(drawn)))
        shares = [math.log(len(one) / len(z)) for one in rounds[: at + 1]]
        densities = [share + _log_prob(q, z) for share, q in zip(shares, proposals, strict=True)]
        log_weight = log_joint - torch.stack(densities).logsumexp(0)
    return z, log_weight


def fitted_normal(z: Tensor, log_weight: Tensor) -> FullNormal:
    """The normal law, batch (B,), of draws z (K, B, L) with weights (K, B).

    Weights that leave too few draws for a covariance are flattened first, to a power that leaves enough; the law is
    then too wide, and the next round knows more.
    """
    weights = _flattened(log_weight, min(4.0 * z.shape[-1], 0.3 * len(z)))
    each = weights.T.unsqueeze(1)  # (B, 1, K)
    rows = z.transpose(0, 1)  # (B, K, L)
    mean = each @ rows  # (B, 1, L)
    away = rows - mean
    covariance = (each.mT * away).mT @ away
    diagonal = torch.diag_embed(covariance.diagonal(dim1=-2, dim2=-1).clamp(min=1e-8))
    root = torch.linalg.cholesky((1 - SHRUNK) * covariance + (SHRUNK + 1e-4) * diagonal)
    return FullNormal(mean[:, 0], root)


def _flattened(log_weight: Tensor, enough: float) -> Tensor:
    """Weights to the largest power up to 1 whose effective sample size is `enough`, as they sum to one."""
    low, high = torch.zeros_like(log_weight[0]), torch.ones_like(log_weight[0])
    for at in range(HALVINGS):
        power = high if at == 0 else (low + high) / 2
        good = 1 / (power * log_weight).softmax(0).square().sum(0) >= enough
        low = torch.where(good, power, low)
        high = torch.where(good, high, power)
    return (low * log_weight).softmax(0)


def _log_prob(q: Any, z: Tensor) -> Tensor:
    """log q(z), (K, B); of a full covariance with one system of equations a row for all draws."""
    if not isinstance(q, FullNormal):
        log_prob: Tensor = q.log_prob(z)
        return log_prob
    away = (z - q.mean).permute(1, 2, 0)
    noise = torch.linalg.solve_triangular(q.root, away, upper=False)
    return standard_normal_log_prob(noise.permute(2, 0, 1)) - q.log_det_root
