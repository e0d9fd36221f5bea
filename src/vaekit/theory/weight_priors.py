"""Priors on the weights of a regression, and the mode of the posterior that each leads to.

flat     p(w) is constant (improper)    MAP is the MLE, ordinary least squares
normal   each weight is N(0, tau2)      MAP is ridge:  SSE + (sigma2 / tau2) sum w^2
laplace  each weight is Laplace(0, b)   MAP is lasso:  SSE + (2 sigma2 / b) sum |w|
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vaekit.errors import DataError, SpecError, suggestion
from vaekit.kinds import Array
from vaekit.theory.density import LOG_2PI
from vaekit.theory.design import Design


class WeightPrior(ABC):
    """-log p(w) = factor penalty(w) + k log_scale for k weights."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def factor(self) -> float:
        """The factor of the penalty."""

    @property
    @abstractmethod
    def log_scale(self) -> float:
        """What each weight adds besides: the log of the prior's normalising integral."""

    @abstractmethod
    def penalty(self, w: Array) -> float:
        """What the prior counts of the weights w (k,)."""

    @abstractmethod
    def alpha(self, sigma2: float, n: int) -> float:
        """The strength of the penalty in the convention of scikit-learn's Ridge or Lasso."""

    @abstractmethod
    def mode(self, design: Design, sigma2: float) -> Array:
        """The most probable w (k,) given the rows of the design."""

    def covariance(self, design: Design, sigma2: float) -> Array | None:
        """The covariance (k, k) of w given the rows, where the posterior is normal."""
        return None

    def log_integral(self, design: Design, sigma2: float) -> float | None:
        """log of the integral of p(y | w) p(w) over w, where it has a closed form; a constant p(w) counts as 1."""
        return None


@dataclass(frozen=True)
class Flat(WeightPrior):
    """All weights are alike: no number of them is preferred."""

    name = "flat"

    @property
    def factor(self) -> float:
        return 0.0

    @property
    def log_scale(self) -> float:
        return 0.0

    def penalty(self, w: Array) -> float:
        return 0.0

    def alpha(self, sigma2: float, n: int) -> float:
        return 0.0

    def mode(self, design: Design, sigma2: float) -> Array:
        k = design.A.shape[1]
        if design.spectrum.rank < k:
            raise DataError(
                f"the design matrix is singular: n_samples={design.n} rows tell {design.spectrum.rank} directions of "
                f"{k} weights apart, so that under prior='flat' many weights fit equally well. Use prior='normal' (any "
                "tau2 cures it, such as tau2=1.0) or prior='laplace', give more rows, or drop columns that are "
                "constant or sums of others."
            )
        return design.spectrum.ridge(0.0)

    def covariance(self, design: Design, sigma2: float) -> Array:
        return design.spectrum.covariance(sigma2, math.inf)

    def log_integral(self, design: Design, sigma2: float) -> float:
        return design.spectrum.log_flat_integral(sigma2)


@dataclass(frozen=True)
class Normal(WeightPrior):
    """Every weight is N(0, tau2). Reference: Hoerl and Kennard, 1970, https://doi.org/10.1080/00401706.1970.10488634"""

    tau2: float
    name = "normal"

    @property
    def factor(self) -> float:
        return 1 / (2 * self.tau2)

    @property
    def log_scale(self) -> float:
        return 0.5 * (LOG_2PI + math.log(self.tau2))

    def penalty(self, w: Array) -> float:
        return float(w @ w)

    def alpha(self, sigma2: float, n: int) -> float:
        return sigma2 / self.tau2 if sigma2 else 0.0

    def mode(self, design: Design, sigma2: float) -> Array:
        return design.spectrum.ridge(self.alpha(sigma2, design.n))

    def covariance(self, design: Design, sigma2: float) -> Array:
        return design.spectrum.covariance(sigma2, self.tau2)

    def log_integral(self, design: Design, sigma2: float) -> float:
        return design.spectrum.log_evidence(sigma2, self.tau2)


@dataclass(frozen=True)
class Laplace(WeightPrior):
    """Every weight is Laplace(0, b). Reference: Tibshirani, 1996, https://doi.org/10.1111/j.2517-6161.1996.tb02080.x"""

    b: float
    name = "laplace"

    @property
    def factor(self) -> float:
        return 1 / self.b

    @property
    def log_scale(self) -> float:
        return math.log(2 * self.b)

    def penalty(self, w: Array) -> float:
        return float(np.abs(w).sum())

    def alpha(self, sigma2: float, n: int) -> float:
        return sigma2 / (n * self.b)

    def mode(self, design: Design, sigma2: float) -> Array:
        return design.lasso(self.alpha(sigma2, design.n))


NAMES = ("flat", "laplace", "normal")


def check_name(name: str) -> None:
    """Raise SpecError unless a prior has this name."""
    if name not in NAMES:
        raise SpecError(
            f"no prior on weights is called {name!r}; there are: {', '.join(NAMES)}.{suggestion(name, NAMES)}"
        )
