"""Clusters to start from: a mixture of normal densities over the codes of a VAE.

What lies near each other in codes is more alike than what does in pixels, and a mixture of normals finds it at once;
an adversarial autoencoder that begins with nothing settles early on what its first batches suggest.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from vaekit.errors import DataError
from vaekit.estimators.layers import first_model
from vaekit.kinds import Array

SURE = 0.9
"""How probable a cluster has to be for a row to be counted to it; what the others are is left to the training."""


def clusters_of_codes(estimator: Any, X: Any, seed: int, max_time: float | None) -> tuple[Array, str]:
    """(n,) int64: the cluster of each row, -1 where the mixture is not sure; and a sentence about the VAE.

    The VAE has `estimator.first` codes and the estimator's options, but for what is said of codes alone.
    """
    from sklearn.mixture import GaussianMixture

    alone = {"likelihood": "auto", "optimizer": "adam", "penalties": (), "callbacks": ()}
    first = first_model(estimator, seed, **alone).fit(X, max_time=max_time)
    codes, clusters = first.transform(X), int(estimator.n_clusters)
    if len(codes) < clusters:
        raise DataError(
            f"n_clusters={clusters} is more than the {len(codes)} rows of X; give fewer clusters or more rows."
        )
    mixture = GaussianMixture(clusters, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a start need not be the best one
        share = mixture.fit(codes).predict_proba(codes)
    named = np.where(share.max(1) >= SURE, share.argmax(1), -1)
    return named, f"first model: {first.network_}; {first.n_iter_} epochs."
