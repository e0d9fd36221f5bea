"""The same model from several seeds: each number of the gate with an interval over them, and whether their codes agree.

A number of one fit says what one draw of first weights, order and noise came to. What is true of the model on these
data stays when the seed changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np

from vaekit.data.labels import as_written
from vaekit.data.source import Source
from vaekit.errors import DataError, DivergedError, SpecError
from vaekit.estimators.whole_fit import whole_fit
from vaekit.gate.answer import finite
from vaekit.gate.judge import Judgement, judge
from vaekit.kinds import Array
from vaekit.measure.alignment import recurring_units, stability
from vaekit.measure.record import Measure

SHARE_APART, FEWEST_APART = 0.1, 20
"""Of the rows, how many are set apart to measure on where the data have no test part."""


@dataclass(frozen=True)
class OverSeeds:
    """A number of the gate in each of several fits. key: as in the ledger, or the name of a question."""

    key: str
    told: str
    unit: str
    values: tuple[float, ...]

    @property
    def value(self) -> float:
        """The mean over the seeds."""
        return float(np.mean(self.values))

    @property
    def standard_error(self) -> float:
        """Of the mean, from the spread over the seeds. All are of the same rows: what other rows would change is not in
        it."""
        return float(np.std(self.values, ddof=1) / math.sqrt(len(self.values)))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean over all seeds, by Student's law."""
        from scipy.stats import t

        reach = float(t.ppf(0.975, len(self.values) - 1)) * self.standard_error
        return self.value - reach, self.value + reach

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        numbers = {"value": self.value, "standard_error": self.standard_error}
        return {
            "key": self.key,
            "told": self.told,
            "unit": self.unit,
            **{name: finite(number) for name, number in numbers.items()},
            "interval": [finite(end) for end in self.interval],
            "values": [finite(value) for value in self.values],
        }


@dataclass(frozen=True)
class Lead:
    """In how many of the fits the model is better than a simple method, and in how many worse."""

    question: str
    method: str
    better: int
    worse: int


@dataclass(frozen=True)
class Stability:
    """seeds: those that were fitted to the end; diverged: those that were not, and are in no number.

    rows_told: what was measured on. codes: likeness of the codes over all pairs of fits; recurring (fits, units): for
    each unit of each fit, the share of the other fits that have it too.
    """

    seeds: tuple[int, ...]
    diverged: tuple[int, ...]
    rows_told: str
    numbers: tuple[OverSeeds, ...]
    leads: tuple[Lead, ...]
    codes: Mapping[str, Measure]
    recurring: Array

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "seeds": list(self.seeds),
            "diverged": list(self.diverged),
            "rows": self.rows_told,
            "numbers": [number.to_json() for number in self.numbers],
            "leads": [dict(vars(lead)) for lead in self.leads],
            "codes": {
                name: {"value": finite(each.value), "standard_error": finite(each.standard_error)}
                for name, each in self.codes.items()
            },
            "recurring_units": [[finite(float(share)) for share in row] for row in self.recurring],
        }


def over_seeds(
    estimator: Any, source: Source, seeds: int = 5, *, say: Callable[[str], None] = lambda line: None
) -> Stability:
    """Fit clones of an estimator from so many seeds to the data of `source`, and judge each on its test part, else on a
    tenth that is set apart and that none of them is fitted to.

    Raises SpecError for fewer than two seeds, DataError for too few rows, and DivergedError when fewer than two fits
    reach their end. Ctrl-C ends it.
    """
    from sklearn.base import clone

    if seeds < 2:
        raise SpecError(f"seeds={seeds} is not possible; give 2 or more, such as 5.")
    source = source if source.test is not None else _set_apart(source)
    assert source.test is not None
    first = int(estimator.random_state) if isinstance(estimator.random_state, Integral) else 0
    fitted: dict[int, Any] = {}
    diverged = []
    for seed in range(first, first + seeds):
        say(f"{seed - first + 1} of {seeds}: seed {seed}")
        model = clone(estimator).set_params(random_state=seed, verbose=0)
        try:
            fitted[seed] = whole_fit(model, source.X, as_written(source.y, source.class_names))
        except DivergedError:
            diverged.append(seed)
    if len(fitted) < 2:
        raise DivergedError(f"{len(diverged)} of {seeds} fits diverged, so that there is nothing to compare.")
    judged = [judge(model, source) for model in fitted.values()]
    codes = [_codes(model, source.test) for model in fitted.values()]
    return Stability(
        tuple(fitted),
        tuple(diverged),
        judged[0].rows_told,
        tuple(_numbers(judged)),
        tuple(_leads(judged)),
        stability(codes),
        recurring_units(codes),
    )


def _codes(model: Any, rows: Source) -> Array:
    """(n, L) of these rows."""
    given = model.as_condition(rows.y, rows.class_names)
    codes: Array = model.transform(rows.X) if given is None else model.transform(rows.X, given)
    return codes


def _set_apart(source: Source) -> Source:
    """The source with some of its rows as its test part, drawn from a fixed seed."""
    n = source.rows
    apart = max(FEWEST_APART, round(SHARE_APART * n))
    if n < 2 * FEWEST_APART:
        raise DataError(f"{n} rows are too few to set {FEWEST_APART} of them apart; give more rows.")
    chosen = np.zeros(n, dtype=bool)
    chosen[np.random.default_rng(0).permutation(n)[:apart]] = True
    return replace(source.some(~chosen), test=source.some(chosen))


def _numbers(judged: Sequence[Judgement]) -> list[OverSeeds]:
    """Each number that all of them have."""
    told: dict[str, tuple[str, str]] = {}
    found = []
    for each in judged:
        one = {line.key: line.value for line in each.ledger}
        told |= {line.key: (line.title, line.unit) for line in each.ledger}
        for answer in each.answers:
            if answer.ours is not None:
                one[answer.name] = answer.ours.value
                told[answer.name] = (f"{answer.name}: {answer.ours.name}", answer.ours.unit)
        found.append(one)
    common = [key for key in told if all(key in one for one in found)]
    return [OverSeeds(key, *told[key], tuple(one[key] for one in found)) for key in common]


def _leads(judged: Sequence[Judgement]) -> list[Lead]:
    standings: dict[tuple[str, str], list[str]] = {}
    for each in judged:
        for answer in each.answers:
            for beside in answer.beside:
                standings.setdefault((answer.name, beside.name), []).append(beside.standing)
    return [
        Lead(question, method, found.count("better"), found.count("worse"))
        for (question, method), found in standings.items()
    ]
