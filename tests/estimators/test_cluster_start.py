"""Clusters that start from a mixture over the codes of a first model."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import normalized_mutual_info_score

from vaekit import ClusterAAE, part
from vaekit.errors import DataError, SpecError
from vaekit.estimators.cluster_start import clusters_of_codes

X, Y = load_digits(return_X_y=True)
OPTIONS = {"max_epochs": 40, "network": part("mlp", hidden=(64,)), "random_state": 0}


def test_clusters_of_digits_say_more_of_the_digit_when_they_start_from_codes() -> None:
    said = {
        first: normalized_mutual_info_score(Y, ClusterAAE(10, 2, first=first, **OPTIONS).fit(X).labels_)
        for first in (None, 8)
    }
    assert said[8] > said[None] + 0.05, said


def test_blobs_far_apart_are_the_clusters() -> None:
    blobs, which = make_blobs(300, centers=4, n_features=6, cluster_std=0.3, random_state=0)
    found = ClusterAAE(4, 1, first=2, **OPTIONS).fit(blobs)
    assert normalized_mutual_info_score(which, found.labels_) > 0.99


def test_the_start_is_a_cluster_where_the_mixture_is_sure_and_none_elsewhere() -> None:
    model = ClusterAAE(10, 2, first=4, **OPTIONS)
    start, told = clusters_of_codes(model, X, 0, None)
    assert set(start) <= set(range(-1, 10))
    assert 0 < (start >= 0).mean() < 1
    assert told == "first model: mlp 64 - 64 - 4, decoder mirrored; 40 epochs."


def test_options_of_the_first_model_are_those_given_but_for_what_is_said_of_other_codes() -> None:
    """A likelihood of the user's own is that of the clusters; the first model finds its own."""
    with_own = ClusterAAE(3, 1, first=2, likelihood=part("gaussian", scale=5.0), **OPTIONS)
    without = ClusterAAE(3, 1, first=2, **OPTIONS)
    np.testing.assert_array_equal(
        clusters_of_codes(with_own, X, 0, None)[0], clusters_of_codes(without, X, 0, None)[0]
    )


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(SpecError, match="a fit with first=2 is two fits, which a checkpoint does not keep"):
        ClusterAAE(3, 1, first=2, **OPTIONS).fit(X, checkpoint="somewhere")
    with pytest.raises(DataError, match="n_clusters=9 is more than the 8 rows of X"):
        ClusterAAE(9, 1, first=2, **OPTIONS).fit(X[:8])
