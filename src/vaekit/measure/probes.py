"""What codes are good for afterwards: classes read off them by simple methods, and groups found in them.

codes (n, L) and labels (n,) of any kind; a probe is fitted on one half of the rows, each class in its share, and judged
on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure, mean_of

NEIGHBOURS = 5
REPEATS = 200
"""Random halves of the rows that a score of groups is computed on again for its error."""


def linear_probe(codes: Any, labels: Any, *, rng: Rng | int = 0) -> Measure:
    """Accuracy of a logistic regression on standardised codes, on rows that it was not fitted on.

    codes (n, L), labels (n,).

    Reference: Alain and Bengio, 2017, https://arxiv.org/abs/1610.01644
    """
    hits = probe_hits(*codes_and_labels(codes, labels), "linear", _seed(rng))
    return mean_of(hits, "accuracy of logistic regression on codes, held-out half")


def knn_probe(codes: Any, labels: Any, *, rng: Rng | int = 0) -> Measure:
    """Accuracy of the vote of the 5 nearest rows by standardised codes, on rows that are not among them.

    codes (n, L), labels (n,).
    """
    hits = probe_hits(*codes_and_labels(codes, labels), "nearest", _seed(rng))
    return mean_of(hits, f"accuracy of {NEIGHBOURS} nearest neighbours on codes, held-out half")


def probe_hits(codes: Array, labels: Array, way: str, seed: int) -> Array:
    """(m,) 1 where the class of a held-out row is found and 0 where not; the seed chooses which half is held out.

    way: "linear" or "nearest".
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known, asked, known_labels, truth = train_test_split(
        codes, labels, test_size=0.5, random_state=seed, stratify=labels
    )
    model = {
        "linear": LogisticRegression(max_iter=1000),
        "nearest": KNeighborsClassifier(min(NEIGHBOURS, len(known))),
    }[way]
    hits: Array = make_pipeline(StandardScaler(), model).fit(known, known_labels).predict(asked) == truth
    return hits.astype(np.float64)


def _seed(rng: Rng | int) -> int:
    return int(np.random.default_rng(rng).integers(2**31))


class Clusters(NamedTuple):
    """How k-means groups in codes are like the classes.

    nmi       normalised mutual information, 0 of chance alone to 1
    ari       adjusted Rand index, 0 expected of chance, 1 for the classes themselves
    accuracy  the share of rows in whose group their class is the most frequent one
    """

    nmi: Measure
    ari: Measure
    accuracy: Measure


def clustering(codes: Any, labels: Any, *, clusters: int | None = None, rng: Rng | int = 0) -> Clusters:
    """k-means on the codes, as many groups as there are classes unless said; scored on all rows.

    codes (n, L), labels (n,). The errors are over the rows with the groups as they are: another start of k-means may
    find others.

    Reference: Hubert and Arabie, 1985, https://doi.org/10.1007/BF01908075
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    Z, y = codes_and_labels(codes, labels)
    rng = np.random.default_rng(rng)
    k = len(np.unique(y)) if clusters is None else clusters
    groups = KMeans(k, n_init=10, random_state=int(rng.integers(2**31))).fit_predict(Z)
    n = len(y)
    halves = [rng.permutation(n)[: n // 2] for _ in range(REPEATS)]

    def scored(score: Callable[[Array, Array], float], name: str) -> Measure:
        # Means over random halves vary as those of n / 2 rows of n: their variance is that of all n rows.
        error = float(np.std([score(y[half], groups[half]) for half in halves], ddof=1))
        return Measure(float(score(y, groups)), error, n, f"{name}, k-means with {k} groups on codes")

    return Clusters(
        scored(normalized_mutual_info_score, "normalised mutual information"),
        scored(adjusted_rand_score, "adjusted Rand index"),
        scored(majority_accuracy, "accuracy by majority"),
    )


def majority_accuracy(labels: Array, groups: Array) -> float:
    """The share of rows whose class is the most frequent one of their group."""
    from sklearn.metrics.cluster import contingency_matrix

    return float(contingency_matrix(labels, groups).max(axis=0).sum() / len(labels))


def told_anomalous(scores: Any, anomalous: Any) -> tuple[Measure, Measure]:
    """(area under the curve, average precision) of scores (n,), high for strange rows, and what is truly strange (n,).

    The error of the average precision is from random halves of the rows.
    """
    from sklearn.metrics import average_precision_score

    from vaekit.measure.ranking import area_under_curve

    s, strange = np.asarray(scores, dtype=np.float64), np.asarray(anomalous, dtype=bool)
    if s.shape != strange.shape or s.ndim != 1 or strange.all() or not strange.any():
        raise DataError(
            f"scores have shape {s.shape} and anomalous {strange.shape}, {int(strange.sum())} of them true; wanted is "
            "one of each a row, with rows of both kinds."
        )
    area, error = area_under_curve(s[strange], s[~strange])
    rng, n = np.random.default_rng(0), len(s)
    precision: list[float] = []
    while len(precision) < REPEATS:
        # Halves of all rows, not of each kind: how many are strange varies, and the precision with it.
        half = rng.permutation(n)[: math.ceil(n / 2)]
        if strange[half].any():
            precision.append(average_precision_score(strange[half], s[half]))
    return (
        Measure(area, error, len(s), "anomalies, area under the curve"),
        Measure(
            float(average_precision_score(strange, s)),
            float(np.std(precision, ddof=1)),
            len(s),
            "anomalies, average precision",
        ),
    )


def codes_and_labels(codes: Any, labels: Any) -> tuple[Array, Array]:
    """(n, L) float64 and (n,) whole numbers from 0; DataError where they do not fit or a class is too rare."""
    Z, y = np.asarray(codes, dtype=np.float64), np.asarray(labels)
    if Z.ndim != 2 or y.shape != (len(Z),):
        raise DataError(f"codes have shape {Z.shape} and labels {y.shape}; wanted are (n, L) and (n,).")
    classes, numbers, counts = np.unique(y, return_inverse=True, return_counts=True)
    if len(classes) < 2 or counts.min() < 2:
        rare = classes[counts.argmin()]
        raise DataError(
            f"there are {len(classes)} classes, the rarest ({rare!r}) with {counts.min()} row(s); wanted are two "
            "classes or more with two rows each."
        )
    return Z, np.asarray(numbers)
