"""Disentanglement without factors: whether models that were trained apart found the same units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array
from vaekit.measure.factors import codes_and_factors
from vaekit.measure.record import Measure


def udr(
    codes: Sequence[Any], *, active: Sequence[Any] | None = None, likeness: str = "lasso"
) -> tuple[Measure, ...]:
    """Unsupervised disentanglement ranking: for each model, how far its units are those of the others.

    codes     a list of (n, L) codes, one a model (two or more), of the same rows
    active    a list of (L,) bools, or None for all: units that carry KL (above 0.01 nats in the paper)
    likeness  of two units: "lasso", the coefficient of one for predicting the other at strength 0.1 (0.9 between
              copies), or "spearman", the rank correlation (1 between copies)

    With R the likeness of the units of two models, the pair scores the mean over units of max(R)^2 / sum(R), by rows
    and by columns; a model the median of its pairs. Rows and columns of dead units are left out.

    Reference: Duan et al., 2020, https://arxiv.org/abs/1905.12614
    """
    if likeness not in _LIKENESS:
        near = suggestion(likeness, _LIKENESS)
        raise DataError(f"no likeness is called {likeness!r}; there are: {', '.join(_LIKENESS)}.{near}")
    if len(codes) < 2:
        raise DataError(
            f"udr holds models against each other; {len(codes)} was given, and two or more are needed."
        )
    models = [codes_and_factors(one, codes[0])[0] for one in codes]
    kept = [_standardised(one, None if active is None else active[i]) for i, one in enumerate(models)]
    of = _LIKENESS[likeness]
    pairs = np.array(
        [[np.nan if i == j else _alike(of(a, b)) for j, b in enumerate(kept)] for i, a in enumerate(kept)]
    )
    why = f"the median of {len(codes) - 1} pairs that share this model"
    name = f"UDR of model {{}}, {likeness}"
    return tuple(
        Measure(float(np.nanmedian(column)), None, len(models[0]), name.format(i), why)
        for i, column in enumerate(pairs.T)
    )


def _standardised(codes: Array, active: Any) -> Array:
    """The active units that move, each with mean 0 and variance 1."""
    spread = codes.std(0)
    moves = spread > 0
    if active is not None:
        mask = np.asarray(active, dtype=bool)
        if mask.shape != spread.shape:
            raise DataError(
                f"active has shape {mask.shape}; wanted is one bool for each of {len(spread)} units."
            )
        moves &= mask
    kept: Array = (codes[:, moves] - codes[:, moves].mean(0)) / spread[moves]
    return kept


def _alike(likeness: Array) -> float:
    """The relative strength of a matrix (L, L'), 0 where a model has no unit."""
    if not likeness.size:
        return 0.0
    return 0.5 * sum(_strength(matrix) for matrix in (likeness, likeness.T))


def _strength(likeness: Array) -> float:
    """The mean over columns of max^2 / sum; 0 for a column of nothing."""
    sums = likeness.sum(0)
    best = likeness.max(0) ** 2
    return float(np.divide(best, sums, out=np.zeros_like(sums), where=sums > 0).mean())


def _lasso(a: Array, b: Array) -> Array:
    """(L, L'): the coefficient of each unit of a for each unit of b."""
    from sklearn.linear_model import Lasso

    if not a.shape[1] or not b.shape[1]:
        return np.zeros((a.shape[1], b.shape[1]))
    coefficients = Lasso(alpha=0.1).fit(a, b).coef_
    return np.asarray(np.abs(np.atleast_2d(coefficients)).T)


def _spearman(a: Array, b: Array) -> Array:
    from scipy.stats import rankdata

    ranks = [rankdata(one, axis=0) for one in (a, b)]
    a, b = ((rank - rank.mean(0)) / np.linalg.norm(rank - rank.mean(0), axis=0) for rank in ranks)
    return np.asarray(np.abs(a.T @ b))


_LIKENESS: dict[str, Callable[[Array, Array], Array]] = {"lasso": _lasso, "spearman": _spearman}
