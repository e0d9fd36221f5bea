"""The question of imputation: values are hidden on purpose and filled in again, numbers and names apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from vaekit.doctor.patient import Patient
from vaekit.gate.answer import Answer, Asked
from vaekit.gate.columns import are_names
from vaekit.kinds import Array
from vaekit.measure import baselines
from vaekit.measure.imputation import DRAWS, conditional_mean

HIDDEN = 0.2
"""Share of the values that are hidden."""
MOST_ROWS = 500
MOST_TRAINED = 2000
"""Rows that simple methods learn from: regressions learn hardly more from more, and take their time."""
MOST_COLUMNS = 200
"""Each name being one; beyond them regressions take minutes, and are left out."""


@dataclass(frozen=True)
class _Question:
    """What is asked of hidden values of one kind, and how an answer is counted."""

    name: str
    asked: str
    of: str
    told: str
    better: str

    def skipped(self, why: str) -> Answer:
        return Answer(self.name, self.asked, None, self.better, skipped=why)


NUMBERS = _Question(
    "imputation",
    "How near does it fill in numbers that are hidden?",
    "numbers",
    "squared error of a hidden number, in standard deviations of its column",
    "lower",
)
NAMES = _Question(
    "imputation of names",
    "How often does it fill in the right name where one is hidden?",
    "names",
    "share of hidden names that are filled in rightly",
    "higher",
)


def imputation(patient: Patient, remedy: str) -> tuple[Answer, Answer]:
    """How near hidden numbers are filled in, and how often hidden names rightly; each beside simple ways."""
    x, c = patient.judges
    if x.ndim != 2:
        why = "hidden values are tried on tables only"
        return NUMBERS.skipped(why), NAMES.skipped(why)
    x, c = x[:MOST_ROWS], None if c is None else c[:MOST_ROWS]
    rng = np.random.default_rng(patient.estimator.seed_)
    hidden = ~np.isnan(x) & (rng.random(x.shape) < HIDDEN)
    holes = np.where(hidden, np.nan, x)
    draws = DRAWS if patient.model.noise_size else 1
    ours = baselines.flat(conditional_mean(patient.reader(None, c), holes, draws))
    truth, holes, train = (baselines.flat(rows) for rows in (x, holes, patient.seen[0]))
    train = train[rng.permutation(len(train))[:MOST_TRAINED]]
    names = are_names(patient.model.likelihood, x.shape[1])
    beside = {}
    if baselines.width_of_names(train, holes, names) <= MOST_COLUMNS:
        filled = baselines.iterative_imputation(train, holes, patient.estimator.seed_, names)
        beside["regressions, column by column"] = filled
    spread = np.ma.masked_invalid(truth).std(axis=0).filled(0.0)
    scale = np.where(spread > 0, spread, 1.0)
    by_mean = {"the mean of the column": baselines.mean_imputation(train, holes)}
    by_name = {"the most frequent name of the column": baselines.frequent_imputation(train, holes)}
    return (
        _answer(
            NUMBERS, hidden & ~names, lambda g: ((g - truth) / scale) ** 2, ours, by_mean | beside, remedy
        ),
        _answer(NAMES, hidden & names, lambda g: g == truth, ours, by_name | beside, remedy),
    )


def _answer(
    question: _Question,
    hidden: Array,
    each: Callable[[Array], Array],
    ours: Array,
    beside: Mapping[str, Array],
    remedy: str,
) -> Answer:
    """each: what a filled table scores, cell by cell; a row's score is the mean over its hidden cells."""
    has = hidden.any(1)
    if has.sum() < 2:
        return question.skipped(f"the rows hold no {question.of} that could be hidden")

    def scores(filled: Array) -> Array:
        return np.asarray((np.where(hidden, each(filled), 0.0).sum(1)[has]) / hidden.sum(1)[has])

    simple = {name: scores(filled) for name, filled in beside.items()}
    asked, told, better = question.asked, question.told, question.better
    return Asked(question.name, asked, told, "", scores(ours), simple, better, (), remedy).answered()
