"""A prior known by draws only: the user's own sampler, or an array of codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.errors import SpecError
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes, register


class DrawsOnly:
    """A distribution that can be sampled and has no density."""

    def __init__(self, sample: Callable[[int, torch.Generator], Tensor]) -> None:
        self.sample = sample


@register(
    "prior",
    "sampled",
    support="any",
    density=False,
    reference="Makhzani et al., 2015, https://arxiv.org/abs/1511.05644",
)
class SampledPrior(Prior):
    """Codes from `draws`: an array (n, latent_dim), or a function draws(n, rng) -> (n, latent_dim).

    rng is a numpy Generator, seeded from the model's random_state, so that fits can be repeated.
    """

    def __init__(self, sizes: Sizes, *, draws: Any = None) -> None:
        super().__init__(sizes)
        if draws is None:
            raise SpecError(
                "prior 'sampled' needs draws=: an array (n, latent_dim), or a function draws(n, rng)."
            )
        self.sampler = draws if callable(draws) else None
        if self.sampler is None:
            table = torch.as_tensor(np.array(draws, dtype=np.float32))
            self._check(tuple(table.shape), table.shape[0] if table.dim() else 0)
            self.register_buffer("table", table)
        else:
            self._from_sampler(3, np.random.default_rng(0))

    def _check(self, shape: tuple[int, ...], n: int) -> None:
        if shape != (n, self.latent_dim) or n == 0:
            raise SpecError(
                f"prior 'sampled' gave draws of shape {shape}; wanted is ({n or 'n'}, {self.latent_dim}): "
                f"one code of latent_dim={self.latent_dim} values a row."
            )

    def _from_sampler(self, n: int, rng: np.random.Generator) -> Tensor:
        assert self.sampler is not None
        try:
            drawn = np.asarray(self.sampler(n, rng), dtype=np.float32)
        except TypeError as error:
            raise SpecError(
                f"prior 'sampled' could not call your sampler as draws(n, rng), rng a numpy Generator: {error}"
            ) from error
        self._check(drawn.shape, n)
        return torch.from_numpy(drawn)

    def _sample(self, n: int, generator: torch.Generator) -> Tensor:
        device = generator.device
        if self.sampler is None:
            table: Tensor = self.table
            return table[torch.randint(len(table), (n,), generator=generator, device=device)]
        seed = int(torch.randint(2**62, (1,), generator=generator, device=device))
        return self._from_sampler(n, np.random.default_rng(seed)).to(device)

    def forward(self, c: Tensor | None = None) -> DrawsOnly:
        return DrawsOnly(self._sample)
