"""Distributions of codes against torch's and scipy's. K draws, B examples, L latent values."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch import distributions

from vaekit.distributions.draws import Draws
from vaekit.distributions.mixture import Mixture
from vaekit.distributions.normal import DiagonalNormal, FullNormal, StandardNormal
from vaekit.distributions.point import PointMass
from vaekit.distributions.uniform import BoxUniform, SquashedNormal
from vaekit.errors import ClashError

K, B, L = 5, 3, 4


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def diagonal(batch: int = B) -> DiagonalNormal:
    return DiagonalNormal(normal(batch, L), normal(batch, L, seed=1))


def full(batch: int = B) -> FullNormal:
    lower = normal(batch, L, L, seed=2).tril(-1)
    return FullNormal(normal(batch, L), lower + torch.diag_embed(normal(batch, L, seed=3).exp()))


def as_torchs(q: DiagonalNormal | FullNormal) -> distributions.Distribution:
    if isinstance(q, FullNormal):
        return distributions.MultivariateNormal(q.mean, scale_tril=q.root)
    return distributions.Independent(distributions.Normal(q.mean, q.scale), 1)


every_normal = pytest.mark.parametrize("make", [diagonal, full])


@every_normal
def test_a_normal_is_torchs(make) -> None:
    q = make()
    theirs = as_torchs(q)
    z = normal(K, B, L, seed=7)
    assert torch.allclose(q.log_prob(z), theirs.log_prob(z), rtol=1e-10)
    assert torch.allclose(q.variance, theirs.variance)
    wanted = theirs.covariance_matrix if make is full else torch.diag_embed(theirs.variance)
    assert torch.allclose(q.covariance, wanted)
    assert q.latent_dim == L


@every_normal
def test_rows_are_the_distributions_of_those_rows(make) -> None:
    q, which = make(), torch.tensor([2, 0, 0, 1, 2])
    z = normal(K, 5, L, seed=7)
    assert torch.equal(
        q.rows(which).log_prob(z),
        torch.stack([q.log_prob(z[:, [i] * B])[:, w] for i, w in enumerate(which)], 1),
    )


@every_normal
def test_noise_becomes_draws_with_the_mean_and_covariance_of_q(make) -> None:
    q = make()
    z = q.draw(normal(50_000, B, L, seed=8)).z
    away = z - q.mean
    assert bool((away.mean(0).abs() < 5 * q.variance.sqrt() / len(z) ** 0.5).all())
    products = away.unsqueeze(-1) * away.unsqueeze(-2)
    error = products.std(0) / len(z) ** 0.5
    assert bool(((products.mean(0) - q.covariance).abs() < 5 * error).all())


def test_the_standard_normal_is_scipys() -> None:
    z = normal(K, B, L)
    wanted = stats.norm.logpdf(z.numpy()).sum(-1)
    assert np.allclose(StandardNormal(L).log_prob(z), wanted, rtol=1e-12)


@every_normal
def test_the_log_density_of_draws_is_computed_when_it_is_read_and_once(make) -> None:
    calls = []
    draws = Draws(torch.zeros(1), lambda: calls.append(1) or torch.ones(1))
    assert not calls
    assert draws.log_q is draws.log_q
    assert len(calls) == 1
    noise = normal(K, B, L)
    q = make()
    drawn = q.draw(noise)
    assert torch.allclose(drawn.log_q, q.log_prob(drawn.z), rtol=1e-10)


@every_normal
def test_a_mixture_is_torchs(make) -> None:
    components, log_weights = make(6), normal(6, seed=9).log_softmax(0)
    theirs = distributions.MixtureSameFamily(
        distributions.Categorical(logits=log_weights), as_torchs(components)
    )
    z = normal(K, B, L, seed=7)
    ours = Mixture(log_weights, components)
    assert torch.allclose(ours.log_prob(z), theirs.log_prob(z), rtol=1e-10)
    assert ours.component_log_prob(z).shape == (K, B, 6)
    posterior = ours.component_log_prob(z).softmax(-1)
    assert torch.allclose(posterior.sum(-1), torch.ones(K, B, dtype=posterior.dtype))


def test_a_mixture_keeps_its_density_where_a_scale_is_small_beside_its_mean() -> None:
    mean, scale = 50.0, 1e-3
    given = torch.full((1, 1), mean), torch.full((1, 1), float(2 * np.log(scale)))
    z = torch.tensor([[mean]], dtype=torch.float32)
    found = Mixture(torch.zeros(1), DiagonalNormal(*given)).log_prob(z)
    # In float32 the mean is exact and a rounding of log scale moves the density by 1e-6 only.
    assert found.item() == pytest.approx(stats.norm.logpdf(0, scale=scale), abs=1e-4)


@every_normal
def test_a_mixture_draws_its_components_as_often_as_they_weigh(make) -> None:
    # Far apart, so that every draw tells its component.
    components = make()
    components.mean = components.mean + 1000 * torch.arange(B, dtype=torch.float64)[:, None]
    weights = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
    mixture = Mixture(weights.log(), components)
    z = mixture.sample(20_000, torch.Generator().manual_seed(0))
    counts = torch.bincount(mixture.component_log_prob(z.double()).argmax(-1), minlength=B)
    expected = 20_000 * weights
    assert bool(((counts - expected).abs() < 5 * (expected * (1 - weights)).sqrt()).all())


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (-0.1, 0.2), (3.0, 7.5)])
def test_the_uniform_box_is_scipys_and_minus_infinity_outside(low: float, high: float) -> None:
    p = BoxUniform(2, low, high)
    z = torch.tensor(
        [[low, high], [high, low], [(low + high) / 2] * 2, [low - 0.01, low], [high, high + 0.01]]
    )
    wanted = np.array([-2 * np.log(high - low)] * 3 + [-np.inf] * 2)
    assert np.allclose(p.log_prob(z), wanted)
    drawn = p.sample(20_000, torch.Generator().manual_seed(0))
    assert stats.kstest(drawn.flatten().numpy(), "uniform", (low, high - low)).pvalue > 1e-4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 1.0), (-0.1, 0.2), (0.33, 0.35), (-1.208, -1.172), (1e6, 1e6 + 1)]
)
def test_codes_squashed_ever_so_far_stay_in_the_box_of_the_prior(low, high, dtype) -> None:
    base = DiagonalNormal(torch.zeros(1, 1, dtype=dtype), torch.zeros(1, 1, dtype=dtype))
    noise = torch.linspace(-60, 60, 4001, dtype=dtype).view(-1, 1, 1)
    draws = SquashedNormal(base, low, high).draw(noise)
    assert bool(BoxUniform(1, low, high).log_prob(draws.z).isfinite().all())
    assert bool(draws.log_q.isfinite().all())
    assert bool(SquashedNormal(base, low, high).log_prob(draws.z).isfinite().all())


def test_a_squashed_normal_is_torchs_transformed_normal() -> None:
    low, high = -2.0, 5.0
    base = diagonal()
    ours = SquashedNormal(base, low, high)
    transforms = [
        distributions.transforms.SigmoidTransform(),
        distributions.transforms.AffineTransform(low, high - low),
    ]
    theirs = distributions.TransformedDistribution(distributions.Normal(base.mean, base.scale), transforms)
    z = low + (high - low) * normal(K, B, L, seed=5).sigmoid()
    assert torch.allclose(ours.log_prob(z), theirs.log_prob(z).sum(-1), rtol=1e-9)


def test_a_squashed_normal_integrates_to_one() -> None:
    base = DiagonalNormal(
        torch.tensor([[0.7]], dtype=torch.float64), torch.tensor([[0.4]], dtype=torch.float64)
    )
    q = SquashedNormal(base, -2.0, 5.0)
    mass = integrate.quad(lambda z: q.log_prob(torch.tensor([[z]], dtype=torch.float64)).exp().item(), -2, 5)[
        0
    ]
    assert mass == pytest.approx(1, abs=1e-8)


def test_a_point_mass_gives_its_code_and_has_no_density() -> None:
    mean = normal(B, L)
    draws = PointMass(mean).draw(torch.zeros(K, B, 0))
    assert torch.equal(draws.z, torch.stack([mean] * K))
    with pytest.raises(ClashError, match="a point mass has no density; use posterior 'normal'"):
        draws.log_q
