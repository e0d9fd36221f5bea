"""The ledger: where the nats of a model go, each number with its standard error over the rows."""

from __future__ import annotations

import math

import numpy as np

from vaekit.bounds import Bound
from vaekit.kinds import Array
from vaekit.measure.reader import Reader

ACTIVE_NATS = 0.01


def ledger(reader: Reader, bound: Bound, rows: Array, log_jacobian: float, draws: int) -> dict[str, float]:
    """Flat name -> number for these rows (n, *event) in model units, nats per example.

    `elbo` is the model's bound on log p(x) in the user's units, `reconstruction` and `kl` its two parts at
    weight one; `active_units` counts latent values with a mean KL above 0.01 nats. A name with `_se` is the
    standard error over the rows. What the model has no density for is left out.
    """
    found: dict[str, float] = {"rows": float(len(rows))}
    _add(found, "reconstruction", -reader.log_px(rows, draws) - log_jacobian)
    if not bound.needs_q_density:
        return found
    groups = reader.kl_groups(rows, draws)
    _add(found, "kl", groups.sum(1))
    if groups.shape[1] > 1 or reader.model.posterior.latent_dim == 1:
        found["active_units"] = float((groups.mean(0) > ACTIVE_NATS).sum())
    _add(found, "elbo", reader.scores(rows, bound, draws) + log_jacobian)
    found["bits_per_value"] = -found["elbo"] / (math.log(2) * int(np.prod(rows.shape[1:])))
    return found


def _add(found: dict[str, float], name: str, values: Array) -> None:
    found[name] = float(values.mean())
    found[f"{name}_se"] = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
