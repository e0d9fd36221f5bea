"""The variance tau2 of a normal prior on weights, chosen by the data.

    evidence  the tau2 under which the targets are most probable, all weights integrated out
    cv        the tau2 whose fits predict left-out rows best

Both search over alpha = sigma2 / tau2, ten decades to either side of the largest squared singular value of the design:
a search that ends at the far side says that the targets do not depend on X, and gives a tau2 near 0.

Reference: MacKay, 1992, https://doi.org/10.1162/neco.1992.4.3.415 (evidence); Allen, 1974,
https://doi.org/10.1080/00401706.1974.10489157 (leave-one-out)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize_scalar

from vaekit.errors import SpecError, suggestion
from vaekit.theory.design import Design

Noise = float | None  # sigma2 when it is given, None when it is to be estimated along with tau2
Way = Callable[[Design, Noise], tuple[float, float]]


def by_evidence(design: Design, given: Noise) -> tuple[float, float]:
    """(sigma2, tau2) of the largest evidence."""
    spectrum = design.spectrum

    def sigma2(alpha: float) -> float:
        # At a fixed alpha the evidence is largest where sigma2 is this.
        return spectrum.lowest(alpha) / design.dof if given is None else given

    alpha = _lowest(lambda a: -spectrum.log_evidence(sigma2(a), sigma2(a) / a), spectrum.scale)
    return sigma2(alpha), sigma2(alpha) / alpha


def by_cross_validation(design: Design, given: Noise) -> tuple[float, float]:
    """(sigma2, tau2) of the smallest leave-one-out error; an estimated sigma2 is SSE / n at those weights."""
    spectrum = design.spectrum
    alpha = _lowest(spectrum.leave_one_out, spectrum.scale)
    sigma2 = design.sse(spectrum.ridge(alpha)) / design.n if given is None else given
    return sigma2, sigma2 / alpha


WAYS: dict[str, Way] = {"evidence": by_evidence, "cv": by_cross_validation}


def find_way(name: str) -> Way:
    """The way of this name to choose tau2."""
    if name not in WAYS:
        raise SpecError(
            f"tau2={name!r} is not possible; it is a number above 0 or one of: {', '.join(WAYS)}."
            f"{suggestion(name, WAYS)}"
        )
    return WAYS[name]


def chosen(way: Way, design: Design, given: Noise) -> tuple[float, float]:
    """(sigma2, tau2) by this way; both 0 where the targets are all alike and neither is given."""
    if given is None and not design.y.any():
        return 0.0, 0.0
    return way(design, given)


def _lowest(cost: Callable[[float], float], scale: float) -> float:
    """The alpha of the lowest cost: the best of a grid, then refined between its neighbours."""
    places = np.log(scale) + np.log(10) * np.linspace(-10, 10, 81)
    best = int(np.argmin([cost(float(np.exp(place))) for place in places]))
    around = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
    found = minimize_scalar(
        lambda place: cost(float(np.exp(place))), bounds=around, method="bounded", options={"xatol": 1e-9}
    )
    return float(np.exp(found.x))
