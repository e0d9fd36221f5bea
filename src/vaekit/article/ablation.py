"""Data or network: the bound on rows that were not seen, over sizes of the data and widths of the network.

Every cell takes about the same number of steps, so that less data does not also mean less training, and keeps the
weights that were best on rows held out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vaekit.article.table import Cell, Table, mean_and_error
from vaekit.errors import DataError
from vaekit.estimators.vae import VAE
from vaekit.estimators.whole_fit import whole_fit
from vaekit.kinds import Array
from vaekit.spec import part


def ablate(
    X: Any,
    test: Any,
    *,
    fractions: Sequence[float] = (0.05, 0.25, 1.0),
    widths: Sequence[int] = (32, 128, 512),
    seeds: int = 3,
    epochs: int = 20,
    options: Mapping[str, Any] | None = None,
) -> Table:
    """Fit a VAE with two layers of each width to each fraction of X; a row a cell.

    epochs: passes over all of X; a fraction takes as many steps. options: further parameters of VAE. elbo is the
    bound on log p(x) of the rows of test, nats per example, its mean over the seeds with two errors: between seeds,
    and between rows of the first seed.
    """
    X = np.asarray(X)
    if seeds < 1 or epochs < 1:
        raise DataError(f"seeds={seeds}, epochs={epochs} are not possible; give 1 or more of each.")
    if not all(0 < fraction <= 1 and round(fraction * len(X)) >= 2 for fraction in fractions):
        raise DataError(
            f"fractions={tuple(fractions)} are not possible; give numbers in (0, 1], of two rows or more."
        )
    rows = [
        _cell(X, test, fraction, int(width), seeds, epochs, dict(options or {}))
        for fraction in fractions
        for width in widths
    ]
    return Table.of(rows, [_sentence(rows)] if len(rows) > 1 else [])


def _cell(
    X: Array, test: Any, fraction: float, width: int, seeds: int, epochs: int, options: dict[str, Any]
) -> dict[str, Cell]:
    count = round(fraction * len(X))
    scores = []
    for seed in range(seeds):
        chosen = np.sort(np.random.default_rng(seed).permutation(len(X))[:count])
        model = VAE(
            **{
                "network": part("mlp", hidden=(width, width)),
                "random_state": seed,
                **options,
            }
        )
        if "max_epochs" not in options:
            again = _steps_an_epoch(model, len(X)) / _steps_an_epoch(model, count)
            model.set_params(max_epochs=max(1, round(epochs * again)))
        scores.append(whole_fit(model, X[chosen]).score_samples(test))
    mean, error = mean_and_error([float(each.mean()) for each in scores])
    between_rows = float(scores[0].std(ddof=1) / np.sqrt(len(scores[0])))
    return {
        "fraction": float(fraction), "rows": count, "width": width, "seeds": seeds,
        "elbo": mean, "elbo_se_seeds": error, "elbo_se_rows": between_rows,
    }  # fmt: skip


def _steps_an_epoch(model: VAE, rows: int) -> int:
    """The last batch, which is not full, counts as one."""
    return math.ceil(rows * (1 - model.validation_fraction) / model.batch_size)


def _sentence(rows: Sequence[Mapping[str, Cell]]) -> str:
    """How far the bound moves along each side of the grid."""

    def reach(across: str) -> float:
        spans = []
        for value in {row[across] for row in rows}:
            line = [float(row["elbo"]) for row in rows if row[across] == value]
            spans.append(max(line) - min(line))
        return float(np.mean(spans))

    return (
        f"Over the sizes of the data the bound moves by {reach('width'):.2f} nats (mean over widths), over the "
        f"widths by {reach('rows'):.2f} (mean over sizes). Which is more depends on the ranges that were asked "
        "for."
    )
