"""The user's own module as a prior."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent

from vaekit.distributions.seeded import seeded_globally
from vaekit.errors import NetworkError
from vaekit.nn.own import own_copy, tried
from vaekit.priors.prior import Prior
from vaekit.spec import Sizes


class TorchCodes:
    """A torch Distribution of codes under our names: event (L,), batch () or, given a condition, (B,)."""

    def __init__(self, given: Distribution) -> None:
        # Values of a code that torch calls a batch are independent values of one code.
        self.given = given if given.event_shape else Independent(given, min(1, len(given.batch_shape)))

    def log_prob(self, z: Tensor) -> Tensor:
        """z (..., L) -> (...)."""
        log_density: Tensor = self.given.log_prob(z)
        return log_density

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """(n, L); with a batch of conditions one draw for each, so n is their number."""
        batch = tuple(self.given.batch_shape)
        if batch not in ((), (n,)):
            raise NetworkError(
                f"your prior has one distribution for each of {batch[0]} conditions, so it gives {batch[0]} "
                f"draws, not {n}; give one condition a draw."
            )
        with seeded_globally(generator):
            drawn: Tensor = self.given.sample(() if batch else (n,))
        return drawn


class OwnPrior(Prior):
    """A copy of the user's module, called as module(), or module(c) where the model has a condition.

    It gives a torch Distribution over codes (event (L,), or L independent values), or an object with
    sample(n, generator) -> (n, L) and, where it has a density, log_prob(z (..., L)) -> (...).
    The module may declare `support` (e.g. "box", with numbers `low` and `high`), and must declare
    `density = False` when it is known by draws only, so that bounds that read a density are refused.
    """

    def __init__(self, sizes: Sizes, module: nn.Module) -> None:
        super().__init__(sizes)
        self.module = own_copy(module)
        self.support = getattr(module, "support", self.support)
        if self.support == "box":
            self.low, self.high = float(module.low), float(module.high)  # type: ignore[arg-type]
        self.learned = any(values.requires_grad for values in self.module.parameters())
        conditions = [torch.zeros(2, sizes.condition_dim)] if sizes.condition_dim else []
        p = _ours(tried(self.module, "prior", *conditions))
        self.density = getattr(module, "density", self.density)
        self._check(p, bool(conditions))

    def _check(self, p: Any, conditional: bool) -> None:
        n = 2
        if isinstance(p, TorchCodes) and p.given.batch_shape and not conditional:
            raise NetworkError(
                f"your prior gave {tuple(p.given.batch_shape)} distributions of codes; wanted is one, over "
                f"latent_dim={self.latent_dim} values."
            )
        if self.density and not hasattr(p, "log_prob"):
            raise NetworkError(
                "your prior has no log_prob(z); add it, or declare density = False on the module when it is known "
                "by draws only."
            )
        with torch.no_grad():
            drawn = p.sample(n, torch.Generator().manual_seed(0))
        if not isinstance(drawn, Tensor) or drawn.shape != (n, self.latent_dim):
            shape = tuple(getattr(drawn, "shape", ()))
            raise NetworkError(
                f"your prior gave a {type(drawn).__name__} of shape {shape} for {n} draws; wanted is a Tensor of "
                f"shape {(n, self.latent_dim)}: one code of latent_dim={self.latent_dim} values a draw."
            )
        if self.density:
            with torch.no_grad():
                log_density = p.log_prob(drawn)
            if log_density.shape != (n,):
                raise NetworkError(
                    f"your prior's log_prob gave shape {tuple(log_density.shape)} for codes of shape "
                    f"{tuple(drawn.shape)}; wanted is {(n,)}: one log-density a code, summed over its values."
                )

    def forward(self, c: Tensor | None = None) -> Any:
        return _ours(self.module() if c is None else self.module(c))


def _ours(given: Any) -> Any:
    """What the user's module gave, as an object with sample(n, generator) and perhaps log_prob(z)."""
    if isinstance(given, Distribution):
        return TorchCodes(given)
    if not hasattr(given, "sample"):
        raise NetworkError(
            f"your prior gave a {type(given).__name__}; it must give a torch Distribution, or an object with "
            "sample(n, generator) and, where it has a density, log_prob(z)."
        )
    return given
