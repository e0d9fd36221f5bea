"""A time box that shortens the plan, so that what is scheduled over the epochs ends when the time does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from vaekit.train.timebox import TimeBox

if TYPE_CHECKING:
    from vaekit.train.loop import Training

WARM_UP, LOOKED_AT = 5, 25
"""The first steps are slow; from those after them the pace is first guessed."""


class Pace(TimeBox):
    """Ends a fit when `seconds` are over, and plans as many epochs as fit into them.

    `cut` says whether fewer epochs were run than had been planned, for want of time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(seconds, clock)
        self.planned = 0
        self.cut = False
        self._steps, self._warm = 0, clock()

    def fit_begins(self, training: Training) -> None:
        super().fit_begins(training)
        self.planned = training.plan.max_epochs

    def step_ends(self, training: Training) -> None:
        super().step_ends(training)
        self._steps += 1
        if self._steps == WARM_UP:
            self._warm = self.clock()
        if self._steps == LOOKED_AT:
            of_step = (self.clock() - self._warm) / (LOOKED_AT - WARM_UP)
            self._plan(training, of_step * training.steps_an_epoch)

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        super().epoch_ends(training, row)
        self._plan(training, (self.clock() - self._began) / (training.epoch + 1))

    def _plan(self, training: Training, of_epoch: float) -> None:
        """As many epochs as fit, at this pace; never fewer than are begun."""
        if not math.isfinite(self.ends):
            return
        fit = math.floor((self.ends - self._began) / max(of_epoch, 1e-9))
        epochs = min(self.planned, max(fit, training.epoch + 1))
        if epochs != training.plan.max_epochs:
            training.plan = replace(training.plan, max_epochs=epochs)

    def fit_ends(self, training: Training) -> None:
        self.cut = self.over or training.plan.max_epochs < self.planned
