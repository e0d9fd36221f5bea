"""Whether models that differ by their seed alone found the same codes: aligned, compared, unit by unit.

codes: a list of (n, L) codes, one a model, of the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.measure.record import Measure

RECURS = 0.9
"""The correlation from which on two units of two models are the same unit."""


def aligned(codes: Any, onto: Any) -> Array:
    """codes (n, L) turned, reflected, moved and scaled so that they lie as near to `onto` (n, L) as they can: what a
    model that has no preferred axes could as well have found.

    Fewer units are filled up with zeros. Reference: Schonemann, 1966, https://doi.org/10.1007/BF02289451
    """
    Z, target = _pair(codes, onto)
    width = max(Z.shape[1], target.shape[1])
    Z, target = (np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in (Z, target))
    middle, there = Z.mean(0), target.mean(0)
    away = Z - middle
    U, strength, Vt = np.linalg.svd(away.T @ (target - there))
    scale = strength.sum() / max(float((away**2).sum()), 1e-300)
    turned: Array = scale * away @ (U @ Vt) + there
    return turned


def procrustes(codes: Any, onto: Any) -> Measure:
    """The share of the spread of `onto` that aligned codes do not explain: 0 for the same codes but for a turn.

    codes (n, L) and onto (n, M): of the same n rows.
    """
    Z, target = _pair(codes, onto)
    placed = aligned(Z, target)
    wide = np.pad(target, ((0, 0), (0, placed.shape[1] - target.shape[1])))
    spread = max(float(((target - target.mean(0)) ** 2).sum()), 1e-300)
    left = float(((placed - wide) ** 2).sum()) / spread
    return Measure(left, None, len(Z), "Procrustes distance of codes", "two models are one pair")


def cka(codes: Any, other: Any) -> Measure:
    """Linear centred kernel alignment: 1 for the same codes but for a turn and one scale, near 0 for unrelated ones.

    codes (n, L) and other (n, M): of the same n rows.

    Reference: Kornblith et al., 2019, https://arxiv.org/abs/1905.00414
    """
    Z, W = (one - one.mean(0) for one in _pair(codes, other))
    shared = float(((Z.T @ W) ** 2).sum())
    own = float(np.linalg.norm(Z.T @ Z) * np.linalg.norm(W.T @ W))
    return Measure(shared / max(own, 1e-300), None, len(Z), "linear CKA of codes", "two models are one pair")


def recurring_units(codes: Sequence[Any]) -> Array:
    """(models, units): for each unit of each model, the share of the other models that have it too.

    A unit is found again when its best correlation with a unit of the other model is above 0.9 in size; units that do
    not move recur nowhere. Models with fewer units have NaN in the places that they lack.
    """
    models = _models(codes)
    width = max(one.shape[1] for one in models)
    found = np.full((len(models), width), np.nan)
    for i, one in enumerate(models):
        best = [_correlations(one, other).max(1) for j, other in enumerate(models) if j != i]
        found[i, : one.shape[1]] = (np.array(best) > RECURS).mean(0)
    return found


def stability(codes: Sequence[Any]) -> dict[str, Measure]:
    """The means over all pairs of models of Procrustes distance and CKA, and the share of the units that move which
    recur in all other models.

    codes: one (n, L) a model, of the same n rows. The errors are from leaving out one model at a time (a
    jackknife), from three models on.
    """
    models = _models(codes)
    pairs = {
        (i, j): (procrustes(models[i], models[j]).value, cka(models[i], models[j]).value)
        for i, j in combinations(range(len(models)), 2)
    }
    n, k = len(models[0]), len(models)

    def mean(of: int, without: int | None = None) -> float:
        return float(np.mean([each[of] for pair, each in pairs.items() if without not in pair]))

    def over_pairs(of: int, name: str) -> Measure:
        if k < 3:
            return Measure(mean(of), None, n, f"{name}, {k} models", "two models are one pair")
        left_out = np.array([mean(of, without) for without in range(k)])
        error = float(np.sqrt((k - 1) / k * ((left_out - left_out.mean()) ** 2).sum()))
        return Measure(mean(of), error, n, f"{name}, mean over the pairs of {k} models")

    moving = [one.std(0) > 1e-12 for one in models]
    shares = recurring_units(models)
    everywhere = [
        float((row[: len(moves)][moves] == 1).mean())
        for row, moves in zip(shares, moving, strict=True)
        if moves.any()
    ]
    return {
        "procrustes": over_pairs(0, "Procrustes distance"),
        "cka": over_pairs(1, "linear CKA"),
        "recurring": Measure(
            float(np.mean(everywhere)) if everywhere else 0.0,
            None,
            n,
            f"share of units that recur in all {k} models",
            "models share their pairs",
        ),
    }


def _correlations(one: Array, other: Array) -> Array:
    """(L, L') the size of the correlation of each pair of units; 0 for a unit that does not move."""
    standard = []
    for codes in (one, other):
        away = codes - codes.mean(0)
        length = np.linalg.norm(away, axis=0)
        standard.append(np.divide(away, length, out=np.zeros_like(away), where=length > 1e-12))
    return np.asarray(np.abs(standard[0].T @ standard[1]))


def _models(codes: Sequence[Any]) -> list[Array]:
    if len(codes) < 2:
        raise DataError(f"{len(codes)} model was given; to compare codes, two or more are needed.")
    return [_pair(one, codes[0])[0] for one in codes]


def _pair(codes: Any, other: Any) -> tuple[Array, Array]:
    """Both as float64 (n, L) and (n, L'), of the same rows."""
    Z, W = np.asarray(codes, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if Z.ndim != 2 or W.ndim != 2 or len(Z) != len(W) or len(Z) < 3:
        raise DataError(
            f"codes have shapes {Z.shape} and {W.shape}; wanted are (n, L) of the same three rows or more."
        )
    return Z, W
