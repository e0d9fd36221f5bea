"""What chapters share: the data in two parts, the models that one of them trained first, numbers of the seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vaekit.data.profile import profile
from vaekit.data.read import read
from vaekit.data.style import as_pictures
from vaekit.errors import VaekitError
from vaekit.estimators.prepare import epochs_for
from vaekit.estimators.whole_fit import whole_fit
from vaekit.kinds import Array, Rng
from vaekit.tour.models import MODELS, Model
from vaekit.tour.phrases import duration
from vaekit.tour.schedule import FULL, MINIMAL, SHORT, Schedule
from vaekit.tour.text import Text

SHARE_OF_TEST = 5
TIMED_ROWS = 640
TIMED_EPOCHS = 4


@dataclass(frozen=True)
class Fit:
    """A model that was trained for the tour. full: preset, epochs and seconds of its full schedule here, or None."""

    title: Text
    epochs: int
    rows: int
    seconds: float
    full: tuple[str | None, int, float] | None


class Workshop:
    """X (n, 1, H, W), y to train on and test, test_y that no model sees; `model` trains once and remembers.

    say: told in a line what is being trained.
    """

    def __init__(
        self,
        data: str = "digits",
        seed: int = 0,
        *,
        full: bool = False,
        minimal: bool = False,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.data, self.seed, self.say = data, seed, say
        self.schedule: Schedule = MINIMAL if minimal else (FULL if full else SHORT)[data]
        self.used: list[str] = []
        self._models: dict[str, Any] = {}
        self._fits: dict[str, Fit] = {}
        self.X, self.y, self.test, self.test_y = self._parts()

    def rng(self, purpose: str) -> Rng:
        """A generator of this seed for this purpose, whatever was drawn before."""
        return np.random.default_rng([self.seed, *purpose.encode()])

    def _parts(self) -> tuple[Array, Array, Array, Array]:
        source = read(self.data)
        if source.test is not None:
            (X, y), (test, test_y) = (source.X, source.y), (source.test.X, source.test.y)
        else:  # the digits come in the order of their writers, so a fifth is drawn
            order = self.rng("test rows").permutation(source.rows)
            held = np.isin(np.arange(source.rows), order[: source.rows // SHARE_OF_TEST])
            assert source.y is not None
            X, y, test, test_y = source.X[~held], source.y[~held], source.X[held], source.y[held]
        X, y = X[: self.schedule.rows], np.asarray(y)[: self.schedule.rows]
        return X, y, test[: self.schedule.shown], np.asarray(test_y)[: self.schedule.shown]

    @cached_property
    def _high(self) -> float:
        """The value of white."""
        found = profile(self.X)
        return float(found.levels or max(found.high, 1e-12))

    def pictures(self, rows: Array) -> Array:
        """(n, H, W) from 0 to 1."""
        return as_pictures(rows) / self._high

    def model(self, name: str) -> Any:
        """The fitted model of this name; whoever asks first trains it. KeyboardInterrupt when the fit was cut off."""
        if name not in self.used:
            self.used.append(name)
        if name not in self._models:
            known, schedule = MODELS[name], self.schedule
            estimator = (
                known.full(self.data, self.seed)
                if schedule.full
                else known.short(self.data, schedule.epochs[known.schedule], self.seed)
            )
            cost = self._full_cost(known)
            schedule_in_words = (
                f"at most {cost[1]:,} epochs of {len(self.X):,} rows, about {duration(cost[2], 'en')}"
                if schedule.full and cost is not None
                else f"{estimator.max_epochs} epochs of {len(self.X):,} rows"
            )
            self.say(f"  training: {known.title.en}, {schedule_in_words}")
            seconds = _seconds_of_fit(estimator, self.X, self.y if known.labelled else None)
            self._fits[name] = Fit(known.title, estimator.n_iter_, len(self.X), seconds, cost)
            self._models[name] = estimator
        return self._models[name]

    def fits(self) -> list[Fit]:
        """The models that were asked for since `used` was emptied."""
        return [self._fits[name] for name in self.used if name in self._fits]

    def options(self) -> dict[str, Any]:
        """What the experiments that train their own models give to them: as the model "vae" reads the data."""
        read: dict[str, Any] = MODELS["vae"].short(self.data, 1, self.seed).get_params()
        return {name: read[name] for name in ("likelihood", "binarize", "network", "validation_fraction")}

    def _full_cost(self, known: Model) -> tuple[str | None, int, float] | None:
        """(preset, epochs, seconds) of the full schedule, by the time that more passes over some rows take here."""
        try:
            estimator = known.full(self.data, self.seed)
        except VaekitError:  # a preset that is not there
            return None
        named = (known.preset or known.borrows) if self.data == "mnist" else None
        epochs = estimator.max_epochs
        if isinstance(epochs, str):
            epochs = epochs_for(len(self.X), estimator.batch_size)
        rows = self.X[:TIMED_ROWS]
        seconds = _seconds_of_epoch(estimator, rows, self.y[:TIMED_ROWS] if known.labelled else None)
        return named, epochs, seconds * epochs * len(self.X) / len(rows)


def _seconds_of_epoch(estimator: Any, X: Array, y: Array | None) -> float:
    """How long a pass takes, without what a fit does before the first one and what is slow in that."""
    estimator.set_params(max_epochs=TIMED_EPOCHS, validation_fraction=0.0)
    history = whole_fit(estimator, X, y).history_
    return float(np.median([row["seconds"] for row in history[1:]]))


def _seconds_of_fit(estimator: Any, X: Array, y: Array | None) -> float:
    """How long the fit took. KeyboardInterrupt when it was cut off."""
    begun = time.perf_counter()
    whole_fit(estimator, X, y)
    return time.perf_counter() - begun
