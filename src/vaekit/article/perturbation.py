"""What comes of codes that are moved: an AE beside a VAE, and the outcome reported as it comes out.

The article says that an AE, its codes moved, tends to lose parts of a digit and a VAE to move it. Here both are
fitted with the same network, likelihood, data and seed; codes of rows that neither was fitted to are moved in
directions drawn at random, by multiples of the spread of the model's own codes; and what they decode to is judged
by squared error, by squared error that forgives moves of the picture, and by a classifier of pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from vaekit.article.table import Cell, Table, mean_and_error
from vaekit.data.shift import shift_invariant_mse
from vaekit.data.style import as_pictures
from vaekit.errors import DataError
from vaekit.estimators.ae import AE
from vaekit.estimators.vae import VAE
from vaekit.estimators.whole_fit import whole_fit
from vaekit.kinds import Array

MODELS: dict[str, type[Any]] = {"AE": AE, "VAE": VAE}
ROWS_OF_THE_CLASSIFIER = 5000


def latent_perturb(
    X: Any,
    y: Any,
    test: Any,
    test_y: Any,
    *,
    scales: Sequence[float] = (0.0, 0.1, 0.25, 0.5, 1.0),
    seeds: int = 3,
    rows: int = 500,
    reach: int = 2,
    options: Mapping[str, Any] | None = None,
) -> Table:
    """X, test: pictures of one channel; y, test_y: their classes. options: parameters of both estimators.

    A row a model and scale: means over the seeds with their standard errors. mse and invariant_mse are a pixel's,
    between the decoded picture and the row's own in the values that the model reads; agreement is the share of
    decoded pictures that the classifier gives the row's class.
    """
    if seeds < 1 or rows < 2:
        raise DataError(f"seeds={seeds}, rows={rows} are not possible; give 1 seed and 2 rows or more.")
    test, test_y = np.asarray(test)[:rows], np.asarray(test_y)[:rows]
    found: dict[tuple[str, float], list[tuple[float, float, float]]] = {}
    accuracies = []
    for seed in range(seeds):
        for name, kind in MODELS.items():
            model = whole_fit(kind(random_state=seed, **(options or {})), X)
            judge, accuracy = _judge(model, X, y, test, test_y)
            accuracies.append(accuracy)
            for scale in scales:
                judged = _judged(model, judge, test, test_y, scale, reach, np.random.default_rng(seed))
                found.setdefault((name, float(scale)), []).append(judged)
    notes = (
        f"{seeds} seed(s), {len(test):,} rows that were not fitted to; scale is in standard deviations of the model's "
        "own codes.",
        f"The classifier (3 nearest neighbours in pixels) is right for {np.mean(accuracies):.1%} of the rows "
        "themselves.",
    )
    return Table.of([_row(name, scale, each) for (name, scale), each in found.items()], notes)


def _judge(model: Any, X: Any, y: Any, test: Any, test_y: Array) -> tuple[KNeighborsClassifier, float]:
    """A classifier of what the model reads, and its accuracy on rows as they are."""
    some = slice(0, ROWS_OF_THE_CLASSIFIER)
    judge = KNeighborsClassifier(3).fit(
        _flat(model._given(np.asarray(X)[some], None)[0]), np.asarray(y)[some]
    )
    return judge, float(judge.score(_flat(model._given(test, None)[0]), test_y))


def _judged(
    model: Any, judge: KNeighborsClassifier, test: Any, test_y: Array, scale: float, reach: int, rng: Any
) -> tuple[float, float, float]:
    """(mse, invariant mse, agreement) of the codes of test, moved."""
    x, _ = model._given(test, None)
    codes = model.transform(test)
    spread = np.sqrt(codes.var(0).mean())
    directions = rng.normal(size=codes.shape)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    decoded = model._reader().decode(codes + scale * spread * directions)
    real, made = as_pictures(x), as_pictures(decoded)
    return (
        float(((real - made) ** 2).mean()),
        float(shift_invariant_mse(real, made, reach).mean()),
        float((judge.predict(_flat(decoded)) == test_y).mean()),
    )


def _flat(x: Array) -> Array:
    return np.asarray(x.reshape(len(x), -1))


def _row(name: str, scale: float, judged: Sequence[tuple[float, float, float]]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"model": name, "scale": scale, "seeds": len(judged)}
    for measure, values in zip(("mse", "invariant_mse", "agreement"), zip(*judged, strict=True), strict=True):
        cells[measure], cells[f"{measure}_se"] = mean_and_error(values)
    return cells
