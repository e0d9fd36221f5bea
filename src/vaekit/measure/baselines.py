"""What needs no VAE: the simple methods that stand beside its numbers, each a score of every row.

All come from scikit-learn. train (n, d) and test (m, d) are flat rows of the same values; answers are (m,) of test.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.kinds import Array

COMPONENTS = 10
"""Of the mixture of normal densities, fewer where there are fewer than ten rows for each."""
FLOOR = 1e-3
"""Least variance of a column in the mixture, as a share of the mean variance of the columns: without one, a column that
hardly changes has any density one likes."""
NEIGHBOURS = 5


def probabilistic_pca(train: Array, test: Array, components: int) -> Array:
    """log p(x) under probabilistic PCA, in nats.

    Reference: Tipping and Bishop, 1999, https://doi.org/10.1111/1467-9868.00196
    """
    from sklearn.decomposition import PCA

    scores: Array = _pca(PCA, train, components).score_samples(test)
    return scores


def pca_reconstruction(train: Array, test: Array, components: int) -> Array:
    """(m, d) test rows from as many principal components."""
    from sklearn.decomposition import PCA

    fitted = _pca(PCA, train, components)
    back: Array = fitted.inverse_transform(fitted.transform(test))
    return back


def pca_codes(train: Array, rows: Array, components: int) -> Array:
    """(n, components) the principal components of rows."""
    from sklearn.decomposition import PCA

    codes: Array = _pca(PCA, train, components).transform(rows)
    return codes


def _pca(kind: Any, train: Array, components: int) -> Any:
    # One direction is left for the noise, without which there is no density.
    most = min(train.shape[1] - 1, len(train) - 1)
    solver = "covariance_eigh" if len(train) > train.shape[1] else "full"
    return kind(max(1, min(components, most)), svd_solver=solver).fit(train)


def mixture_density(train: Array, test: Array, seed: int) -> Array:
    """log p(x) under a mixture of normal densities with diagonal covariances, in nats."""
    from sklearn.mixture import GaussianMixture

    components = max(1, min(COMPONENTS, len(train) // 10))
    floor = FLOOR * max(float(train.var(axis=0).mean()), 1e-12)
    mixture = GaussianMixture(components, covariance_type="diag", reg_covar=floor, random_state=seed)
    scores: Array = mixture.fit(train).score_samples(test)
    return scores


def independent_values(train: Array, test: Array) -> Array:
    """log p(x) of whole numbers when each column is drawn by itself, with the frequencies of train, one row more for
    each value that is possible."""
    found = np.zeros(len(test))
    for column in range(train.shape[1]):
        possible, seen = np.unique(np.concatenate([train[:, column], test[:, column]]), return_inverse=True)
        counts = 1.0 + np.bincount(seen[: len(train)], minlength=len(possible))
        found += np.log(counts / counts.sum())[seen[len(train) :]]
    return found


def neighbour_distance(train: Array, test: Array) -> Array:
    """How far the fifth nearest training row is: the farther, the stranger.

    Reference: Ramaswamy et al., 2000, https://doi.org/10.1145/342009.335437
    """
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(train))).fit(train)
    return np.asarray(nearest.kneighbors(test)[0][:, -1])


def isolation(train: Array, test: Array, seed: int) -> Array:
    """How few random cuts part a row from the others, by an isolation forest: the higher, the stranger.

    Reference: Liu et al., 2008, https://doi.org/10.1109/ICDM.2008.17
    """
    from sklearn.ensemble import IsolationForest

    return -np.asarray(IsolationForest(random_state=seed).fit(train).score_samples(test))


def mean_imputation(train: Array, holes: Array) -> Array:
    """holes (m, d) with NaN, filled with the means of the columns of train."""
    filled: Array = np.where(np.isnan(holes), np.nanmean(train, axis=0), holes)
    return filled


def iterative_imputation(train: Array, holes: Array, seed: int) -> Array:
    """The same by regressions of each column on the others, round by round.

    Reference: van Buuren and Groothuis-Oudshoorn, 2011, https://doi.org/10.18637/jss.v045.i03
    """
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - scikit-learn asks for it
    from sklearn.impute import IterativeImputer

    filled: Array = IterativeImputer(random_state=seed, keep_empty_features=True).fit(train).transform(holes)
    return filled
