"""The space of codes as the page draws it: the prior, the order of the latent values, and how far they reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from vaekit.distributions.mixture import Mixture
from vaekit.distributions.normal import DiagonalNormal, StandardNormal
from vaekit.distributions.uniform import BoxUniform
from vaekit.explorer.pack import packed
from vaekit.kinds import Array

PRIOR_DRAWS = 2000


def prior_for_page(estimator: Any, c: Array | None) -> dict[str, Any] | None:
    """The prior as the page reads it, or None for a model that does not sample from one.

    {"kind": "normal"}, {"kind": "box", low, high}, {"kind": "mixture", weights, means, variances}, or for every
    other kind {"kind": "draws", draws (n, L)}. c: conditions (n, C); a prior that reads
    one is drawn from under each in turn.
    """
    if not hasattr(estimator, "sample"):
        return None
    model = estimator.model_
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    given = None if c is None else torch.as_tensor(c, dtype=torch.float32, device=device)
    given = model.c_for("prior", given)
    under = None if given is None else given[torch.arange(PRIOR_DRAWS, device=device) % len(given)]
    with torch.no_grad():
        p_z = model.prior(under)
        if isinstance(p_z, StandardNormal):
            return {"kind": "normal"}
        if isinstance(p_z, BoxUniform):
            return {"kind": "box", "low": float(p_z.low), "high": float(p_z.high)}
        if isinstance(p_z, Mixture) and isinstance(p_z.components, DiagonalNormal):
            return {
                "kind": "mixture",
                "weights": packed(p_z.log_weights.exp().cpu().numpy(), "float32"),
                "means": packed(p_z.components.mean.cpu().numpy(), "float32"),
                "variances": packed(p_z.components.variance.cpu().numpy(), "float32"),
            }
        drawn = _draws(model.prior.sample(PRIOR_DRAWS, torch.Generator(device).manual_seed(0), under))
    return drawn if under is None else drawn | {"conditions": packed(under.cpu().numpy(), "float32")}


def _draws(z: torch.Tensor) -> dict[str, Any]:
    draws = z.cpu().numpy()
    low, high = np.percentile(draws, [0.5, 99.5], axis=0)
    margin = 0.05 * (high - low)
    ends = {"low": (low - margin).tolist(), "high": (high + margin).tolist()}
    return {"kind": "draws", "draws": packed(draws, "float32"), **ends}


def units_by_weight(
    kl: Array | None, codes: Array | None, latent_dim: int
) -> tuple[list[int], list[float], str]:
    """(latent values in order of weight, the weight of each, what it is): KL in nats, else the spread of codes."""
    if kl is not None and len(kl) == latent_dim:
        weights, told = np.asarray(kl, dtype=float), "kl"
    elif codes is not None:
        weights, told = codes.std(0), "spread"
    else:
        weights, told = np.zeros(latent_dim), "unknown"
    order = np.argsort(-weights, kind="stable")
    return [int(unit) for unit in order], [float(weight) for weight in weights], told


def reach_of(codes: Array | None, prior: dict[str, Any] | None, latent_dim: int) -> Array:
    """(L, 2): the lowest and highest value of each axis that the page shows at first."""
    low, high = np.full(latent_dim, -3.0), np.full(latent_dim, 3.0)
    if prior is not None and prior["kind"] == "box":
        margin = 0.05 * (prior["high"] - prior["low"])
        low[:], high[:] = prior["low"] - margin, prior["high"] + margin
    elif codes is not None:
        bottom, top = np.percentile(codes, [0.5, 99.5], axis=0)
        margin = 0.15 * (top - bottom) + 1e-3
        around = prior is not None and prior["kind"] == "normal"
        low = np.minimum(bottom - margin, -2.6 if around else np.inf)
        high = np.maximum(top + margin, 2.6 if around else -np.inf)
    if prior is not None and prior["kind"] == "draws":
        around = codes is not None
        low = np.minimum(prior["low"], low if around else np.inf)
        high = np.maximum(prior["high"], high if around else -np.inf)
    return np.stack([low, high], axis=1)
