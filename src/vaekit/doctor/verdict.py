"""A verdict: the effects that were measured, what they say, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effect:
    """One effect size and the threshold that it is held against. past: on which side of it the illness is."""

    what: str
    value: float
    threshold: float
    past: str = "above"
    unit: str = ""

    @property
    def is_past(self) -> bool:
        """Whether the value is on the side of the illness."""
        return self.value > self.threshold if self.past == "above" else self.value < self.threshold

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.what} {self.value:.3g}{unit} (ill {self.past} {self.threshold:g})"


@dataclass(frozen=True)
class Verdict:
    """What the doctor says of one illness.

    name      the illness
    evidence  what was seen, with numbers and units
    remedy    what to type
    effects   the effect sizes; the illness is there when all of them are past their thresholds
    illness   False for what is only worth knowing
    """

    name: str
    evidence: str
    remedy: str
    effects: tuple[Effect, ...]
    illness: bool = True

    @property
    def fired(self) -> bool:
        """Whether the model has it."""
        return all(effect.is_past for effect in self.effects)

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence} {self.remedy}"
