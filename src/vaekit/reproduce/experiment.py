"""An experiment of the literature as plain data: what the paper printed, what ours must reach, and who trains it.

To add one: a file in `experiments/` that makes an `Experiment`, and its row in `experiments/__init__.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vaekit.reproduce.bench import Bench


@dataclass(frozen=True)
class Found:
    """A number that was measured.

    standard_error: what the rows measured make it vary by, or None. rows: how many they were, of how many there are.
    """

    value: float
    standard_error: float | None = None
    rows: int | None = None
    of: int | None = None

    def tidy(self) -> Found:
        """The same, without an error that is no number."""
        known = self.standard_error is not None and math.isfinite(self.standard_error)
        return self if known else replace(self, standard_error=None)

    def to_json(self) -> dict[str, Any]:
        """Plain data that `Found(**...)` takes back."""
        return dict(vars(self))


@dataclass(frozen=True)
class Row:
    """A number of the paper.

    source: the table or text that prints it, or what else the row is. least, most: what ours must lie between.
    required: whether the reproduction fails without it; "full": only where the paper's schedule was run.
    every_seed: each seed must, not only their mean.
    """

    measure: str
    published: float | None = None
    source: str = ""
    least: float = -math.inf
    most: float = math.inf
    required: bool | str = False
    every_seed: bool = False

    def rule(self) -> str:
        """What ours must be, in words; "" for a row that is only reported."""
        ends = [f"at least {self.least:g}"] * (self.least > -math.inf)
        ends += [f"at most {self.most:g}"] * (self.most < math.inf)
        return " and ".join(ends) + ", every seed" * (bool(ends) and self.every_seed)

    def met_by(self, values: list[float]) -> bool:
        """Whether the values, one a seed, are what ours must be."""
        judged = values if self.every_seed else [sum(values) / len(values)]
        return all(self.least <= value <= self.most for value in judged)


Findings = Mapping[str, Found]
"""measure -> what was found."""


@dataclass(frozen=True)
class Trial:
    """What is trained and measured in one go, for one seed, and kept when it is done.

    run: gets the bench to work on. weight: its share of the time beside that of the others. full: None for a trial of
    every schedule, else whether it belongs to the paper's schedule only (True) or to the short one only (False).
    """

    name: str
    run: Callable[[Bench], Findings]
    weight: float = 1.0
    full: bool | None = None


@dataclass(frozen=True)
class Experiment:
    """A result of the literature that can be run again.

    protocol: how the source trains and measures. differences: what is not so here, whatever the schedule. short: what
    the schedule without --full leaves out, or "" where it is the source's. seeds, full_seeds: how many each takes.
    least_seconds: below this a budget buys nothing. combined: further findings, from those of all trials of a seed.
    """

    name: str
    summary: str
    paper: str
    protocol: str
    rows: tuple[Row, ...]
    trials: tuple[Trial, ...]
    differences: tuple[str, ...] = ()
    short: str = ""
    seeds: int = 1
    full_seeds: int = 1
    least_seconds: float = 60.0
    combined: Callable[[Findings], Findings] = field(default=lambda found: {})

    def trials_of(self, full: bool) -> tuple[Trial, ...]:
        """Those that belong to a schedule."""
        return tuple(trial for trial in self.trials if trial.full is None or trial.full == full)
