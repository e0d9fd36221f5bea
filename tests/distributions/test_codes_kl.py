"""KL(q || p) in closed form: a new pair is one row of CASES."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import distributions

from vaekit.distributions.kl import CLOSED_FORMS, closed_form_kl
from vaekit.distributions.normal import DiagonalNormal, FullNormal, StandardNormal
from vaekit.distributions.uniform import BoxUniform

B, L = 3, 4


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def root() -> torch.Tensor:
    lower = 0.5 * normal(B, L, L, seed=2)
    return lower.tril(-1) + torch.diag_embed((0.3 * normal(B, L, seed=3)).exp())


MEAN, LOG_VARIANCE, ROOT = normal(B, L), normal(B, L, seed=1), root()
OTHER_MEAN, OTHER_LOG_VARIANCE = normal(B, L, seed=5), 0.5 * normal(B, L, seed=6)
STANDARD = distributions.MultivariateNormal(
    torch.zeros(L, dtype=torch.float64), torch.eye(L, dtype=torch.float64)
)

# (q, p) of our classes, and the same in torch's.
CASES: dict[tuple[type, type], tuple[Any, Any, Any, Any]] = {
    (DiagonalNormal, StandardNormal): (
        DiagonalNormal(MEAN, LOG_VARIANCE),
        StandardNormal(L),
        distributions.MultivariateNormal(MEAN, torch.diag_embed(LOG_VARIANCE.exp())),
        STANDARD,
    ),
    (DiagonalNormal, DiagonalNormal): (
        DiagonalNormal(MEAN, LOG_VARIANCE),
        DiagonalNormal(OTHER_MEAN, OTHER_LOG_VARIANCE),
        distributions.MultivariateNormal(MEAN, torch.diag_embed(LOG_VARIANCE.exp())),
        distributions.MultivariateNormal(OTHER_MEAN, torch.diag_embed(OTHER_LOG_VARIANCE.exp())),
    ),
    (FullNormal, StandardNormal): (
        FullNormal(MEAN, ROOT),
        StandardNormal(L),
        distributions.MultivariateNormal(MEAN, scale_tril=ROOT),
        STANDARD,
    ),
}

every_pair = pytest.mark.parametrize(
    "pair", CLOSED_FORMS, ids=lambda pair: " from ".join(p.__name__ for p in pair)
)


def test_every_closed_form_has_its_row_here() -> None:
    assert set(CASES) == set(CLOSED_FORMS)


@every_pair
def test_a_closed_form_is_torchs(pair: tuple[type, type]) -> None:
    q, p, torch_q, torch_p = CASES[pair]
    ours = closed_form_kl(q, p)
    assert ours is not None
    theirs = distributions.kl_divergence(torch_q, torch_p)
    assert torch.allclose(ours.sum(-1), theirs, rtol=1e-12, atol=1e-12)


@every_pair
def test_a_closed_form_agrees_with_draws(pair: tuple[type, type]) -> None:
    q, p, _, _ = CASES[pair]
    draws = q.draw(normal(40_000, B, L, seed=4))
    difference = (draws.log_q - p.log_prob(draws.z)).numpy()
    error = difference.std(0, ddof=1) / np.sqrt(len(difference))
    assert (np.abs(difference.mean(0) - closed_form_kl(q, p).sum(-1).numpy()) < 5 * error).all()


def test_the_kl_of_a_diagonal_normal_stands_one_latent_value_a_group() -> None:
    q, p, _, _ = CASES[DiagonalNormal, StandardNormal]
    groups = closed_form_kl(q, p)
    assert groups.shape == (B, L)
    one_by_one = distributions.kl_divergence(
        distributions.Normal(q.mean, q.scale), distributions.Normal(torch.zeros(()), torch.ones(()))
    )
    assert torch.allclose(groups, one_by_one, rtol=1e-12)


@every_pair
def test_the_kl_is_zero_where_q_is_the_prior(pair: tuple[type, type]) -> None:
    same = {
        DiagonalNormal: DiagonalNormal(torch.zeros(1, L), torch.zeros(1, L)),
        FullNormal: FullNormal(torch.zeros(1, L), torch.eye(L)[None]),
    }
    p = StandardNormal(L) if pair[1] is StandardNormal else same[pair[1]]
    assert bool((closed_form_kl(same[pair[0]], p) == 0).all())


def test_a_pair_without_a_closed_form_gives_none() -> None:
    assert closed_form_kl(DiagonalNormal(MEAN, LOG_VARIANCE), BoxUniform(L, 0.0, 1.0)) is None
