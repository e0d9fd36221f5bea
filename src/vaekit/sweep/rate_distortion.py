"""What models pay and what they get: rate (the KL) against distortion (the reconstruction), in nats.

The bound on log p(x) is minus their sum, so models of one bound lie on a line of slope -1. A sweep of beta walks
along the curve that a family of models can reach.

References: Alemi et al., 2018, https://arxiv.org/abs/1711.00464;
Satopaa et al., 2011 (the knee), https://doi.org/10.1109/ICDCSW.2011.20
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing

from vaekit.errors import SpecError
from vaekit.kinds import Array


@dataclass(frozen=True)
class Point:
    """One model of a sweep. Numbers are nats per example over `rows` rows, in the units of the data.

    rate is E_x KL(q || prior), distortion -E_x E_q[log p(x | z)], elbo minus their sum; `_se` are standard errors
    over the rows. active_units counts latent values with a KL above 0.01 nats, nan where they share one KL.
    """

    beta: float
    latent_dim: int
    random_state: int
    rate: float
    rate_se: float
    distortion: float
    distortion_se: float
    elbo: float
    elbo_se: float
    active_units: float
    rows: int
    epochs: int
    diverged: bool


@dataclass(frozen=True)
class Setting:
    """A beta and a latent_dim: means over the models that share them."""

    beta: float
    latent_dim: int
    rate: float
    distortion: float
    elbo: float
    active_units: float


class RateDistortion:
    """The models of a sweep, and the setting at the knee of their curve.

    The curve has the mean of each setting over its seeds, models that diverged left out, and of those the ones
    that no other setting beats in both rate and distortion. Its knee is where it lies farthest below the straight
    line between its two ends, with rate and distortion scaled to [0, 1]: the first nats beyond it buy less. It
    depends on the ends of the sweep, and there is none on fewer than three settings or on a straight curve.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = list(points)

    @classmethod
    def of(cls, estimators: Sequence[Any], X: Any, test: Any = None) -> RateDistortion:
        """The record of fitted estimators with bound "elbo", on `test`, else each on the rows of X it held out.

        X is what they were fitted to. Where no row was held out, all of X is measured, which flatters.
        """
        return cls([_point(estimator, X, test) for estimator in estimators])

    @cached_property
    def settings(self) -> list[Setting]:
        """The mean of every beta and latent_dim over its seeds, by latent_dim and beta."""
        groups: dict[tuple[int, float], list[Point]] = {}
        for point in self.points:
            if not point.diverged and math.isfinite(point.rate + point.distortion):
                groups.setdefault((point.latent_dim, point.beta), []).append(point)
        return [
            Setting(
                beta,
                latent_dim,
                *(
                    float(np.mean([getattr(point, name) for point in group]))
                    for name in ("rate", "distortion", "elbo", "active_units")
                ),
            )
            for (latent_dim, beta), group in sorted(groups.items())
        ]

    @cached_property
    def knee(self) -> Setting | None:
        """The setting at the knee, or None."""
        rate, distortion = (
            np.array([getattr(setting, name) for setting in self.settings]) for name in ("rate", "distortion")
        )
        at = knee(rate, distortion)
        return None if at is None else self.settings[at]

    @property
    def suggested_beta(self) -> float | None:
        """That of the knee."""
        return None if self.knee is None else self.knee.beta

    @property
    def suggested_latent_dim(self) -> int | None:
        """As many latent values as are active at the knee; those beyond cost time and say nothing."""
        if self.knee is None:
            return None
        active = self.knee.active_units
        return self.knee.latent_dim if math.isnan(active) else max(1, math.ceil(active))

    def sentence(self) -> str:
        """The knee and what it suggests, in words."""
        at = self.knee
        if at is None:
            return "the curve has no knee: give more betas, farther apart."
        said = f"the knee is at beta {at.beta:g}: rate {at.rate:.1f}, distortion {at.distortion:.1f} nats"
        if math.isnan(at.active_units):
            return f"{said}; suggested: beta {at.beta:g}, latent_dim {at.latent_dim}."
        said += f", {at.active_units:.3g} of {at.latent_dim} latent values active"
        suggested = f"{said}; suggested: beta {at.beta:g}, latent_dim {self.suggested_latent_dim}"
        if self.suggested_latent_dim == at.latent_dim:
            return f"{suggested} or more, since all are used."
        return f"{suggested}."

    def csv(self) -> bytes:
        """A table of the models, one a row, numbers at full precision."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = [field.name for field in fields(Point)]
        writer.writerow(names)
        writer.writerows([getattr(point, name) for name in names] for point in self.points)
        return text.getvalue().encode()

    def __repr__(self) -> str:
        return f"RateDistortion({len(self.points)} models; {self.sentence()})"


def knee(rate: Array, distortion: Array) -> int | None:
    """The index of the knee of the curve through (rate, distortion), or None; see RateDistortion."""
    front: list[int] = []
    for at in np.lexsort((distortion, rate)).tolist():
        if not front or distortion[at] < distortion[front[-1]]:
            front.append(at)
    if len(front) < 3:
        return None
    x, y = rate[front], distortion[front]
    below = 1 - (x - x[0]) / (x[-1] - x[0]) - (y - y[-1]) / (y[0] - y[-1])
    deepest = int(np.argmax(below))
    return front[deepest] if below[deepest] > 1e-9 else None


def _point(estimator: Any, X: Any, test: Any) -> Point:
    beta = getattr(getattr(estimator, "bound_", None), "beta", None)
    if beta is None:
        raise SpecError(
            f"{type(estimator).__name__} has no rate that beta weighs; give fitted VAEs with bound 'elbo'."
        )
    rows = test
    if rows is None:
        rows = X if estimator.held_out_ is None else _safe_indexing(X, estimator.held_out_)
    found: Mapping[str, float] = estimator.ledger(rows)
    state = estimator.random_state
    return Point(
        beta=float(beta),
        latent_dim=estimator.spec_.latent_dim,
        random_state=state if isinstance(state, int) else estimator.seed_,
        rate=found["kl"],
        rate_se=found["kl_se"],
        distortion=found["reconstruction"],
        distortion_se=found["reconstruction_se"],
        elbo=found["elbo"],
        elbo_se=found["elbo_se"],
        active_units=found.get("active_units", math.nan),
        rows=int(found["rows"]),
        epochs=len(estimator.history_),
        diverged=estimator.diverged_ is not None,
    )
