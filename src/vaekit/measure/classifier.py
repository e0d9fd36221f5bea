"""Whether a classifier can tell two samples apart, on rows that it was not trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.kinds import Array, Rng
from vaekit.measure.ranking import area_under_curve
from vaekit.measure.record import Measure
from vaekit.measure.samples import Features, two_feature_samples


def told_apart(
    A: Any,
    B: Any,
    *,
    classifier: Any = None,
    features: Features | None = None,
    feature_name: str = "",
    rng: Rng | int = 0,
) -> Measure:
    """The area under the curve with which a classifier tells A (n, ...) from B (m, ...): 1/2 for one law, 1 for
    disjoint ones.

    classifier  a scikit-learn classifier with predict_proba or decision_function; None takes a random forest

    A random half of the rows trains it and the other half scores it. (Cross-validation scores every row, but its
    classifiers share rows and its error is then too small.)

    Reference: Lopez-Paz and Oquab, 2017, https://arxiv.org/abs/1610.06545
    """
    from sklearn.base import clone
    from sklearn.ensemble import RandomForestClassifier

    A, B, space = two_feature_samples(A, B, features, feature_name, 4)
    rng = np.random.default_rng(rng)
    if classifier is None:
        seed = int(rng.integers(2**31))
        classifier = RandomForestClassifier(n_estimators=100, min_samples_leaf=3, random_state=seed)
    trained_a, tested_a = np.array_split(A[rng.permutation(len(A))], 2)
    trained_b, tested_b = np.array_split(B[rng.permutation(len(B))], 2)
    fitted = clone(classifier).fit(
        np.concatenate([trained_a, trained_b]), np.repeat([1, 0], [len(trained_a), len(trained_b)])
    )

    def score(rows: Array) -> Array:
        if hasattr(fitted, "predict_proba"):
            return np.asarray(fitted.predict_proba(rows)[:, 1])
        return np.asarray(fitted.decision_function(rows))

    area, error = area_under_curve(score(tested_a), score(tested_b))
    name = (
        f"told apart by {type(classifier).__name__}, area under the curve on held-out rows, features: {space}"
    )
    return Measure(area, error, min(len(A), len(B)), name)
