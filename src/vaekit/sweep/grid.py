"""A sweep of beta: the same model at every beta, latent_dim and seed, fitted in one pass and compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from numbers import Integral, Real
from typing import Any

from sklearn.base import clone

from vaekit.errors import SpecError
from vaekit.recipes.recipe import amended
from vaekit.spec import is_name_or_part
from vaekit.sweep.many import fit_many
from vaekit.sweep.rate_distortion import RateDistortion

BETAS = (0.25, 0.5, 1.0, 2.0, 4.0)


def sweep(
    estimator: Any,
    X: Any,
    *,
    beta: Sequence[float] = BETAS,
    latent_dim: Sequence[int] | None = None,
    seeds: int = 1,
    test: Any = None,
) -> RateDistortion:
    """Fit copies of a VAE with bound "elbo" at every beta, latent_dim and seed, and compare rate and distortion.

    Models of one latent_dim train together. latent_dim: None for the estimator's own. seeds: how many
    random_states, from the estimator's number (or 0) on. test: rows to measure on; without them each model is
    measured on the rows that it held out.
    """
    models = fit_many(grid(estimator, beta=beta, latent_dim=latent_dim, seeds=seeds), X)
    return RateDistortion.of(models, X, test)


def grid(
    estimator: Any, *, beta: Sequence[float], latent_dim: Sequence[int] | None = None, seeds: int = 1
) -> list[Any]:
    """Unfitted copies, one for each latent_dim, beta and seed. Raises SpecError for what cannot be swept."""
    bound = getattr(estimator, "bound", None)
    if not is_name_or_part(bound) or getattr(bound, "name", bound) != "elbo":
        raise SpecError("beta weighs the KL of bound 'elbo'; give a VAE that has it to sweep over beta.")
    betas = _checked("beta", beta, Real, 0)
    sizes = [estimator.latent_dim] if latent_dim is None else _checked("latent_dim", latent_dim, Integral, 1)
    [number] = _checked("seeds", [seeds], Integral, 1)
    first = estimator.random_state if isinstance(estimator.random_state, Integral) else 0
    return [
        clone(estimator).set_params(
            bound=amended(bound, "elbo", beta=b), latent_dim=size, random_state=int(first) + seed
        )
        for size, b, seed in product(sizes, betas, range(number))
    ]


def _checked(name: str, values: Sequence[Any], kind: type, least: float) -> list[Any]:
    """The values, each once, or SpecError when one is not possible."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= float(value) < math.inf:  # type: ignore[arg-type]
            raise SpecError(f"{name}={value!r} is not possible; give {_WANTED[name]}.")
    if not values:
        raise SpecError(f"{name} is empty; give {_WANTED[name]}.")
    return list(dict.fromkeys(values))


_WANTED = {
    "beta": "numbers of 0 or more, such as 0.25, 0.5, 1, 2, 4",
    "latent_dim": "whole numbers of 1 or more",
    "seeds": "how many seeds, 1 or more",
}
