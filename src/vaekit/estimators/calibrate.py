"""Conformal p-values: where a row's score stands among the scores of rows that the model did not learn from.

The p-value of a row with score s is (1 + the number of those m scores that are at most s) / (m + 1). For a new row of
the same law it is at most a with probability at most a, for every a, whatever the law and the model are; so its
smallest value is 1 / (m + 1). That is exact for rows held out. In folds the m = n scores come from models of four
fifths of the rows each, and the row's from the model of all: then the statement is approximate, on the safe side as
far as a model of more rows knows usual rows better.

Reference: Bates et al., 2023, https://arxiv.org/abs/2104.08279; for folds Vovk, 2015, https://arxiv.org/abs/1208.0806
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import KFold

from vaekit.kinds import Array

FEW_ROWS = 500
"""Below, rows are too dear to be held out."""
FOLDS = 5
HELD_OUT = 0.2
ALARMS = 0.05
"""The p-value up to which contamination="auto" calls a row an outlier."""


def way_of(calibration: str | None, rows: int) -> str | None:
    """ "folds", "held-out" or None."""
    if calibration == "auto":
        return "folds" if rows < FEW_ROWS else "held-out"
    return calibration


def apart(numbers: Array) -> tuple[Array, Array]:
    """(the rows to learn from, sorted; the fifth to calibrate on): which, depends on how many there are only."""
    order = np.random.default_rng(len(numbers)).permutation(len(numbers))
    held = max(1, round(HELD_OUT * len(numbers)))
    return np.sort(numbers[order[held:]]), np.sort(numbers[order[:held]])


def scores_in_folds(estimator: Any, X: Array, max_time: float | None) -> Array:
    """(n,): each row scored by a fit on the four folds without it; the parts of the model are those of `estimator`."""
    scores = np.empty(len(X))
    places = {"likelihood": estimator.spec_.likelihood}
    for kept, left in KFold(min(FOLDS, len(X)), shuffle=True, random_state=0).split(X):
        other = clone(estimator).set_params(
            calibration=None,
            contamination="auto",
            callbacks=(),
            verbose=0,
            random_state=estimator.seed_,
            **places,
        )
        scores[left] = other.fit(X[kept], max_time=max_time).score_samples(X[left])
    return scores


def p_values(scores: Array, calibration: Array) -> Array:
    """scores (n,) and sorted calibration scores (m,) -> (n,) in [1 / (m + 1), 1]."""
    found: Array = (1 + np.searchsorted(calibration, scores, side="right")) / (len(calibration) + 1)
    return found


def threshold(calibration: Array) -> float:
    """The score below which a p-value is at most 0.05; where too few scores allow that, the lowest of them."""
    below = math.floor(ALARMS * (len(calibration) + 1)) - 1
    return float(calibration[max(0, below)])
