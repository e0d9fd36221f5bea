"""The user's own module as a likelihood."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributions, nn

from vaekit.distributions.independent import Independent
from vaekit.distributions.seeded import seeded_globally
from vaekit.errors import NetworkError
from vaekit.kinds import Array
from vaekit.likelihoods.domain import check_values
from vaekit.likelihoods.likelihood import Likelihood
from vaekit.nn.own import own_copy, tried
from vaekit.spec import Sizes


class TorchValues(Independent):
    """A torch Distribution of independent values, batch (K, B, *event), under our names."""

    def __init__(self, given: distributions.Distribution) -> None:
        self.given = given

    @property
    def mean(self) -> Tensor:
        return self.given.mean

    def value_log_prob(self, x: Tensor) -> Tensor:
        log_prob: Tensor = self.given.log_prob(x)
        return log_prob

    def sample(self, generator: torch.Generator) -> Tensor:
        with seeded_globally(generator):
            drawn: Tensor = self.given.sample()
        return drawn


class OwnLikelihood(Likelihood):
    """A copy of the user's module, called as module(z), or module(z, c) where the model has a condition.

    From codes z (K, B, L) it gives a torch Distribution of independent values (K, B, *event), or an object
    with log_prob(x (B, *event), observed, a bool mask or None) -> (K, B), mean (K, B, *event) and
    sample(generator) -> (K, B, *event). The module may declare `domain`, `measure` and `normalised`, and
    have check(x); else x is real and has a density.
    """

    def __init__(self, sizes: Sizes, module: nn.Module) -> None:
        super().__init__(sizes)
        self.module = own_copy(module)
        self.domain = getattr(module, "domain", self.domain)
        self.measure = getattr(module, "measure", self.measure)
        self.normalised = getattr(module, "normalised", self.normalised)
        inputs = [torch.zeros(3, 2, sizes.latent_dim)]
        if sizes.condition_dim:
            inputs.append(torch.zeros(2, sizes.condition_dim))
        self._try(_ours(tried(self.module, "likelihood", *inputs)), sizes)

    def _try(self, p_x: Any, sizes: Sizes) -> None:
        whole = (3, 2, *sizes.event_shape)
        with torch.no_grad():
            try:
                drawn = p_x.sample(torch.Generator().manual_seed(0))
                _check_shape("sample", drawn, whole)
                _check_shape("mean", p_x.mean, whole)
                _check_shape("log_prob", p_x.log_prob(drawn[0], None), whole[:2])
            except (TypeError, AttributeError) as error:
                raise NetworkError(
                    "your likelihood must give a torch Distribution, or an object with "
                    f"log_prob(x, observed), mean and sample(generator): {error}"
                ) from error

    def forward(self, z: Tensor, c: Tensor | None = None) -> Any:
        return _ours(self.module(z) if c is None else self.module(z, c))

    def check(self, x: Array) -> None:
        own = getattr(self.module, "check", None)
        if own is not None:
            own(x)
        else:
            check_values(self.name, x, needs="finite x", cure="Replace or drop the infinite values.")


def _ours(given: Any) -> Any:
    """What the user's module gave, as an object with log_prob(x, observed), mean and sample(generator)."""
    if not isinstance(given, distributions.Distribution):
        return given
    while isinstance(given, distributions.Independent):
        given = given.base_dist  # its values one by one, so that unobserved ones can be left out
    if given.event_shape:
        raise NetworkError(
            f"your likelihood gave a {type(given).__name__} whose values depend on each other, so unobserved "
            "ones cannot be left out; give independent values, or an object with log_prob(x, observed), mean "
            "and sample(generator)."
        )
    return TorchValues(given)


def _check_shape(what: str, given: Tensor, wanted: tuple[int, ...]) -> None:
    if tuple(given.shape) != wanted:
        raise NetworkError(
            f"your likelihood gave a {what} of shape {tuple(given.shape)} for codes (3, 2, L); wanted is "
            f"{wanted}: 3 draws of 2 examples."
        )
