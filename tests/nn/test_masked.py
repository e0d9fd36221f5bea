"""The masked network reads only what stands before."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.functional import jacobian

from vaekit.nn.initialise import initialise
from vaekit.nn.masked import Masked

every_size = pytest.mark.parametrize("latent_dim", [1, 2, 3, 7])


def made(latent_dim: int, hidden: int = 32) -> Masked:
    network = Masked(latent_dim, context=4, hidden=hidden, numbers=2)
    initialise(network, torch.Generator().manual_seed(latent_dim))
    return network.double()


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


@every_size
def test_the_jacobian_is_strictly_triangular_and_full_below_the_diagonal(latent_dim: int) -> None:
    network = made(latent_dim)
    context = normal(4)
    slopes = torch.stack([jacobian(lambda z: network(z, context), z) for z in normal(20, latent_dim)])
    below = torch.ones(latent_dim, latent_dim).tril(-1).bool()
    assert bool((slopes[..., ~below] == 0).all())
    # A hidden unit may rest at one z; not at all of 20.
    assert bool((slopes != 0).any(0)[..., below].all())


@every_size
def test_every_output_reads_the_context_the_first_one_too(latent_dim: int) -> None:
    network = made(latent_dim)
    z = normal(latent_dim)
    slopes = torch.stack([jacobian(lambda context: network(z, context), c) for c in normal(20, 4)])
    assert bool((slopes != 0).any(0).all())


def test_draws_and_examples_are_broadcast() -> None:
    network = made(3)
    z, context = normal(5, 2, 3), normal(2, 4)
    values = network(z, context)
    assert values.shape == (5, 2, 2, 3)
    assert torch.allclose(values[4, 1], network(z[4, 1], context[1]))
