"""What a reproduction came to: each row of the paper beside ours, judged."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.reproduce.experiment import Experiment, Found, Row
from vaekit.reproduce.kept import Done


@dataclass(frozen=True)
class Line:
    """A row, what was found for each seed that reached it, and whether this schedule requires it."""

    row: Row
    found: tuple[Found, ...]
    required: bool

    @property
    def values(self) -> list[float]:
        """One a seed."""
        return [found.value for found in self.found]

    @property
    def ours(self) -> float | None:
        """The mean over the seeds."""
        return float(np.mean(self.values)) if self.found else None

    @property
    def standard_error(self) -> float | None:
        """Of the mean over the seeds, or over the rows measured where there is one seed."""
        if len(self.found) > 1:
            return float(np.std(self.values, ddof=1) / math.sqrt(len(self.found)))
        return self.found[0].standard_error if self.found else None

    @property
    def gap(self) -> float | None:
        """Ours less what is published."""
        known = self.ours is not None and self.row.published is not None
        return self.ours - self.row.published if known else None  # type: ignore[operator]

    @property
    def met(self) -> bool | None:
        """Whether ours is what it must be; None where nothing must be, or nothing was measured without need."""
        if not self.row.rule() or (not self.found and not self.required):
            return None
        return bool(self.found) and self.row.met_by(self.values)

    @property
    def rows(self) -> str:
        """How many rows were measured, where not all were; ""."""
        few = [found for found in self.found if found.rows and found.of and found.rows < found.of]
        return f"{few[0].rows:,} of {few[0].of:,} rows" if few else ""

    def to_json(self) -> dict[str, Any]:
        """measure, published, ours, standard_error, gap, required, met; then the rule, the source and each seed's."""
        return {
            "measure": self.row.measure,
            "published": self.row.published,
            "ours": self.ours,
            "standard_error": self.standard_error,
            "gap": self.gap,
            "required": self.required,
            "met": self.met,
            "rule": self.row.rule(),
            "source": self.row.source,
            "rows": self.rows,
            "seeds": self.values,
        }


@dataclass(frozen=True)
class Result:
    """An experiment with the trials that were done. schedule: 'short', 'full', with a budget 'short-600s'."""

    experiment: Experiment
    schedule: str
    done: tuple[Done, ...]
    seconds: float
    """Of this call, trials taken up not counted."""

    @property
    def seeds(self) -> list[int]:
        """Those that a trial was done for."""
        return sorted({done.seed for done in self.done})

    @property
    def lines(self) -> list[Line]:
        """The rows of the experiment in its order."""
        full = self.schedule.startswith("full")
        by_seed = [self._findings(seed) for seed in self.seeds]
        return [
            Line(
                row,
                tuple(found[row.measure] for found in by_seed if row.measure in found),
                row.required is True or (row.required == "full" and full),
            )
            for row in self.experiment.rows
        ]

    def _findings(self, seed: int) -> Mapping[str, Found]:
        found: dict[str, Found] = {}
        for done in self.done:
            found |= done.found if done.seed == seed else {}
        found |= self.experiment.combined(found)
        return found

    @property
    def met(self) -> bool:
        """Whether every required row is met."""
        return all(line.met for line in self.lines if line.required)

    @property
    def differences(self) -> list[str]:
        """Where ours is not the protocol of the source."""
        return [*self.experiment.differences, *_once(self._shortenings())]

    def _shortenings(self) -> Iterable[str]:
        if self.schedule.startswith("short") and self.experiment.short:
            yield self.experiment.short
        for done in self.done:
            if not done.whole:
                yield f"cut by the budget ({', '.join(done.notes)})"

    def to_json(self) -> dict[str, Any]:
        """Plain data: name, protocol, seeds, rows, and what is needed to read them."""
        return {
            "name": self.experiment.name,
            "paper": self.experiment.paper,
            "protocol": self.experiment.protocol,
            "differences": self.differences,
            "schedule": self.schedule,
            "seeds": self.seeds,
            "rows": [line.to_json() for line in self.lines],
            "met": self.met,
            "seconds": sum(done.seconds for done in self.done),
            "trials": [
                {"trial": done.trial, "seed": done.seed, "seconds": done.seconds, "notes": list(done.notes)}
                for done in self.done
            ],
            "versions": dict(self.done[-1].versions) if self.done else {},
        }


def _once(texts: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(texts))
