"""Fit several estimators to the same data, those that are alike in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import torch

from vaekit.errors import SpecError
from vaekit.estimators.base import Begun, LatentEstimator, why_diverged
from vaekit.kinds import Array
from vaekit.sweep.likeness import likeness, why_apart
from vaekit.sweep.together import train_together
from vaekit.train import Outcome, ResidentRows
from vaekit.train.progress import progress

Fit = tuple[LatentEstimator, Begun]
Estimator = TypeVar("Estimator", bound=LatentEstimator)


def fit_many(estimators: Sequence[Estimator], X: Array) -> list[Estimator]:
    """Fit each estimator to X, in place, and give them back in a list.

    Estimators that differ by random_state, learning_rate, patience, a weight of the bound (beta, pull, target) or
    of a penalty only train together: each has its own rows, random numbers, early stopping and best weights, and
    comes to what its own `fit` would, up to the rounding of float32 sums. Others, and models whose code cannot be
    run for many at once, are fitted one by one; the first one's `log_` says so. The seconds of a history are those
    of all that trained together.

    One that diverges stops no other and is not raised: `diverged_` names the term, its last good weights are kept.
    Ctrl-C ends all that train; KeyboardInterrupt is raised where some have not begun.
    """
    estimators = list(estimators)
    if len({id(estimator) for estimator in estimators}) < len(estimators):
        raise SpecError(
            "an estimator stands in the list twice; give another one, as sklearn.base.clone makes it."
        )
    fits: list[Fit] = []
    for estimator in estimators:
        begun = estimator._begin(X)
        for _, other in fits:
            _share(begun, other)
        fits.append((estimator, begun))
    groups: dict[str, list[Fit]] = {}
    for estimator, begun in fits:
        groups.setdefault(likeness(estimator, begun.training), []).append((estimator, begun))
    waiting = list(groups.values())
    while waiting:
        fitted = _fit_alike(waiting.pop(0))
        if waiting and any(outcome.interrupted for outcome in fitted):
            raise KeyboardInterrupt
    return estimators


def _share(begun: Begun, other: Begun) -> None:
    """Hold rows that are equal once."""
    ours, theirs = begun.rows, other.rows
    if not isinstance(ours, ResidentRows) or not isinstance(theirs, ResidentRows) or ours.x is theirs.x:
        return
    if ours.x.dtype == theirs.x.dtype and torch.equal(ours.x, theirs.x):
        ours.x = theirs.x


def _fit_alike(group: Sequence[Fit]) -> list[Outcome]:
    """Fit estimators that are alike: together where that is possible."""
    trainings = [begun.training for _, begun in group]
    first, begun = group[0]
    apart = why_apart(trainings) if len(group) > 1 else ""
    if apart is None:
        first._log([f"{len(group)} models train together."])
        begun.training.callbacks += progress(int(first.verbose))
        outcomes = train_together(trainings)
        for (estimator, begun), outcome in zip(group, outcomes, strict=True):
            _keep(estimator, begun, outcome)
        return outcomes
    if apart:
        first._log([f"{len(group)} models train one by one: {apart}."])
    outcomes = []
    for estimator, begun in group:
        if any(outcome.interrupted for outcome in outcomes):
            raise KeyboardInterrupt
        begun.training.callbacks += progress(int(estimator.verbose))
        outcomes.append(begun.training.run())
        _keep(estimator, begun, outcomes[-1])
    return outcomes


def _keep(estimator: LatentEstimator, begun: Begun, outcome: Outcome) -> None:
    estimator._keep(begun, outcome)
    if outcome.diverged:
        estimator._log([why_diverged(outcome)])
