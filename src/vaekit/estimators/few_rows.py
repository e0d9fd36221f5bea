"""What "auto" is for `OutlierVAE`: a model of a size that the rows can teach.

The rules were found on the tables of `python -m benchmarks.outliers`, and hold for all of them alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vaekit.data.profile import Profile
from vaekit.estimators.prepare import Prepared
from vaekit.kinds import Array
from vaekit.nn import choose_network
from vaekit.nn.mlp import choose_width
from vaekit.spec import Part, Sizes, part

HELD = 0.9
"""The share of the variance that the principal components hold which are counted."""
NARROWEST, ROWS_A_UNIT, MANY_ROWS = 16, 16, 2000


def suited(ready: Prepared, wanted: Mapping[str, Any]) -> Prepared:
    """The same with what is "auto" in `wanted` filled in; what the user gave stays."""
    spec, said = ready.spec, list(ready.said)
    if wanted["latent_dim"] == "auto":
        spec = spec.with_(latent_dim=components(ready.sizes.facts["examples"].numpy()))
        said.append(f"latent_dim {spec.latent_dim}: principal components with {HELD:.0%} of the variance.")
    if wanted["network"] == "auto":
        spec = spec.with_(network=network_for(ready.profile.rows, ready.sizes))
    if wanted["likelihood"] == "auto":
        spec = spec.with_(likelihood=with_scales(spec.likelihood, ready.profile))
        said += ["each column has a scale of its own."] if spec.likelihood != ready.spec.likelihood else []
    return replace(ready, spec=spec, said=said, sizes=replace(ready.sizes, latent_dim=spec.latent_dim))


def components(x: Array) -> int:
    """How many principal components of x (n, *event) hold 90 % of its variance; values that are NaN count as usual."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    away = np.nan_to_num(flat - np.nanmean(flat, 0))
    shares = np.cumsum(np.linalg.svd(away, compute_uv=False) ** 2)
    return int(np.searchsorted(shares, HELD * shares[-1])) + 1


def network_for(rows: int, sizes: Sizes) -> Part | str:
    """One hidden layer for few rows, a unit for each 16 of them, at least 16; "auto" for many and for pictures."""
    if rows >= MANY_ROWS or choose_network(sizes).name != "mlp":
        return "auto"
    width = max(NARROWEST, 1 << math.ceil(math.log2(rows / ROWS_A_UNIT)))
    return part("mlp", hidden=(min(width, choose_width(sizes.event_size)),))


def with_scales(likelihood: Part, profile: Profile) -> Part:
    """A normal with a scale for each column of a table; pixels share one, since those of a border never change."""
    if likelihood.name != "gaussian" or profile.kind != "real" or len(profile.event_shape) == 3:
        return likelihood
    return part("gaussian", scale="per-feature")
