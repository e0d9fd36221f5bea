"""The ledger: where the nats of a model go, each number with its standard error over the rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from vaekit.bounds import Bound
from vaekit.kinds import Array
from vaekit.measure.reader import Reader

ACTIVE_NATS = 0.01


def ledger(
    reader: Reader, bound: Bound, rows: Array, log_jacobian: float | Array, draws: int
) -> dict[str, float]:
    """Flat name -> number for these rows (n, *event) in model units, nats per example.

    `elbo` is the model's bound on log p(x) in the user's units, `reconstruction` and `kl` its two parts at
    weight one; `active_units` counts latent values with a mean KL above 0.01 nats. A name with `_se` is the
    standard error over the rows. What the model has no density for is left out.
    """
    found: dict[str, float] = {"rows": float(len(rows))}
    scored = bound.needs_q_density

    def parts(x: Tensor, block: Array) -> Tensor:
        evidence = reader.evidence(x, block, draws)
        columns = [evidence.expected_log_px.unsqueeze(-1)]
        if scored:
            value = bound.value(evidence)
            assert value is not None
            columns += [value.unsqueeze(-1), evidence.kl_groups]
        return torch.cat(columns, -1)

    columns = reader.by_batches(rows, parts)
    _add_warnings(found, reader, rows)
    _add(found, "reconstruction", -columns[:, 0] - log_jacobian)
    if not scored:
        return found
    groups = columns[:, 2:]
    _add(found, "kl", groups.sum(1))
    if groups.shape[1] == reader.model.posterior.latent_dim:
        found["active_units"] = float((groups.mean(0) > ACTIVE_NATS).sum())
    _add(found, "elbo", columns[:, 1] + log_jacobian)
    observed = np.count_nonzero(~np.isnan(rows)) / len(rows)
    found["bits_per_value"] = -found["elbo"] / (math.log(2) * observed)
    return found


def _add_warnings(found: dict[str, float], reader: Reader, rows: Array) -> None:
    """`scale_at_floor` when a learned scale is as small as it may be. `relaxed` when values are scored that the
    likelihood gives no probability: then no number here is a log-density, and `relaxed_floor` is the least that the
    reconstruction could be, which is not 0."""
    likelihood = reader.model.likelihood
    with torch.no_grad():
        p_x = reader.model(reader.tensor(rows[:1]), reader.row_noise(rows[:1], 1), reader.c_of(0, 1)).p_x
    if likelihood.scale_at_floor(p_x):
        found["scale_at_floor"] = 1.0
    if not likelihood.normalised:
        found["relaxed"] = 1.0
        floor: Callable[[Tensor], Tensor] | None = getattr(likelihood, "floor", None)
        if floor is not None:
            seen = reader.model.seen
            found["relaxed_floor"] = float(reader.by_batches(rows, lambda x, _: floor(seen(x)[0])).mean())


def _add(found: dict[str, float], name: str, values: Array) -> None:
    found[name] = float(values.mean())
    found[f"{name}_se"] = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan
