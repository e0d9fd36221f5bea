"""Whether a model repeats its training rows, and whether its samples tell who was among them.

A rule of thumb has no error rate. Here rows that the model did not see set the measure: how near new rows of the
same law lie to the training rows anyway.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.ranking import area_under_curve
from vaekit.measure.record import Measure
from vaekit.measure.samples import Features, two_feature_samples


class Copies(NamedTuple):
    """What `nearest_copies` finds.

    share       samples that lie as near to a training row as only `level` of unseen rows do; `level` is what one
                expects of an honest model
    nearer      samples nearer to a training row than to any of as many holdout rows; 1/2 of an honest model
    membership  how well the distance to the nearest sample tells training rows from holdout rows, as the area under
                the curve; 1/2 where samples give nobody away
    rows        (n,) the training row nearest to each sample, to be looked at
    distances   (n,) how far it is

    Without a holdout, nearer and membership are None.
    """

    share: Measure
    nearer: Measure | None
    membership: Measure | None
    rows: Array
    distances: Array


def nearest_copies(
    samples: Any,
    train: Any,
    holdout: Any = None,
    *,
    level: float = 0.01,
    features: Features | None = None,
    feature_name: str = "",
    rng: Rng | int = 0,
) -> Copies:
    """Distances from samples (n, ...) to the rows that a model was trained on, judged by rows that it never saw.

    Without a holdout the training rows judge each other, each against all others. The distance is Euclidean in the
    features: give values of unlike units standardised.

    Reference: Meehan et al., 2020, https://arxiv.org/abs/2004.05675
    """
    A, seen, space = two_feature_samples(samples, train, features, feature_name)
    if not 0 < level < 1:
        raise DataError(f"level={level} is not possible; give a share between 0 and 1, e.g. 0.01.")
    distances, rows = nearest(A, seen)
    unseen = None if holdout is None else two_feature_samples(holdout, train, features, feature_name)[0]
    usual = _nearest_other(seen) if unseen is None else nearest(unseen, seen)[0]
    threshold = float(np.quantile(usual, level, method="lower"))
    judges = "training rows among themselves" if unseen is None else "holdout rows"
    share = _share(
        distances <= threshold,
        f"samples as near to a training row as {level:.2%} of {judges}, features: {space}",
        f"no interval is claimed: few of the {len(usual)} {judges} set the distance",
        level * (1 - level) / len(usual),
    )
    if unseen is None:
        return Copies(share, None, None, rows, distances)
    rng = np.random.default_rng(rng)
    return Copies(
        share, _nearer(A, seen, unseen, space, rng), _membership(A, seen, unseen, space), rows, distances
    )


def _nearer(A: Array, seen: Array, unseen: Array, space: str, rng: Rng) -> Measure:
    size = min(len(seen), len(unseen))
    to_seen, to_unseen = (
        nearest(A, rows[rng.choice(len(rows), size, replace=False)])[0] for rows in (seen, unseen)
    )
    return _share(
        (to_seen < to_unseen) + 0.5 * (to_seen == to_unseen),
        f"samples nearer to a training row than to a holdout row, of {size} each, features: {space}",
        "no interval is claimed: the rows on either side vary too",
    )


def _membership(A: Array, seen: Array, unseen: Array, space: str) -> Measure:
    to_seen, to_unseen = (-nearest(rows, A)[0] for rows in (seen, unseen))
    area, error = area_under_curve(to_seen, to_unseen)
    name = f"training rows told from holdout rows by their nearest sample, area under the curve, features: {space}"
    return Measure(area, error, min(len(seen), len(unseen)), name)


def _share(hits: Array, name: str, reason: str, beside: float = 0.0) -> Measure:
    """The mean of hits with a binomial error; `beside` is the variance of what they were held against."""
    n, share = len(hits), float(np.mean(hits))
    return Measure(share, math.sqrt(share * (1 - share) / n + beside), n, name, reason)


def nearest(rows: Array, among: Array) -> tuple[Array, Array]:
    """(n,) the distance of each row to the nearest of `among`, and which that is."""
    from sklearn.neighbors import NearestNeighbors

    distances, which = NearestNeighbors(n_neighbors=1).fit(among).kneighbors(rows)
    return distances[:, 0], which[:, 0]


def _nearest_other(rows: Array) -> Array:
    """(n,) the distance of each row to the nearest other one."""
    from sklearn.neighbors import NearestNeighbors

    distances: Array = NearestNeighbors(n_neighbors=1).fit(rows).kneighbors()[0]
    return distances[:, 0]
