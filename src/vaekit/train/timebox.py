"""A fit that ends when its time is over, and what another such time would have bought.

How many steps fit into a span of time depends on the machine and on what else it does, so this is the one
exception to "the same seed, the same weights".
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

from vaekit.errors import SpecError
from vaekit.train.callbacks import Callback

if TYPE_CHECKING:
    from vaekit.train.loop import Training

UNITS = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}
FEWEST_EPOCHS = 4
TAIL = 0.75
"""The estimate reads the curve from this part of the time on."""


def seconds_of(span: Any, asked_as: str = "max_time") -> float:
    """A span of time in seconds: a number of them, or text such as "30s", "9min" or "1.5h"; SpecError, which calls
    it what the user does, for what is none."""
    seconds = math.nan
    if isinstance(span, Real) and not isinstance(span, bool):
        seconds = float(span)
    elif isinstance(span, str):
        found = re.fullmatch(r"\s*(\d+\.?\d*|\.\d+)\s*(s|min|h|)\s*", span)
        seconds = float(found[1]) * UNITS[found[2]] if found else math.nan
    if not 0 < seconds < math.inf:
        raise SpecError(
            f"{asked_as}={span!r} is not possible; give seconds above 0, or a number with s, min or h, as in '9min'."
        )
    return seconds


def in_words(seconds: float) -> str:
    """'45 s', '9 min', '1.5 h'."""
    unit = next(unit for unit in ("h", "min", "s") if seconds >= UNITS[unit] or unit == "s")
    return f"{seconds / UNITS[unit]:.3g} {unit}"


def gain_of_another(curve: Sequence[tuple[float, float]], seconds: float) -> float | None:
    """What so many more seconds would lower the loss by; 0 when the tail has no new best, None when unknown.

    curve: (seconds since the start, loss) after each epoch. The best loss so far is taken to fall with the
    logarithm of time, at the rate of the last quarter of the time. That is an estimate: for doublings of the time
    on small tables and digits it was within a factor of 1.6 half of the time, and of 3 in nine of ten.
    """
    end = curve[-1][0] if curve else 0.0
    before = [(at, loss) for at, loss in curve if at <= TAIL * end]
    if len(curve) < FEWEST_EPOCHS or not before:
        return None
    lowered = min(loss for _, loss in before) - min(loss for _, loss in curve)
    return lowered * math.log1p(seconds / end) / math.log(end / before[-1][0])


class TimeBox(Callback):
    """Ends a fit when `seconds` are over, counted from when this is made.

    The clock is read between steps; nothing waits for the device. Time is left for a last look at the held-out
    rows, as long as the one before it took.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.clock = seconds, clock
        self.ends = clock() + seconds
        self.over = False
        self.curve: list[tuple[float, float]] = []
        self.name = "training"
        self.keeps_best = False
        self._began = self._stepped = clock()
        self._last_look = 0.0

    def fit_begins(self, training: Training) -> None:
        self._began = self._stepped = self.clock()
        self.keeps_best = training.watched

    def step_ends(self, training: Training) -> None:
        self._stepped = self.clock()
        self._stop_when_over(self._stepped, training)

    def _stop_when_over(self, now: float, training: Training) -> None:
        if now + self._last_look >= self.ends:
            self.over = training.stop = True

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        now = self.clock()
        self._last_look = now - self._stepped
        self._stop_when_over(now, training)
        whole = training.step == (training.epoch + 1) * training.steps_an_epoch
        if "val_loss" in row:
            self.name = "held-out"
            self.curve.append((now - self._began, row["val_loss"]))
        # The training loss says the same only of whole epochs, and once its weights have stopped moving.
        elif whole and training.epoch >= training.bound.ends:
            self.curve.append((now - self._began, row["loss"]))

    def sentence(self) -> str:
        """What was reached, and what another such span would have bought."""
        span = in_words(self.seconds)
        if not self.over:
            return f"the fit ended before max_time ({span}) was over."
        if not self.curve:
            return f"max_time ({span}) was over before there was a loss to compare; give more."
        losses = [loss for _, loss in self.curve]
        kept = min(losses) if self.keeps_best else losses[-1]
        reached = f"max_time ({span}) was over at a {self.name} loss of {kept:.4g} nats"
        gain = gain_of_another(self.curve, self.seconds)
        if gain is None:
            return f"{reached}; that is too early to say what another {span} would have bought."
        if gain == 0:
            return f"{reached}; it had stopped improving: the last quarter of the time brought nothing."
        return (
            f"{reached}; another {span} would have bought about {gain:.2g} nats, if the loss goes on falling "
            "with the logarithm of time as it did in the last quarter."
        )
