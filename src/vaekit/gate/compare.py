"""Runs beside each other: the same numbers of the same rows, refused in words where a comparison would not be fair."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.data.source import Source
from vaekit.errors import DataError, SpecError
from vaekit.gate.answer import finite
from vaekit.gate.columns import are_categories
from vaekit.gate.ledger_words import weight_of_kl
from vaekit.kinds import Array
from vaekit.measure.alignment import recurring_units, stability
from vaekit.measure.baselines import flat
from vaekit.measure.likelihood import log_likelihood
from vaekit.measure.record import Measure, mean_of

DRAWS = 200
MOST_ROWS = 500


@dataclass(frozen=True)
class Compared:
    """names: of the runs. numbers: one dict a run, name -> Measure. rows: what they are of, in words.

    stability: how alike the codes are, with `recurring` (runs, units) the share of the other runs that have a unit.
    """

    names: tuple[str, ...]
    numbers: tuple[Mapping[str, Measure], ...]
    rows: str
    stability: Mapping[str, Measure]
    recurring: Array

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "rows": self.rows,
            "runs": [
                {"run": name, **{key: _plain(measure) for key, measure in numbers.items()}}
                for name, numbers in zip(self.names, self.numbers, strict=True)
            ],
            "stability": {key: _plain(measure) for key, measure in self.stability.items()},
            "recurring_units": [[finite(float(v)) for v in row] for row in self.recurring],
        }


def _plain(measure: Measure) -> dict[str, Any]:
    return {
        "value": finite(measure.value),
        "standard_error": finite(measure.standard_error),
        "rows": measure.n,
        "name": measure.name,
        "reason": measure.reason,
    }


def compare(
    names: Sequence[str], estimators: Sequence[Any], source: Source, *, fitted_on: bool = True
) -> Compared:
    """The numbers of fitted estimators on the same rows of `source`: its test part, else rows that all held out.

    fitted_on: whether these are the data of the fits; of others all rows are taken.
    Raises SpecError where the models are not of one kind of number, DataError where no row is unseen by all of them.
    """
    refuse_unfair(names, estimators)
    X, labels, told = rows_for_all(estimators, source, fitted_on)
    numbers = tuple(_numbers(estimator, X, labels, source.class_names) for estimator in estimators)
    codes = [estimator.transform(X, *_given(estimator, labels, source)) for estimator in estimators]
    return Compared(tuple(names), numbers, told, stability(codes), recurring_units(codes))


def refuse_unfair(names: Sequence[str], estimators: Sequence[Any]) -> None:
    """SpecError, in words, where numbers of these models cannot stand in one table."""
    for kind, of, why in (
        ("condition", _conditional, "log p(x | c) is of another question than log p(x)"),
        ("units", _units, "nats of a density and of a probability, or of values made binary, do not compare"),
    ):
        found = [of(estimator) for estimator in estimators]
        for name, each in zip(names[1:], found[1:], strict=True):
            if each != found[0]:
                raise SpecError(
                    f"'{names[0]}' and '{name}' cannot be compared by {kind}: one has {found[0]}, the other {each}; "
                    f"{why}. Compare runs of one kind."
                )


def _conditional(estimator: Any) -> str:
    width = estimator.sizes_.condition_dim
    return f"a condition of {width} values" if width else "no condition"


def _units(estimator: Any) -> str:
    treatment = estimator.treatment_
    made = (
        "values as they are" if treatment.binarize is None else f"values made binary ({treatment.binarize})"
    )
    relaxed = "" if estimator.model_.likelihood.normalised else ", scored by what is no probability"
    return f"a {'probability' if treatment.measure == 'mass' else 'density'} of {made}{relaxed}"


def rows_for_all(
    estimators: Sequence[Any], source: Source, fitted_on: bool = True
) -> tuple[Any, Array | None, str]:
    """(rows, labels, what they are) of `source` that none of the estimators was trained on; see `compare`."""
    if not fitted_on:
        return source.X, source.y, f"{source.rows:,} rows that are not those of the fits"
    if source.test is not None:
        return source.test.X, source.test.y, f"{source.test.rows:,} rows of the test part"
    unseen = np.ones(source.rows, dtype=bool)
    for estimator in estimators:
        held = np.zeros(source.rows, dtype=bool)
        if estimator.profile_.rows == source.rows and estimator.held_out_ is not None:
            held[estimator.held_out_] = True
        unseen &= held
    if unseen.sum() < 3:
        raise DataError(
            f"{int(unseen.sum())} of {source.rows:,} rows were held out by all {len(estimators)} runs, too few to "
            "compare on; give rows that none of them saw with --data DATA, or fit them with the same random_state "
            "and validation_fraction."
        )
    some = source.some(unseen)
    return some.X, some.y, f"{some.rows:,} rows that all of them held out"


def _given(estimator: Any, labels: Array | None, source: Source) -> tuple[Any, ...]:
    c = estimator.as_condition(labels, source.class_names)
    return () if c is None else (c,)


def _numbers(estimator: Any, X: Any, labels: Array | None, class_names: Any) -> dict[str, Measure]:
    """name -> Measure; what a model has no answer to is left out."""
    c = estimator.as_condition(labels, class_names)
    n = len(X)
    found: dict[str, Measure] = {}
    if hasattr(estimator, "score_samples") and estimator.model_.likelihood.normalised:
        x, given = estimator._scorable(X[:MOST_ROWS], None if c is None else c[:MOST_ROWS])
        draws = -(-DRAWS // estimator.bound_.samples) * estimator.bound_.samples
        seen = log_likelihood(estimator._reader(given), x, draws)
        seen = seen.shifted(estimator.treatment_.log_jacobian_of(x))
        told = f"log p(x), {draws} draws"
        found["log_p"] = Measure(seen.value, seen.sampling_error, len(x), told, seen.reason, "nats")
    rows = flat(estimator._examples(X))
    far = ~are_categories(estimator.model_.likelihood, rows.shape[1])
    if far.any():
        x, given = estimator._given(X, c)
        reader = estimator._reader(given)
        back = flat(estimator.treatment_.to_user(reader.decode(reader.encode(x))))
        away = np.where(far & ~np.isnan(rows), back - rows, 0.0)
        found["squared_error"] = mean_of((away**2).sum(1), "squared error, summed over a row")
    ledger = estimator.ledger(X) if c is None else estimator.ledger(X, c)
    for key in ("elbo", "reconstruction", "kl"):
        if math.isfinite(ledger.get(key, math.nan)):
            found[key] = Measure(ledger[key], ledger[f"{key}_se"], n, key, unit="nats")
    if "active_units" in ledger:
        found["active_units"] = Measure(ledger["active_units"], None, n, "active units", "a count")
    found["latent_dim"] = Measure(float(estimator.spec_.latent_dim), None, n, "latent values", "a setting")
    weight = weight_of_kl(estimator)
    if weight is not None:
        found["effective_beta"] = Measure(weight, None, n, "weight of the KL", "a setting")
    found["epochs"] = Measure(float(estimator.n_iter_), None, n, "epochs", "a count")
    return found
