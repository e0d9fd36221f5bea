"""How far samples lie from the closest row that a model was trained on, beside how far rows lie that it never saw.

A small distance alone says nothing: where rows are crowded, new rows of the same law lie near to old ones too. So the
distances of samples are held against those of a holdout. None of these numbers is a guarantee of anybody's privacy:
they find models that repeat rows, and cannot find that a model tells nothing.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from vaekit.kinds import Array
from vaekit.measure.copies import nearest
from vaekit.measure.ranking import area_under_curve
from vaekit.measure.record import NORMAL_95, Measure
from vaekit.measure.samples import Features, two_feature_samples


class ClosestRecord(NamedTuple):
    """What `distance_to_closest_record` finds.

    samples  the median distance of a sample to the closest training row
    holdout  the same of rows that were not trained on
    closer   how often a sample lies closer to the training rows than a holdout row does; 1/2 where samples are to the
             training rows what unseen rows are, and above where they repeat them
    """

    samples: Measure
    holdout: Measure
    closer: Measure


def distance_to_closest_record(
    samples: Any,
    train: Any,
    holdout: Any,
    *,
    features: Features | None = None,
    feature_name: str = "",
) -> ClosestRecord:
    """Distances from samples (n, ...) and from a holdout (m, ...) to the closest row of train, Euclidean.

    Give values of unlike units standardised, and categories as numbers in which they are as far apart as they are
    unlike. `nearest_copies` says which rows are close, and whether samples tell training rows from holdout rows.

    Reference: Platzer and Reutterer, 2021, https://doi.org/10.3389/fdata.2021.679939
    """
    A, seen, space = two_feature_samples(samples, train, features, feature_name)
    unseen = two_feature_samples(holdout, train, features, feature_name)[0]
    of_samples, of_holdout = nearest(A, seen)[0], nearest(unseen, seen)[0]
    area, error = area_under_curve(of_holdout, of_samples)
    return ClosestRecord(
        _median(of_samples, f"median distance of a sample to the closest training row, features: {space}"),
        _median(
            of_holdout, f"median distance of a holdout row to the closest training row, features: {space}"
        ),
        Measure(
            area,
            error,
            min(len(A), len(unseen)),
            f"samples closer to a training row than a holdout row is, area under the curve, features: {space}",
        ),
    )


def _median(values: Array, name: str) -> Measure:
    """The median, with the error that makes its interval as wide as that of the ranks which hold it in 95 %."""
    n = len(values)
    beside = min(0.5, NORMAL_95 * 0.5 / math.sqrt(n))
    low, middle, high = np.quantile(values, [0.5 - beside, 0.5, 0.5 + beside])
    return Measure(float(middle), float(high - low) / (2 * NORMAL_95), n, name)
