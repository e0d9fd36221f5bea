"""How far two samples cover each other, by the balls that reach from each example to its k-th neighbour.

A (n, ...) are samples of a model, B (m, ...) the data. Balls around B that hold a sample speak for the sample; balls
around A that hold a datum speak for the datum's being within the model's reach.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.record import Measure
from vaekit.measure.samples import Features, two_feature_samples

PARTS = 10
"""Parts of the rows whose differences give an error."""
NO_INTERVAL = (
    f"no interval is claimed: the error comes from {PARTS} parts of the rows, whose neighbours are further"
)


class PrecisionRecall(NamedTuple):
    """precision: the share of samples that lie within the data; recall: the share of data within the samples."""

    precision: Measure
    recall: Measure


class DensityCoverage(NamedTuple):
    """density: how many balls of the data hold a sample, of the k of one law (1 on average); coverage: the share of
    data whose ball holds a sample."""

    density: Measure
    coverage: Measure


def precision_recall(
    A: Any,
    B: Any,
    *,
    neighbours: int = 3,
    features: Features | None = None,
    feature_name: str = "",
    rng: Rng | int = 0,
) -> PrecisionRecall:
    """Whether samples look like data (precision), and whether data could be samples (recall); both from 0 to 1.

    A (n, ...) are samples and B (m, ...) data. One ball around an outlier can hold much: `density_coverage` minds
    that less.

    Reference: Kynkaanniemi et al., 2019, https://arxiv.org/abs/1904.06991
    """
    A, B, space = two_feature_samples(A, B, features, feature_name, neighbours + 1)
    name = f"{{}}, {neighbours} nearest neighbours, features: {space}"

    def both(a: Array, b: Array) -> list[float]:
        found = _inside(a, b, neighbours)
        return [float((found.balls_at_sample > 0).mean()), float((found.samples_around_datum > 0).mean())]

    return PrecisionRecall(*_measured(both, A, B, neighbours, rng, name, ("precision", "recall")))


def density_coverage(
    A: Any,
    B: Any,
    *,
    neighbours: int = 5,
    features: Features | None = None,
    feature_name: str = "",
    rng: Rng | int = 0,
) -> DensityCoverage:
    """Density and coverage. Of two samples of one law density is 1 and coverage `expected_coverage`, on average.

    A (n, ...) are samples and B (m, ...) data.

    Reference: Naeem et al., 2020, https://arxiv.org/abs/2002.09797
    """
    A, B, space = two_feature_samples(A, B, features, feature_name, neighbours + 1)
    name = f"{{}}, {neighbours} nearest neighbours, features: {space}"

    def both(a: Array, b: Array) -> list[float]:
        found = _inside(a, b, neighbours)
        return [float(found.balls_at_sample.mean() / neighbours), float(found.ball_of_datum_used.mean())]

    return DensityCoverage(*_measured(both, A, B, neighbours, rng, name, ("density", "coverage")))


def expected_coverage(samples: int, data: int, neighbours: int = 5) -> float:
    """The coverage, on average, of `data` rows by `samples` rows of the same law, whatever that is.

    A datum is missed when the k nearest of the others around it are all data.
    """
    i = np.arange(1, neighbours + 1)
    return float(1 - np.prod((data - i) / (samples + data - i)))


class _Inside(NamedTuple):
    """balls_at_sample (n,): how many balls of data hold each sample. ball_of_datum_used (m,): whether the ball of
    each datum holds a sample. samples_around_datum (m,): how many balls of samples hold each datum."""

    balls_at_sample: Array
    ball_of_datum_used: Array
    samples_around_datum: Array


def _inside(A: Array, B: Array, k: int) -> _Inside:
    from scipy.spatial.distance import cdist

    radii_a, radii_b = _radii(A, k), _radii(B, k)
    at_sample, used, around = np.zeros(len(A)), np.zeros(len(B), dtype=bool), np.zeros(len(B))
    for rows in _blocks(len(A), len(B)):
        between = cdist(A[rows], B, "sqeuclidean")
        in_data = between < radii_b
        at_sample[rows] = in_data.sum(1)
        used |= in_data.any(0)
        around += (between < radii_a[rows, None]).sum(0)
    return _Inside(at_sample, used, around)


def _radii(rows: Array, k: int) -> Array:
    """Squared distance of each row to its k-th nearest other row; the nearest of all is itself."""
    from scipy.spatial.distance import cdist

    return np.concatenate(
        [
            np.partition(cdist(rows[block], rows, "sqeuclidean"), k, axis=1)[:, k]
            for block in _blocks(len(rows), len(rows))
        ]
    )


def _blocks(n: int, width: int) -> list[slice]:
    """Rows in blocks of about 64 MiB of distances."""
    step = max(1, 2**23 // width)
    return [slice(start, start + step) for start in range(0, n, step)]


def _measured(
    both: Callable[[Array, Array], list[float]],
    A: Array,
    B: Array,
    k: int,
    rng: Rng | int,
    name: str,
    variants: tuple[str, str],
) -> list[Measure]:
    """The values of all rows; the error from how much the parts of the rows differ."""
    if k < 1:
        raise DataError(f"neighbours={k} is not possible; give 1 or more.")
    rng = np.random.default_rng(rng)
    n = min(len(A), len(B))
    values = both(A, B)
    names = [name.format(variant) for variant in variants]
    if n < PARTS * (k + 2):
        why = f"an error needs {PARTS * (k + 2)} rows of each"
        return [Measure(value, None, n, named, why) for value, named in zip(values, names, strict=True)]
    pairs = zip(
        np.array_split(rng.permutation(len(A)), PARTS),
        np.array_split(rng.permutation(len(B)), PARTS),
        strict=True,
    )
    errors = np.std([both(A[a], B[b]) for a, b in pairs], axis=0, ddof=1) / math.sqrt(PARTS)
    return [
        Measure(value, float(error), n, named, NO_INTERVAL)
        for value, error, named in zip(values, errors, names, strict=True)
    ]
