"""Where a trial works: its data, its seed, its schedule, and the time that it has for fits and measures."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from vaekit.data.read import read
from vaekit.errors import DivergedError, RunError
from vaekit.estimators.whole_fit import whole_fit
from vaekit.kinds import Array
from vaekit.measure import LogLikelihood
from vaekit.reproduce.experiment import Found
from vaekit.reproduce.pace import Pace
from vaekit.train.loop import Training

FIRST_ROWS, MOST_ROWS = 16, 2048
"""Rows that are measured at once: the first time, and the most."""
LONGEST = 2.0
"""Seconds that rows measured at once may take under a budget: what else the machine does makes forecasts wrong."""
GLIMPSE = 600
"""Rows of the schedule that only shows that a trial runs."""

T = TypeVar("T")


@dataclass(frozen=True)
class Digits:
    """Pictures (n, 1, 28, 28) of uint8 with their digits, to train on and to test."""

    X: Array
    y: Array
    test: Array
    test_y: Array


class Bench:
    """One trial's place of work.

    full: the schedule of the paper, else the short one. glimpse: a few rows and one epoch, which shows that the trial
    runs and nothing else. seconds: what fits and measures may take together. `cut` says whether time was short.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        full: bool = False,
        glimpse: bool = False,
        seconds: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seed, self.full, self.glimpse = seed, full, glimpse
        self.clock, self.ends = clock, clock() + seconds
        self.cut = False
        self.notes: list[str] = []

    def pick(self, short: T, full: T) -> T:
        """One of two, by the schedule."""
        return full if self.full else short

    def within(self, share: float) -> float:
        """Seconds that are a share of what is left; infinite without a budget."""
        return max(1e-3, share * (self.ends - self.clock()))

    def rng(self, purpose: str) -> np.random.Generator:
        """A generator of this seed for this purpose, whatever was drawn before."""
        return np.random.default_rng([self.seed, *purpose.encode()])

    def mnist(self) -> Digits:
        """MNIST in its two parts. Raises RunError, in words, where it is not at hand."""
        source = read("mnist")
        if source.test is None or source.y is None or source.test.y is None:
            raise RunError("this MNIST is not whole; give the folder with all four of its files.")
        few = slice(GLIMPSE if self.glimpse else None)
        return Digits(source.X[few], source.y[few], source.test.X[few], source.test.y[few])

    def draws(self, wanted: int) -> int:
        """How many draws a row: what is wanted, but few in a glimpse."""
        return min(wanted, 20) if self.glimpse else wanted

    def fit(self, estimator: Any, X: Any, y: Any = None, *, share: float = 1.0) -> Any:
        """The estimator, fitted within a share of the time that is left, its schedules shortened to end with it.

        Raises KeyboardInterrupt when the fit was cut off by Ctrl-C.
        """
        pace = self._pace(share)
        callbacks = (*estimator.callbacks, pace)
        estimator.set_params(callbacks=callbacks, **({"max_epochs": 1} if self.glimpse else {}))
        whole_fit(estimator, X, y)
        self._note(pace, estimator.n_iter_)
        return estimator

    def train(self, training: Training, *, share: float = 1.0) -> None:
        """The same for a model without an estimator."""
        pace = self._pace(share)
        training.callbacks.append(pace)
        if self.glimpse:
            training.plan = replace(training.plan, max_epochs=1)
        outcome = training.run()
        self._note(pace, len(outcome.history))
        if outcome.interrupted:
            raise KeyboardInterrupt
        if outcome.diverged:
            raise DivergedError(f"the term '{outcome.diverged}' stopped being finite.")

    def _pace(self, share: float) -> Pace:
        return Pace(self.within(share), self.clock)

    def _note(self, pace: Pace, epochs: int) -> None:
        self.cut = self.cut or pace.cut
        self.notes.append(f"{epochs} of {pace.planned} epochs" if pace.cut else f"{epochs} epochs")

    def rows(
        self, ask: Callable[..., Array], *columns: Any, share: float = 1.0, most: int | None = None
    ) -> Array:
        """(n,) ask(columns) of rows in a random order, as many as fit into a share of the time that is left.

        columns (rows, ...): each is handed over by some of its rows. The order is drawn, so that the rows measured
        stand for all: the first half of MNIST's test images is the easier one. most: no more rows than these.
        """
        ends = self.clock() + self.within(share)
        wanted = len(columns[0]) if most is None else min(most, len(columns[0]))
        order = self.rng("order of rows").permutation(len(columns[0]))[:wanted]
        answers: list[Array] = []
        done, size = 0, FIRST_ROWS
        while done < wanted:
            begun, numbers = self.clock(), np.sort(order[done : done + size])
            answers.append(np.asarray(ask(*(column[numbers] for column in columns)), dtype=np.float64))
            done += len(numbers)
            now = self.clock()
            may_take = min(LONGEST, (ends - now) / 2) if math.isfinite(ends) else math.inf
            fit = may_take / max((now - begun) / len(numbers), 1e-9)
            size = int(min(2 * size, MOST_ROWS, fit))
            if size < 1 or self.glimpse:
                break
        if done < wanted and not self.glimpse:
            self.cut = True
            self.notes.append(f"{done:,} of {wanted:,} rows measured")
        return np.concatenate(answers)

    def mean(
        self,
        ask: Callable[..., Array],
        *columns: Any,
        share: float = 1.0,
        most: int | None = None,
        sign: float = 1.0,
    ) -> Found:
        """The mean of `rows`, times sign, with its standard error over them."""
        return mean_of(sign * self.rows(ask, *columns, share=share, most=most), len(columns[0]))

    def nll(self, model: Any, X: Array, draws: int, *, share: float = 1.0, most: int | None = None) -> Found:
        """-log p(x) of X by importance sampling with so many draws a row, nats per example."""

        def log_px(rows: Array) -> Array:
            found: LogLikelihood = model.log_likelihood(rows, self.draws(draws))
            return found.rows

        return self.mean(log_px, X, share=share, most=most, sign=-1.0)


def mean_of(values: Array, of: int | None = None) -> Found:
    """The mean of values of rows with its standard error; of: how many rows there are."""
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return Found(float(values.mean()), error, len(values), of)


def test_error(predicted: Array, y: Any) -> Found:
    """The share of test rows whose label was missed, in percent, with its standard error."""
    missed = np.asarray(predicted) != np.asarray(y)
    return mean_of(100.0 * missed.astype(np.float64), len(missed))


def flat(X: Any) -> Array:
    """Pictures from 0 to 255 as rows (n, pixels) of float32 from 0 to 1."""
    rows: Array = np.asarray(X).reshape(len(X), -1) / np.float32(255)
    return rows
