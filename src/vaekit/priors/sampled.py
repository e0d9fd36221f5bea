"""A prior known by draws only: the user's own sampler, or an array of codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.distributions.seeded import seed_from
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

    table: Tensor | None

    def __init__(self, sizes: Sizes, *, draws: Any = None) -> None:
        super().__init__(sizes)
        if draws is None:
            raise SpecError(
                "prior 'sampled' needs draws=: an array (n, latent_dim), or a function draws(n, rng)."
            )
        self.sampler = draws if callable(draws) else None
        self.register_buffer("table", None if callable(draws) else self._checked(draws))
        if callable(draws):
            self._from_sampler(3, np.random.default_rng(0))

    def _checked(self, draws: Any, n: int | None = None) -> Tensor:
        """The draws as a tensor (n, L), or SpecError with what they are instead; n None: one or more."""
        given = draws.detach().cpu().numpy() if isinstance(draws, Tensor) else draws
        try:
            array = np.array(given, dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise SpecError(
                f"prior 'sampled' gave draws that are not one array of numbers: {error}"
            ) from error
        rows = array.shape[0] if n is None and array.size and array.ndim else n
        if array.shape != (rows, self.latent_dim):
            raise SpecError(
                f"prior 'sampled' gave draws of shape {array.shape}; wanted is ({rows or 'n'}, {self.latent_dim}): "
                f"one code of latent_dim={self.latent_dim} values a row."
            )
        if not np.isfinite(array).all():
            raise SpecError("prior 'sampled' gave draws that are not finite numbers; leave NaN and inf out.")
        return torch.from_numpy(array)

    def _from_sampler(self, n: int, rng: np.random.Generator) -> Tensor:
        assert self.sampler is not None
        try:
            drawn = self.sampler(n, rng)
        except TypeError as error:
            raise SpecError(
                f"prior 'sampled' could not call your sampler as draws(n, rng), rng a numpy Generator: {error}"
            ) from error
        return self._checked(drawn, n)

    def _sample(self, n: int, generator: torch.Generator) -> Tensor:
        device = generator.device
        if self.table is not None:
            return self.table[torch.randint(len(self.table), (n,), generator=generator, device=device)]
        return self._from_sampler(n, np.random.default_rng(seed_from(generator))).to(device)

    def forward(self, c: Tensor | None = None) -> DrawsOnly:
        return DrawsOnly(self._sample)
