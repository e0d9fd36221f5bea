"""Whether samples are as good as rows to learn from: train on samples, test on rows that nobody trained on.

The score of a predictor that learned from samples stands between that of one that learned from the real rows, which is
what samples may hope for, and that of the most frequent class or the mean, which says how much there is to learn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from vaekit.data.condition import MOST_WHOLE
from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure, mean_of
from vaekit.measure.resampling import with_error
from vaekit.measure.samples import two_samples

GROUPS = 20
"""Groups of test rows that are left out in turn for the error of a score."""


class TrainOnSynthetic(NamedTuple):
    """Scores on test rows: the share of right classes, or R^2 of real numbers.

    synthetic  of a predictor trained on samples
    real       of the same predictor trained on real rows
    constant   of the most frequent class, or the mean, of the real rows
    lost       real - synthetic, with the error of a difference on the same test rows
    """

    synthetic: Measure
    real: Measure
    constant: Measure
    lost: Measure


def train_on_synthetic(
    samples: tuple[Any, Any],
    train: tuple[Any, Any],
    test: tuple[Any, Any],
    *,
    predictor: Any = None,
    rng: Rng | int = 0,
) -> TrainOnSynthetic:
    """Each of samples, train and test is (X, y): examples (n, ...) and what is to be said of them, (n,).

    predictor  a scikit-learn classifier or regressor, which then gets X as it is; None takes a random forest on the
               values as numbers, of classes where y of train are labels (texts, or at most 20 whole numbers), else of
               real numbers

    Raises DataError where classes are wanted and y of the samples are real numbers.

    Reference: Esteban et al., 2017, https://arxiv.org/abs/1706.02633
    """
    from sklearn.base import clone
    from sklearn.dummy import DummyClassifier, DummyRegressor

    rng = np.random.default_rng(rng)
    answers = [np.asarray(y) for _, y in (samples, train, test)]
    by_class = _by_class(predictor, answers)
    if predictor is None:
        predictor, (A, B, C) = forest(by_class, rng), as_numbers(samples[0], train[0], test[0])
    else:
        A, B, C = samples[0], train[0], test[0]
    of_samples, of_train, truth = answers
    constant = DummyClassifier(strategy="most_frequent") if by_class else DummyRegressor()
    said = [
        np.asarray(clone(model).fit(X, y).predict(C))
        for model, X, y in ((predictor, A, of_samples), (predictor, B, of_train), (constant, B, of_train))
    ]
    who = type(predictor).__name__
    names = (
        f"{who} trained on {len(of_samples):,} samples",
        f"{who} trained on {len(of_train):,} real rows",
        "most frequent class of the real rows" if by_class else "mean of the real rows",
        f"{who}: real rows less samples",
    )
    if by_class:
        hits = [(each == truth).astype(np.float64) for each in said]
        hits.append(hits[1] - hits[0])
        return TrainOnSynthetic(
            *(mean_of(hit, f"accuracy, {name}") for hit, name in zip(hits, names, strict=True))
        )
    first, second, third = said

    def score(prediction: Array, rows: Array) -> float:
        y = truth[rows]
        return float(1 - np.square(y - prediction[rows]).sum() / np.square(y - y.mean()).sum())

    scores = (
        lambda rows: score(first, rows),
        lambda rows: score(second, rows),
        lambda rows: score(third, rows),
        lambda rows: score(second, rows) - score(first, rows),
    )
    return TrainOnSynthetic(
        *(
            with_error(statistic, len(truth), GROUPS, rng, f"R^2, {name}")
            for statistic, name in zip(scores, names, strict=True)
        )
    )


def _by_class(predictor: Any, answers: list[Array]) -> bool:
    """Whether y of samples, train and test are labels; DataError where samples and rows do not agree in that."""
    from sklearn.base import is_classifier
    from sklearn.utils.multiclass import type_of_target

    kinds = [type_of_target(y) for y in answers]
    wrong = [kind for kind in kinds if kind not in ("binary", "multiclass", "continuous")]
    if wrong:
        raise DataError(f"y is {wrong[0]}; wanted are labels or real numbers, (n,).")
    by_class = bool(is_classifier(predictor)) if predictor is not None else _are_labels(answers[1])
    if by_class and "continuous" in kinds:
        raise DataError(
            f"y of samples, train and test are {', '.join(kinds)}; give labels for each: round what is a class, or "
            "give a regressor as predictor."
        )
    return by_class


def _are_labels(y: Array) -> bool:
    """Texts, and whole numbers of which there are few."""
    whole = y.dtype.kind in "fiu" and not (y % 1).any()
    return y.dtype.kind not in "fiu" or bool(whole and len(np.unique(y)) <= MOST_WHOLE)


def forest(by_class: bool, rng: Rng) -> Any:
    """A random forest of classes, or of real numbers."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if by_class else RandomForestRegressor
    return kind(n_estimators=100, min_samples_leaf=3, random_state=int(rng.integers(2**31)))


def as_numbers(samples: Any, train: Any, test: Any) -> tuple[Array, Array, Array]:
    """Each as rows of numbers, (n, d); DataError where they are not of one space."""
    A, B = two_samples(samples, train)
    return A, B, two_samples(test, train)[0]
