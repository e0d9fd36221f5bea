"""How much weights depend on the rows that happened to be drawn: MLE and MAP over many data sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.utils import check_X_y

from vaekit.errors import DataError, SpecError, suggestion
from vaekit.kinds import Array, Rng
from vaekit.theory.density import one_spread
from vaekit.theory.design import Design
from vaekit.theory.weight_priors import Flat, Normal

REDRAWS = ("noise", "rows")


@dataclass(frozen=True)
class Resamples:
    """Weights a0..ad (R, 1 + d) of R data sets, by maximum likelihood and by MAP, a pair from each data set."""

    mle: Array
    map: Array

    @property
    def mle_variance(self) -> Array:
        """(1 + d,) over the data sets; its sum is the trace of the covariance."""
        return np.asarray(self.mle.var(0, ddof=1))

    @property
    def map_variance(self) -> Array:
        """(1 + d,) over the data sets; less than that of the MLE, at the price of a bias."""
        return np.asarray(self.map.var(0, ddof=1))


def variance_over_resamples(
    X: Any,
    y: Any,
    *,
    rng: Rng,
    sigma2: float | None = None,
    tau2: float = 1.0,
    resamples: int = 500,
    redraw: Literal["noise", "rows"] = "noise",
    penalize_intercept: bool = False,
) -> Resamples:
    """Fit MLE (flat prior) and MAP (weights N(0, tau2)) to new data sets made from X (n, d) and y (n,).

    redraw="noise"  the same X, and new noise N(0, sigma2) around the MLE's line
    redraw="rows"   n rows drawn with replacement (the bootstrap); needs many more rows than features
    sigma2          variance of the noise; None takes SSE / n of the MLE
    """
    if redraw not in REDRAWS:
        raise SpecError(
            f"redraw={redraw!r} is not possible; there are: {', '.join(REDRAWS)}.{suggestion(redraw, REDRAWS)}"
        )
    if resamples < 2:
        raise DataError(f"resamples={resamples}; a variance takes at least 2.")
    one_spread(tau2=tau2)
    X, y = check_X_y(X, y, dtype=np.float64, y_numeric=True)
    y = y.astype(np.float64)
    design = Design.of(X, y, penalize_intercept)
    weights = design.whole(Flat().mode(design, 1.0))
    line = weights[0] + X @ weights[1:]
    if sigma2 is None:
        sigma2 = float(((y - line) ** 2).mean())
    mle, maximum = [], []
    for _ in range(resamples):
        if redraw == "noise":
            drawn = Design.of(X, line + rng.normal(scale=sigma2**0.5, size=len(y)), penalize_intercept)
        else:
            rows = rng.integers(len(y), size=len(y))
            drawn = Design.of(X[rows], y[rows], penalize_intercept)
        mle.append(drawn.whole(Flat().mode(drawn, sigma2)))
        maximum.append(drawn.whole(Normal(tau2).mode(drawn, sigma2)))
    return Resamples(np.stack(mle), np.stack(maximum))
