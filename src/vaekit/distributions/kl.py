"""KL(q || p) in closed form, in nats, where one is known; one row a pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from vaekit.distributions.normal import DiagonalNormal, FullNormal, StandardNormal


def _diagonal_from_standard(q: DiagonalNormal, p: StandardNormal) -> Tensor:
    """(B, L): one KL a latent value. Reference: Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114"""
    return 0.5 * (q.mean.square() + q.variance - q.log_variance - 1)


def _full_from_standard(q: FullNormal, p: StandardNormal) -> Tensor:
    """(B, 1): correlated values share one KL."""
    trace = q.root.square().sum((-2, -1))
    whole = 0.5 * (q.mean.square().sum(-1) + trace - q.mean.shape[-1]) - q.log_det_root
    return whole.unsqueeze(-1)


def _diagonal_from_diagonal(q: DiagonalNormal, p: DiagonalNormal) -> Tensor:
    """(B, L): the same from any normal of each row."""
    away = (q.variance + (q.mean - p.mean).square()) / p.variance
    return 0.5 * (away - 1 - q.log_variance + p.log_variance)


CLOSED_FORMS: dict[tuple[type, type], Callable[[Any, Any], Tensor]] = {
    (DiagonalNormal, StandardNormal): _diagonal_from_standard,
    (DiagonalNormal, DiagonalNormal): _diagonal_from_diagonal,
    (FullNormal, StandardNormal): _full_from_standard,
}


def closed_form_kl(q: object, p: object) -> Tensor | None:
    """KL(q || p) by groups of latent values that can be told apart, (B, groups); None where unknown."""
    formula = CLOSED_FORMS.get((type(q), type(p)))
    return None if formula is None else formula(q, p)
