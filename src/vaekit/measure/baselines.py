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


def independent_values(train: Array, test: Array, counted: Array) -> Array:
    """log p(x) when each column is drawn by itself, in nats; hidden values (NaN) have no part in it.

    counted (d,) says which columns are whole numbers that have probabilities: the frequencies of train, one row more
    for each value that is possible. The others have a normal density.
    """
    found = np.zeros(len(test))
    for column, whole in enumerate(counted):
        train_known, test_known = (~np.isnan(rows[:, column]) for rows in (train, test))
        law = _frequencies if whole else _normal_density
        found[test_known] += law(train[train_known, column], test[test_known, column])
    return found


def _frequencies(train: Array, test: Array) -> Array:
    possible, seen = np.unique(np.concatenate([train, test]), return_inverse=True)
    counts = 1.0 + np.bincount(seen[: len(train)], minlength=len(possible))
    logs: Array = np.log(counts / counts.sum())[seen[len(train) :]]
    return logs


def _normal_density(train: Array, test: Array) -> Array:
    from scipy.stats import norm

    logs: Array = norm.logpdf(test, train.mean(), max(float(train.std()), 1e-6))
    return logs


def one_normal_density(train: Array, test: Array) -> Array:
    """log p(x) under one normal law of all columns, in nats, of rows whose hidden values are NaN."""
    from vaekit.theory.gaussian_with_holes import fit_gaussian

    scores: Array = fit_gaussian(train).score_samples(test)
    return scores


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


def flat(rows: Array) -> Array:
    """Examples (n, ...) as rows (n, d) of float64."""
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)


def mean_imputation(train: Array, holes: Array) -> Array:
    """holes (m, d) with NaN, filled with the means of the columns of train; 0 for a column that has none."""
    means = np.ma.masked_invalid(train).mean(axis=0).filled(0.0)
    filled: Array = np.where(np.isnan(holes), means, holes)
    return filled


def frequent_imputation(train: Array, holes: Array) -> Array:
    """The same with the most frequent value of each column."""
    from scipy.stats import mode

    frequent = np.nan_to_num(mode(train, axis=0, nan_policy="omit").mode)
    filled: Array = np.where(np.isnan(holes), frequent, holes)
    return filled


def iterative_imputation(train: Array, holes: Array, seed: int, names: Array | None = None) -> Array:
    """The same by regressions of each column on the others, round by round.

    names (d,) says which columns hold names as whole numbers from 0 (None: none does). Each name is then a column of
    its own that is 0 or 1, and a hidden one becomes the name whose column comes out highest.

    Reference: van Buuren and Groothuis-Oudshoorn, 2011, https://doi.org/10.18637/jss.v045.i03
    """
    if names is not None and names.any():
        return _with_names(train, holes, names, seed)
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - scikit-learn asks for it
    from sklearn.impute import IterativeImputer

    imputer = IterativeImputer(random_state=seed, keep_empty_features=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # ten rounds are its default
        filled: Array = imputer.fit(train).transform(holes)
    return filled


def width_of_names(train: Array, holes: Array, names: Array) -> int:
    """Columns that there are when each name is one."""
    return sum(map(len, _names_of(np.concatenate([train, holes]), names)))


def _names_of(rows: Array, names: Array) -> list[Array]:
    """For each column the names that it may hold but the first, which is there when no other is; (1,) of numbers."""
    most = np.ma.masked_invalid(rows).max(axis=0).filled(1.0)
    return [np.arange(1, max(most[at], 1) + 1) if name else np.zeros(1) for at, name in enumerate(names)]


def _with_names(train: Array, holes: Array, names: Array, seed: int) -> Array:
    rows = np.concatenate([train, holes])
    possible = _names_of(rows, names)
    columns = [
        np.where(np.isnan(column), np.nan, column == others) if name else column
        for column, others, name in zip(np.split(rows, rows.shape[1], axis=1), possible, names, strict=True)
    ]
    spread = np.concatenate(columns, axis=1)
    back = iterative_imputation(spread[: len(train)], spread[len(train) :], seed)
    parts = np.split(back, np.cumsum([len(others) for others in possible])[:-1], axis=1)
    filled = [_likeliest(part) if name else part[:, 0] for part, name in zip(parts, names, strict=True)]
    return np.where(np.isnan(holes), np.stack(filled, axis=1), holes)


def _likeliest(others: Array) -> Array:
    """(m,) the name that is highest, from what all but the first of them have (m, names - 1)."""
    names: Array = np.column_stack([1 - others.sum(1), others]).argmax(1)
    return names
