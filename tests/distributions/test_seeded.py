"""Seeds for the samplers of others come from our generator."""

from __future__ import annotations

import torch

from vaekit.distributions.seeded import seed_from, seeded_globally


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_torchs_own_samplers_follow_our_generator_and_the_global_seed_is_put_back() -> None:
    before = torch.get_rng_state()
    drawn = []
    for seed in (3, 3, 4):
        with seeded_globally(generator(seed)):
            drawn.append(torch.randn(5))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.equal(torch.get_rng_state(), before)


def test_the_global_seed_is_put_back_after_an_error_too() -> None:
    before = torch.get_rng_state()
    try:
        with seeded_globally(generator()):
            torch.randn(5)
            raise KeyError
    except KeyError:
        pass
    assert torch.equal(torch.get_rng_state(), before)


def test_one_generator_gives_a_new_seed_each_time() -> None:
    g = generator()
    assert len({seed_from(g) for _ in range(100)}) == 100
    assert seed_from(generator(1)) == seed_from(generator(1))
