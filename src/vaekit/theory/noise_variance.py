"""The variance of the noise, estimated along with the weights."""

from __future__ import annotations

import numpy as np

from vaekit.errors import DataError
from vaekit.theory.design import Design
from vaekit.theory.weight_priors import Flat, WeightPrior


def sigma2_at_the_mode(prior: WeightPrior, design: Design) -> float:
    """The sigma2 that is SSE / n at the weights it leads to: p(y | X, w, sigma2) p(w) is stationary there in both.

    Reached from above, so that of several the one with most noise is found.
    """
    if not isinstance(prior, Flat) and design.fits_anything:
        raise DataError(
            f"sigma2 cannot be estimated: n_samples={design.n} rows can be fitted exactly by their "
            f"{design.A.shape[1]} weights, which leaves nothing for noise. Give sigma2= a number, use prior='normal' "
            "with tau2='evidence', or give more rows."
        )
    start = sigma2 = float(design.y @ design.y) / design.n
    while True:
        following = design.sse(prior.mode(design, sigma2)) / design.n
        # Below rounding the fit is exact, and smaller values only chase the error of the arithmetic.
        if following >= sigma2 * (1 - 1e-12) or following <= start * np.finfo(float).eps ** 2:
            return following
        sigma2 = following
