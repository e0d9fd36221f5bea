"""Codes that are drawn rather than read off: from the prior, from q(z | x), and how wide q is around its mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.errors import SpecError
from vaekit.kinds import Array

SPREAD_DRAWS = 64
"""Draws of a q that does not know its own covariance."""


def prior_draws(estimator: Any, n: int, seed: int, c: Any = None) -> Array:
    """(n, L) codes from the prior; c: the condition of all, or of each, for a prior that reads one.

    Raises SpecError for an estimator without a prior to draw from.
    """
    if not hasattr(estimator, "sample"):
        raise SpecError(
            f"{type(estimator).__name__} has no prior that its codes follow, so there is none to draw."
        )
    model = estimator.model_
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    with torch.no_grad():
        given = None if c is None else torch.as_tensor(estimator._condition(c, n), device=device)
        drawn = model.prior.sample(n, torch.Generator(device).manual_seed(seed), model.c_for("prior", given))
    return np.asarray(drawn.cpu().double().numpy())


def posterior_draws(estimator: Any, X: Any, c: Any = None) -> Array:
    """(n, L) a code of each row, drawn from q(z | x); the same for a row whatever stands beside it."""
    x, given = estimator._given(X, c)
    reader = estimator._reader(given)
    drawn: Array = reader.by_batches(x, lambda t, block: reader.evidence(t, block, 1).z[0])
    return drawn


def posterior_covariances(estimator: Any, X: Any, c: Any = None) -> Array:
    """(n, L, L) the covariance of q(z | x) of each row, in closed form or of 64 evenly spread draws.

    Raises SpecError for codes that are certain.
    """
    if not estimator.model_.noise_size:
        raise SpecError(f"codes of this {type(estimator).__name__} are certain, so they have no spread.")
    x, given = estimator._given(X, c)
    reader = estimator._reader(given)

    def covariance(t: Tensor, block: Array) -> Tensor:
        q = reader.model.encode(t, reader._c_now)
        known = getattr(q, "covariance", None)
        if known is not None:
            return torch.as_tensor(known)
        away = q.draw(reader.row_noise(block, SPREAD_DRAWS)).z
        away = away - away.mean(0)
        return torch.einsum("kbi,kbj->bij", away, away) / (SPREAD_DRAWS - 1)

    found: Array = reader.by_batches(x, covariance)
    return found
