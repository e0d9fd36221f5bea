"""Disentanglement as a gap: how much more the best unit knows of a factor than the second best."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array, Rng
from vaekit.measure.factors import BINS, codes_and_factors, discrete_codes, discrete_factors, information
from vaekit.measure.record import Measure
from vaekit.measure.resampling import COUNTED, with_error


def mig(codes: Any, factors: Any, *, bins: int = BINS, groups: int = 20, rng: Rng | int = 0) -> Measure:
    """Mutual information gap: (best - second best) / entropy of the factor, averaged over factors; from 0 to 1.

    codes (n, L), factors (n, F). One unit that holds two factors is not found out: see `modularity`.

    Reference: Chen et al., 2018, https://arxiv.org/abs/1802.04942
    """
    codes, factors = codes_and_factors(codes, factors)
    levels = discrete_factors(factors, bins)
    labels = discrete_codes(_two_units(codes), levels, bins)

    def gap(rows: Array) -> float:
        shared, entropies = information(labels[rows], levels[rows])
        known = entropies > 0
        return float((_top_two(shared)[known] / entropies[known]).mean()) if known.any() else 0.0

    name = f"mutual information gap, counts in {int(labels.max()) + 1} bins"
    return with_error(gap, len(codes), groups, rng, name, no_interval=COUNTED)


def sap(codes: Any, factors: Any, *, discrete: bool = True, groups: int = 20, rng: Rng | int = 0) -> Measure:
    """Separated attribute predictability: (best - second best) score of predicting a factor from one unit.

    codes (n, L), factors (n, F).

    discrete  True: thresholds on the unit, fitted on one half of the rows; the score is the balanced accuracy on the
              other. Guessing has 1 / values, so a perfect unit beside ones that know nothing has 1 - 1 / values.
              False: the squared correlation of unit and factor, from 0 to 1.

    Reference: Kumar et al., 2018, https://arxiv.org/abs/1711.00848
    """
    codes, factors = codes_and_factors(codes, factors)
    codes = _two_units(codes)
    rng = np.random.default_rng(rng)
    if not discrete:

        def correlated(rows: Array) -> float:
            return float(_top_two(_squared_correlations(codes[rows], factors[rows])).mean())

        return with_error(correlated, len(codes), groups, rng, "SAP, squared correlation")
    levels = discrete_factors(factors)
    order = rng.permutation(len(codes))
    train, test = np.array_split(order, 2)
    hits = _hits_of_thresholds(codes, levels, train, test)

    def predicted(rows: Array) -> float:
        scores = np.stack(
            [_balanced(hits[:, rows, f], levels[test[rows], f]) for f in range(levels.shape[1])], axis=1
        )
        return float(_top_two(scores).mean())

    name = "SAP, balanced accuracy of thresholds on held-out rows"
    why = "no interval is claimed: thresholds found in few rows are worse than those of many, by more than the error"
    return with_error(predicted, len(test), groups, rng, name, no_interval=why)


def _top_two(scores: Array) -> Array:
    """(L, F) -> (F,): the best unit less the second best."""
    ranked = np.sort(scores, axis=0)
    gap: Array = ranked[-1] - ranked[-2]
    return gap


def _two_units(codes: Array) -> Array:
    """A gap needs a second unit: where there is one only, the other knows nothing."""
    if codes.shape[1] == 0:
        raise DataError("codes have no columns; wanted is one a unit.")
    return codes if codes.shape[1] > 1 else np.column_stack([codes, np.zeros(len(codes))])


def _squared_correlations(codes: Array, factors: Array) -> Array:
    """(L, F); 0 for a constant."""
    a, b = codes - codes.mean(0), factors - factors.mean(0)
    norms = np.outer((a**2).sum(0), (b**2).sum(0))
    return np.asarray(np.divide((a.T @ b) ** 2, norms, out=np.zeros_like(norms), where=norms > 0))


def _hits_of_thresholds(codes: Array, levels: Array, train: Array, test: Array) -> Array:
    """(L, tested, F) whether thresholds on one unit give the factor's level."""
    from sklearn.tree import DecisionTreeClassifier

    hits = np.zeros((codes.shape[1], len(test), levels.shape[1]), dtype=bool)
    for factor, level in enumerate(levels.T):
        values = len(np.unique(level))
        for unit, code in enumerate(codes.T):
            tree = DecisionTreeClassifier(
                max_leaf_nodes=max(2, values), class_weight="balanced", random_state=0
            )
            tree.fit(code[train, None], level[train])
            hits[unit, :, factor] = tree.predict(code[test, None]) == level[test]
    return hits


def _balanced(hits: Array, level: Array) -> Array:
    """(L, rows) hits -> (L,) the mean over the levels of the share that is hit."""
    _, labels = np.unique(level, return_inverse=True)
    weights = 1 / np.bincount(labels)[labels]
    balanced: Array = hits @ weights / (labels.max() + 1)
    return balanced
