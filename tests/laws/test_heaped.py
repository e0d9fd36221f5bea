"""Laws of the likelihood of values that heap: what it learns of the data before it is trained, and its density.

K draws, B examples, D columns, L latent values.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch import Tensor

from vaekit.errors import SpecError
from vaekit.likelihoods import HeapedLikelihood
from vaekit.nn import MLP
from vaekit.spec import Sizes, build, part

ROWS = 2000
HEAPS, NORMALS = 6, 4


def columns() -> dict[str, np.ndarray]:
    """60 % zeros beside a gamma; a scale of whole numbers; no heap at all; nothing but one value and holes."""
    rng = np.random.default_rng(0)
    return {
        "zeros": np.where(rng.random(ROWS) < 0.6, 0.0, rng.gamma(2.0, 3.0, ROWS)),
        "whole": rng.choice([6.0, 12.0, 12.0, 24.0, 36.0], ROWS),
        "smooth": rng.normal(5.0, 2.0, ROWS),
        "one value": np.where(rng.random(ROWS) < 0.5, 3.0, np.nan),
    }


def likelihood(data: np.ndarray, first: float = 0.0) -> HeapedLikelihood:
    """Of one column, with a decoder that gives these numbers whatever the code."""
    x = torch.from_numpy(data[:, None]).float()
    sizes = Sizes((1,), 2, 0, {"examples": x})
    made: HeapedLikelihood = build(
        "likelihood", part("heaped", heaps=HEAPS, normals=NORMALS), sizes, MLP(sizes, hidden=())
    )
    for values in made.decoder.parameters():
        values.data.zero_()
    made.decoder.last.bias.data.copy_(
        first * torch.randn(made.decoder.last.bias.shape, generator=torch.Generator().manual_seed(3))
    )
    return made.double()


def codes(n: int = 1) -> Tensor:
    return torch.zeros(1, n, 2, dtype=torch.float64)


every = pytest.mark.parametrize("name", columns())


@every
@torch.no_grad()
def test_before_training_it_is_the_law_of_the_column(name: str) -> None:
    data = columns()[name]
    known = data[~np.isnan(data)]
    drawn = likelihood(data)(codes(20_000)).sample(torch.Generator().manual_seed(0))[0, :, 0].numpy()
    # Two empirical laws lie 1.63 of the root apart in one of a hundred cases; normals at quantiles are rough.
    assert stats.ks_2samp(known, drawn).statistic < 0.04 + 1.63 * np.sqrt(1 / len(known) + 1 / 20_000)
    for value, share in zip(*np.unique(known, return_counts=True), strict=True):
        if share > 0.01 * len(known):
            assert (drawn == np.float32(value)).mean() == pytest.approx(share / len(known), abs=0.02)


@every
@pytest.mark.parametrize("first", [0.0, 1.0])
@torch.no_grad()
def test_the_density_of_all_values_is_one(name: str, first: float) -> None:
    made = likelihood(columns()[name], first)
    p_x = made(codes())
    width = float(made.width)
    heaps = np.unique(made.heaps.numpy()[made.log_shares[:HEAPS].numpy() > -1e8])
    ends = np.sort(np.concatenate([[-np.inf, np.inf], heaps - width / 2, heaps + width / 2]))
    density = lambda x: float(p_x.log_prob(torch.full((1, 1), x, dtype=torch.float64)).exp())  # noqa: E731
    total = sum(
        integrate.quad(density, low + 1e-9 * width, high - 1e-9 * width, limit=200)[0]
        for low, high in itertools.pairwise(ends)
        if high > low
    )
    assert total == pytest.approx(1, abs=1e-5)


@torch.no_grad()
def test_a_heap_has_its_probability_over_a_step() -> None:
    data = columns()["whole"]
    p_x = likelihood(data)(codes())
    for value in np.unique(data):
        log_prob = float(p_x.log_prob(torch.full((1, 1), value, dtype=torch.float64)))
        # The smallest step between values is 6.
        assert np.exp(log_prob) * 6 == pytest.approx((data == value).mean(), rel=0.01)


@every
@torch.no_grad()
def test_the_mean_and_the_draws_follow_the_decoder(name: str) -> None:
    p_x = likelihood(columns()[name], 1.0)(codes(20_000))
    drawn = p_x.sample(torch.Generator().manual_seed(1))[0, :, 0]
    assert float(drawn.mean()) == pytest.approx(
        float(p_x.mean[0, 0, 0]), abs=5 * float(drawn.std()) / 20_000**0.5
    )


@every
def test_encoders_read_a_normal_score_that_rises_with_x(name: str) -> None:
    data = columns()[name]
    read = likelihood(data).represent(torch.from_numpy(data[:, None]))[:, 0].numpy()
    np.testing.assert_array_equal(np.isnan(read), np.isnan(data))
    known = ~np.isnan(data)
    order = np.argsort(data[known], kind="stable")
    assert (np.diff(read[known][order]) >= 0).all()
    assert abs(read[known].mean()) < 0.5 and read[known].std() < 1.3


def test_numbers_of_heaps_that_are_none_are_refused() -> None:
    sizes = Sizes((1,), 2)
    with pytest.raises(SpecError, match="heaps=0, normals=8, regions=10 is not possible"):
        build("likelihood", part("heaped", heaps=0), sizes, MLP(sizes, hidden=()))
