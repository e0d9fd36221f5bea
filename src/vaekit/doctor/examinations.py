"""All examinations in the order in which their illnesses explain each other: causes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from vaekit.data.source import Source
from vaekit.doctor.code_use import decoder_ignores_codes, posterior_is_prior, unused_units
from vaekit.doctor.endings import diverged, interrupted, under_trained
from vaekit.doctor.holes import prior_holes
from vaekit.doctor.memory import memorising
from vaekit.doctor.patient import Patient
from vaekit.doctor.regularised import over_regularised
from vaekit.doctor.verdict import Verdict

EXAMINATIONS: tuple[Callable[[Patient], Verdict | None], ...] = (
    diverged,
    interrupted,
    under_trained,
    memorising,
    decoder_ignores_codes,
    posterior_is_prior,
    prior_holes,
    over_regularised,
    unused_units,
)


def examine(
    estimator: Any, X: Any, c: Any = None, *, unseen: Any = None, unseen_c: Any = None
) -> tuple[Verdict, ...]:
    """All that can be told of a fitted estimator, the healthy answers too; see `diagnose`."""
    patient = Patient(estimator, X, c, unseen, unseen_c)
    found = (examination(patient) for examination in EXAMINATIONS)
    return tuple(verdict if verdict.fired else _well(verdict) for verdict in found if verdict is not None)


def _well(verdict: Verdict) -> Verdict:
    """The answer of an examination that found nothing: its numbers alone."""
    return replace(verdict, evidence=f"Nothing: {'; '.join(map(str, verdict.effects))}.", remedy="")


def diagnose(
    estimator: Any, X: Any, c: Any = None, *, unseen: Any = None, unseen_c: Any = None
) -> tuple[Verdict, ...]:
    """What is wrong with a fitted estimator, causes first; () for a healthy one.

    X       the rows that it was fitted on, all of them: those that it held out are the judges
    unseen  other rows that it has not seen, as judges instead
    c       the condition of the rows of X, and unseen_c of the unseen ones, for a model that has one

    Without unseen rows the verdicts are of the rows of X, and `memorising` cannot be told. Takes seconds to a
    minute: copies of the model are trained on. The model itself stays as it is. Raises DataError for rows that the
    model cannot read.
    """
    return fired(examine(estimator, X, c, unseen=unseen, unseen_c=unseen_c))


def fired(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Those of what the model has."""
    return tuple(verdict for verdict in verdicts if verdict.fired)


def examine_source(estimator: Any, source: Source) -> tuple[Verdict, ...]:
    """`examine` on the data of a fit, whose test part, where they have one, is the judge."""
    given, test = estimator.as_condition(source.y, source.class_names), source.test
    if test is None:
        return examine(estimator, source.X, given)
    unseen_c = estimator.as_condition(test.y, test.class_names)
    return examine(estimator, source.X, given, unseen=test.X, unseen_c=unseen_c)
