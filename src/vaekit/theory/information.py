"""Information of discrete distributions: what one outcome tells, and what it tells on average.

    I(x)     = -log P(x)                 self-information
    H(P)     = E_P[I_P]                  entropy
    H(P, Q)  = E_P[I_Q]                  cross entropy
    KL(P||Q) = H(P, Q) - H(P)            divergence of Q from P

Everything takes a base: 2 (bits) by default, math.e for nats; 1 nat is 1.442695 bits. 0 log 0 is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import entr, rel_entr, xlogy

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.theory.probabilities import probabilities, real_numbers, same_length
from vaekit.theory.units import in_units, nats_per_unit


def self_information(p: Any, base: float = 2) -> Any:
    """-log p of each probability p in [0, 1]: a number for a number, else in the shape of p.

    0 where p is 1, infinite where p is 0. It falls as p grows, and adds over independent events: I(p q) = I(p) + I(q).
    """
    nats_per_unit(base)
    values = real_numbers(p, "p")
    if ((values < 0) | (values > 1)).any():
        raise DataError(
            f"p has values from {values.min():g} to {values.max():g}; probabilities are from 0 to 1."
        )
    with np.errstate(divide="ignore"):
        found = -np.log2(values) if base == 2 else in_units(-np.log(values), base)
    return (found + 0.0)[()]  # turns the -0.0 of a certain event into 0.0


def entropy(p: Any, base: float = 2) -> float:
    """H(P), the mean self-information: 0 for a certain outcome, at most log(number of outcomes)."""
    return float(in_units(entr(probabilities(p, "p")).sum(), base))


def cross_entropy(p: Any, q: Any, base: float = 2) -> float:
    """H(P, Q) = E_P[I_Q] = -sum P log Q: outcomes come from P and are coded as if they came from Q.

    The other direction, E_Q[I_P], is `cross_entropy(q, p)`, and differs. Infinite where Q is 0 and P is not.
    """
    p, q = _pair(p, q)
    return float(in_units(-xlogy(p, q).sum() + 0.0, base))


def kl_divergence(p: Any, q: Any, base: float = 2) -> float:
    """KL(P||Q) = H(P, Q) - H(P), at least 0, and 0 only for P = Q; infinite where Q is 0 and P is not.

    No distance: KL(Q||P) differs, and the triangle inequality fails.

    Reference: Kullback and Leibler, 1951, https://doi.org/10.1214/aoms/1177729694
    """
    p, q = _pair(p, q)
    # Summed term by term, so that it is exact where P and Q are close; rounding may leave -1e-17.
    return float(in_units(np.maximum(rel_entr(p, q).sum(), 0.0), base))


def _pair(p: Any, q: Any) -> tuple[Array, Array]:
    """Two distributions over the same outcomes."""
    p, q = probabilities(p, "p"), probabilities(q, "q")
    same_length(p=p, q=q)
    return p, q
