"""The ledger for somebody who never read a paper on VAEs: each number with what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class LedgerLine:
    """A number of the ledger: its key, what it is called, value, standard error or None, unit, and one sentence."""

    key: str
    title: str
    value: float
    error: float | None
    unit: str
    meaning: str


def ledger_lines(estimator: Any, found: Mapping[str, float]) -> list[LedgerLine]:
    """What the ledger found, in the order in which it adds up, and the weight of the KL."""
    told = {**_MEANINGS, "active_units": ("", _active(estimator))}
    lines = [
        LedgerLine(key, _TITLES[key], found[key], found.get(f"{key}_se"), unit, meaning)
        for key, (unit, meaning) in told.items()
        if key in found
    ]
    weight = weight_of_kl(estimator)
    if weight is not None:
        meaning = _weight_in_words(estimator, weight)
        lines.append(LedgerLine("effective_beta", _TITLES["effective_beta"], weight, None, "", meaning))
    return lines


_TITLES = {
    "reconstruction": "left open (reconstruction)",
    "kl": "told by the code (KL)",
    "elbo": "score (ELBO)",
    "bits_per_value": "bits per value",
    "active_units": "numbers in use",
    "effective_beta": "weight of the code (beta)",
}
_MEANINGS = {
    "reconstruction": (
        "nats a row",
        "What a row still costs for somebody who has its code: what the code leaves open. Lower is better.",
    ),
    "kl": (
        "nats a row",
        "What the code itself costs, which is what it tells about its row. Near 0 the codes are empty. More is not "
        "better by itself: it pays where the number above falls by more.",
    ),
    "elbo": (
        "nats a row",
        "Minus both together: how probable the model finds such rows, as a logarithm. It is a floor: the true number "
        "is this or higher. Higher is better.",
    ),
    "bits_per_value": (
        "bits",
        "The cost of a row once more, in bits, shared out over its values. Lower is better.",
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
    other = 784 if size != 784 else 3072
    return (
        "How heavily training counted the cost of a code; 1 is the VAE of the textbooks. What it is weighed against "
        f"is summed over all {size:,} values of a row. Where other programs take the mean over the values, a "
        f"weight of {weight:g} is one of {weight * size:,.4g} here, and of {weight * other:,.4g} for rows of {other:,} "
        "values."
    )
