"""One model judged: its ledger, and the answers to all questions, on rows that it never saw where there are any."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.source import Source
from vaekit.doctor.patient import Patient
from vaekit.gate import questions
from vaekit.gate.answer import Answer, finite
from vaekit.gate.hidden_values import imputation
from vaekit.gate.ledger_words import LedgerLine, ledger_lines
from vaekit.kinds import Array


@dataclass(frozen=True)
class Judgement:
    """rows_told: which rows; trained_on: whether the model was trained on them, so that its numbers flatter it."""

    rows_told: str
    trained_on: bool
    ledger: tuple[LedgerLine, ...]
    answers: tuple[Answer, ...]

    @property
    def not_beaten(self) -> tuple[tuple[str, str], ...]:
        """(question, simple method) wherever the model is not better."""
        return tuple((answer.name, name) for answer in self.answers for name in answer.not_beaten)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        ledger = [
            {**vars(line), "value": finite(line.value), "error": finite(line.error)} for line in self.ledger
        ]
        return {
            "rows": self.rows_told,
            "trained_on": self.trained_on,
            "ledger": ledger,
            "answers": [answer.to_json() for answer in self.answers],
            "not_beaten": [{"question": question, "method": name} for question, name in self.not_beaten],
        }


def judge(estimator: Any, source: Source, *, fitted_on: bool = True) -> Judgement:
    """Judge a fitted estimator on its data: on their test part, else on the rows held out, else on all.

    fitted_on: whether these are the data of the fit; others are rows like any, and simple methods are fitted on one
    half of them. Raises DataError where the model cannot read them.
    """
    X, labels, train, train_labels = _parts(estimator, source, fitted_on)
    names = source.class_names
    patient = Patient(
        estimator,
        train,
        estimator.as_condition(train_labels, names),
        X,
        estimator.as_condition(labels, names),
        keep_order=True,
    )
    found = estimator.ledger(X, estimator.as_condition(labels, names))
    found = {key: value for key, value in found.items() if math.isfinite(value)}
    trained_on = fitted_on and source.test is None and estimator.held_out_ is None
    rows = len(X)
    told = f"{rows:,} rows that it was trained on" if trained_on else f"{rows:,} rows that it never saw"
    if not fitted_on:
        told = f"{rows:,} rows that are not those of its fit"
    answers = (
        questions.density(patient),
        questions.reconstruction(patient),
        questions.classes(patient, labels, "nearest"),
        questions.classes(patient, labels, "linear"),
        questions.anomalies(patient, labels),
        *imputation(patient, questions.SIMPLER),
    )
    return Judgement(told, trained_on, tuple(ledger_lines(estimator, found)), answers)


def _parts(estimator: Any, source: Source, fitted_on: bool) -> tuple[Any, Array | None, Any, Array | None]:
    """(rows to judge on, their labels, rows to fit simple methods on, their labels)."""
    y = source.y
    if source.test is not None:
        return source.test.X, source.test.y, source.X, y
    held = estimator.held_out_
    if fitted_on and held is None:
        return source.X, y, source.X, y
    judged = np.zeros(source.rows, dtype=bool)
    judged[held if fitted_on else np.arange(0, source.rows, 2)] = True
    some, others = source.some(judged), source.some(~judged)
    return some.X, some.y, others.X, others.y
