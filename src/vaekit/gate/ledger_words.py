"""The ledger for somebody who never read a paper on VAEs: each number with what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class LedgerLine:
    """A number of the ledger: its key, value, standard error or None, unit, and one sentence."""

    key: str
    value: float
    error: float | None
    unit: str
    meaning: str


def ledger_lines(estimator: Any, found: Mapping[str, float]) -> list[LedgerLine]:
    """What the ledger found, in the order in which it adds up, and the weight of the KL."""
    told = {**_MEANINGS, "active_units": ("", _active(estimator))}
    lines = [
        LedgerLine(key, found[key], found.get(f"{key}_se"), unit, meaning)
        for key, (unit, meaning) in told.items()
        if key in found
    ]
    weight = weight_of_kl(estimator)
    if weight is not None:
        lines.append(LedgerLine("effective_beta", weight, None, "", _weight_in_words(estimator, weight)))
    return lines


_MEANINGS = {
    "reconstruction": (
        "nats a row",
        "What is still unknown of a row when its code is known. Lower is better. (A nat is 1.44 bits of information.)",
    ),
    "kl": (
        "nats a row",
        "What a code tells about its row; near 0 the codes are empty. It is a cost, which must save more than it is.",
    ),
    "elbo": (
        "nats a row",
        "Minus the two together: at least so probable are such rows to the model, as a logarithm. Higher is better.",
    ),
    "bits_per_value": (
        "bits",
        "The same shared out over the values of a row, as file sizes are counted. Lower is better; with densities it "
        "compares models of the same data only.",
    ),
}


def _active(estimator: Any) -> str:
    return f"Of the {estimator.spec_.latent_dim} numbers of a code, how many tell something about the row."


def weight_of_kl(estimator: Any) -> float | None:
    """The weight of the KL at the end of training, or None where the objective has no such term."""
    if not estimator.history_:
        return None
    last = estimator.history_[-1]
    return next(
        (last[f"weight_{name}"] for name in ("kl", "kl_above_free") if f"weight_{name}" in last), None
    )


def _weight_in_words(estimator: Any, weight: float) -> str:
    size = int(np.prod(estimator.treatment_.event_shape))
    said = (
        "How many times the cost of a code was counted in training; 1 is a VAE as first described. vaekit sums over "
        f"the {size:,} values of a row. Code that averages over the values instead, and calls its weight {weight:g}, "
        f"trains what is {weight * size:,.4g} here"
    )
    other = 784 if size != 784 else 3072
    said += f"; on rows of {other:,} values it would be {weight * other:,.4g}."
    return said if math.isfinite(weight) else "The weight of the KL."
