"""Where others' samplers take their seed from: a torch.Generator of ours.

numpy's generators take a seed. torch.distributions take none: they read torch's global state, which is
seeded for the time of one call and put back afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def seed_from(generator: torch.Generator) -> int:
    """A seed, drawn from the generator, which moves on."""
    return int(torch.randint(2**62, (1,), generator=generator, device=generator.device))


@contextmanager
def seeded_globally(generator: torch.Generator) -> Iterator[None]:
    """torch's global state, on the generator's device and the CPU, seeded from the generator; then as it was."""
    seed, device = seed_from(generator), generator.device
    on_gpu = device.type == "cuda"
    with torch.random.fork_rng(devices=[device] if on_gpu else []):
        torch.default_generator.manual_seed(seed)
        if on_gpu:
            torch.cuda.default_generators[device.index or 0].manual_seed(seed)
        yield
