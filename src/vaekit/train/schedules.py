"""Learning-rate schedules: the share of the learning rate at each moment of training.

`done` is the part of the run that is over, from 0 to 1. `ends` is when the schedule stops changing.
To add one: a class with `@register("schedule", "my-name")`.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from vaekit.errors import SpecError
from vaekit.spec import build, register


class Schedule(Protocol):
    """share(done) -> what the learning rate is multiplied by."""

    ends: float

    def share(self, done: float) -> float: ...


@register("schedule", "constant")
class Constant:
    """The same learning rate throughout."""

    ends = 0.0

    def share(self, done: float) -> float:
        return 1.0


@register("schedule", "cosine", reference="Loshchilov and Hutter, 2017, https://arxiv.org/abs/1608.03983")
class Cosine:
    """A linear rise over the first `warm_up` part of the run, then half a cosine down to `last`."""

    ends = 1.0

    def __init__(self, *, warm_up: float = 0.0, last: float = 0.0) -> None:
        if not 0 <= warm_up < 1 or not 0 <= last <= 1:
            raise SpecError(f"schedule 'cosine': warm_up={warm_up!r} and last={last!r} must lie in [0, 1).")
        self.warm_up, self.last = warm_up, last

    def share(self, done: float) -> float:
        if done < self.warm_up:
            return done / self.warm_up
        down = (done - self.warm_up) / (1 - self.warm_up)
        return self.last + (1 - self.last) * 0.5 * (1 + math.cos(math.pi * min(down, 1.0)))


@register("schedule", "steps")
class Steps:
    """Multiplied by `factor` at each of these parts of the run."""

    def __init__(self, *, at: tuple[float, ...] = (0.5, 0.75), factor: float = 0.1) -> None:
        if not at or any(not 0 < moment < 1 for moment in at) or not factor > 0:
            raise SpecError(
                f"schedule 'steps': at={at!r} must be parts of the run between 0 and 1, factor above 0."
            )
        self.at, self.factor = tuple(at), factor
        self.ends = max(self.at)

    def share(self, done: float) -> float:
        return self.factor ** sum(done >= moment for moment in self.at)


def make_schedule(value: Any) -> Schedule:
    """The schedule of this name or part."""
    made: Schedule = build("schedule", value)
    return made
