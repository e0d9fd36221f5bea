"""The ledger as a table for a person: each number with its unit, its error and what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vaekit.measure.ledger import ACTIVE_NATS

ROWS = {
    "test": "rows of the test part",
    "held_out": "rows that were held out of the fit",
    "train": "rows, all of them trained on, so that these numbers flatter the model",
    "given": "rows that were given for this report and are not those of the fit",
    "": "rows",
}
"""Prefix of a measure's name -> which rows it was measured on."""

NATS = "nats per example"


@dataclass(frozen=True)
class Line:
    """One measure: its key without prefix, its name, value, standard error (or None), unit and meaning."""

    key: str
    name: str
    value: float
    error: float | None
    unit: str
    meaning: str

    @property
    def value_written(self) -> str:
        """The value with as many digits as its error bears."""
        if self.error is not None:
            return minus(f"{self.value:,.{decimals(self.error)}f}")
        return minus(f"{int(self.value):,}" if self.value == int(self.value) else f"{self.value:,.3g}")

    @property
    def error_written(self) -> str:
        """Two digits of the standard error, or "" where there is none."""
        return "" if self.error is None else f"{self.error:,.{decimals(self.error)}f}"


FLAGS = ("scale_at_floor", "relaxed")
"""Measures that are there only when something has to be said of all others."""


@dataclass(frozen=True)
class Measured:
    """The lines of one set of rows, the sentence that says which rows, and the flags that were raised."""

    prefix: str
    title: str
    lines: tuple[Line, ...]
    flags: tuple[str, ...]

    def find(self, key: str) -> Line | None:
        """The line with this key."""
        return next((line for line in self.lines if line.key == key), None)


def measured(estimator: Any, measures: Mapping[str, float]) -> list[Measured]:
    """measures.json (flat, name -> number) as tables, one a set of rows."""
    groups: dict[str, dict[str, float]] = {}
    for name, value in measures.items():
        if math.isfinite(value):
            prefix = next((p for p in ROWS if p and name.startswith(f"{p}_")), "")
            groups.setdefault(prefix, {})[name.removeprefix(f"{prefix}_") if prefix else name] = float(value)
    return [_table(estimator, prefix, found) for prefix, found in groups.items()]


def _table(estimator: Any, prefix: str, found: Mapping[str, float]) -> Measured:
    rows = found.get("rows")
    title = ROWS[prefix] if rows is None else f"{int(rows):,} {ROWS[prefix]}"
    flags = tuple(key for key in FLAGS if found.get(key))
    errors = [f"{key}_se" for key in found]
    keys = [key for key in found if key not in ("rows", *FLAGS, *errors)]
    order = sorted(keys, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
    return Measured(prefix, title, tuple(_line(estimator, key, found) for key in order), flags)


def _line(estimator: Any, key: str, found: Mapping[str, float]) -> Line:
    name, unit, meaning = _meanings(estimator).get(key, (key.replace("_", " "), "", ""))
    error = found.get(f"{key}_se")
    return Line(key, name, found[key], error, unit, meaning)


_ORDER = ("elbo", "reconstruction", "kl", "active_units", "bits_per_value", "relaxed_floor")


def _meanings(estimator: Any) -> dict[str, tuple[str, str, str]]:
    """key -> (name, unit, one sentence on what it means for this model)."""
    density = estimator.treatment_.measure == "density"
    bound = getattr(estimator.bound_, "name", "elbo")
    score = (
        "A lower bound on log p(x), averaged over the rows: the larger, the better the model knows such rows."
    )
    if bound == "iwae":
        score = (
            f"The importance-weighted bound on log p(x) with {estimator.bound_.samples} draws: the larger, "
            "the better."
        )
    if density:
        score += " It is a density in the units of the data, so it may be above 0 and changes with the units."
    sum_up = " −ELBO = reconstruction + KL." if bound == "elbo" else ""
    per_value = "−ELBO shared out over the values of an example"
    per_value += (
        "; for a density it compares models on the same data only."
        if density
        else ": what a value costs to encode; the smaller, the better."
    )
    return {
        "elbo": ("ELBO" if bound != "iwae" else "IWAE bound", NATS, score),
        "reconstruction": (
            "reconstruction",
            NATS,
            "E[−log p(x | z)] over codes of the row: what is still unknown of a row when its code is known; "
            "the smaller, the better.",
        ),
        "kl": (
            "KL",
            NATS,
            f"KL(q ‖ prior): what a code tells about its row, which is what it costs.{sum_up}",
        ),
        "active_units": (
            "active units",
            f"of {estimator.spec_.latent_dim} latent values",
            f"Latent values that tell more than {ACTIVE_NATS} nats about a row.",
        ),
        "bits_per_value": ("bits per value", "bits/dim", per_value),
        "relaxed_floor": (
            "least reconstruction",
            NATS,
            "What a decoder that gave every value exactly would still pay for values between 0 and 1 under this "
            "likelihood: the part of the reconstruction that no model can take away.",
        ),
    }


def decimals(error: float) -> int:
    """Digits after the point that show two digits of an error."""
    if not math.isfinite(error) or error <= 0:
        return 2
    return max(0, 1 - math.floor(math.log10(error)))


def minus(number: str) -> str:
    """A number with a minus sign where Python writes a hyphen."""
    return number.replace("-", "−")
