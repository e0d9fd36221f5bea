"""An answer to one question about a model: its number, the numbers of simple methods, and who is ahead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vaekit.kinds import Array
from vaekit.measure.record import NORMAL_95, Measure, mean_of


@dataclass(frozen=True)
class Beside:
    """A simple method on the same rows. lead: by how much the model is better, with its standard error row by row."""

    name: str
    value: float
    standard_error: float | None
    lead: float
    lead_error: float | None

    @property
    def standing(self) -> str:
        """Of the model: "better", "worse", or "not told apart" where these rows cannot say."""
        if self.lead_error is None or not abs(self.lead) > NORMAL_95 * self.lead_error:
            return "not told apart"
        return "better" if self.lead > 0 else "worse"


@dataclass(frozen=True)
class Answer:
    """One question and what was found.

    question  in plain words
    ours      the model's number, or None where `skipped` says why there is none
    better    "higher" or "lower"
    notes     what a reader must know of it
    remedy    what to try where a simple method is not beaten
    """

    name: str
    question: str
    ours: Measure | None
    better: str = "higher"
    beside: tuple[Beside, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""
    remedy: str = ""

    @property
    def not_beaten(self) -> tuple[str, ...]:
        """The simple methods that the model does not beat."""
        return tuple(each.name for each in self.beside if each.standing != "better")

    def to_json(self) -> dict[str, object]:
        """Plain data; numbers that are not finite are None."""
        ours = self.ours
        return {
            "name": self.name,
            "question": self.question,
            "measure": None if ours is None else ours.name,
            "value": None if ours is None else finite(ours.value),
            "standard_error": None if ours is None else finite(ours.standard_error),
            "rows": None if ours is None else ours.n,
            "unit": "" if ours is None else ours.unit,
            "better": self.better,
            "baselines": [
                {
                    "name": each.name,
                    "value": finite(each.value),
                    "standard_error": finite(each.standard_error),
                    "lead": finite(each.lead),
                    "lead_error": finite(each.lead_error),
                    "the_model_is": each.standing,
                }
                for each in self.beside
            ],
            "not_beaten": list(self.not_beaten),
            "remedy": self.remedy if self.not_beaten else "",
            "notes": list(self.notes),
            "skipped": self.skipped,
        }


@dataclass(frozen=True)
class Asked:
    """What an answer is made of: scores of the same rows by the model and by simple methods, each (n,)."""

    name: str
    question: str
    measure: str
    unit: str
    ours: Array
    beside: Mapping[str, Array]
    better: str = "higher"
    notes: tuple[str, ...] = ()
    remedy: str = ""

    def answered(self) -> Answer:
        """Means with their errors, and leads row by row."""
        sign = 1 if self.better == "higher" else -1
        found = []
        for name, scores in self.beside.items():
            theirs, lead = mean_of(scores, name), mean_of(sign * (self.ours - scores), name)
            found.append(Beside(name, theirs.value, theirs.standard_error, lead.value, lead.standard_error))
        ours = mean_of(np.asarray(self.ours), self.measure, self.unit)
        return Answer(self.name, self.question, ours, self.better, tuple(found), self.notes, "", self.remedy)


def finite(value: float | None) -> float | None:
    """The number, or None where JSON has none."""
    return None if value is None or not math.isfinite(value) else float(value)
