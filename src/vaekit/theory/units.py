"""Units of information: a base of logarithms, 2 for bits and e for nats."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

from vaekit.errors import SpecError
from vaekit.kinds import Array

_NAMES = {2.0: "bits", math.e: "nats", 10.0: "dits"}


def nats_per_unit(base: float) -> float:
    """How many nats one unit of this base is: ln(base), for a base above 1."""
    if isinstance(base, bool) or not isinstance(base, Real) or not 1 < base < math.inf:
        raise SpecError(
            f"base={base!r} is not a base of logarithms; it is a number above 1, such as 2 (bits), "
            "math.e (nats) or 10."
        )
    return math.log(base)


def in_units(nats: Array, base: float) -> Array:
    """Nats in units of this base."""
    return np.asarray(nats / nats_per_unit(base))


def unit(base: float) -> str:
    """What the unit of this base is called."""
    return _NAMES.get(float(base), f"units of base {base:g}")
