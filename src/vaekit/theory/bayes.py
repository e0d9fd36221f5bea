"""Bayes' rule: P(A | B) = P(B | A) P(A) / P(B), over a list of hypotheses or over a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.theory.grid import axis, integral, must_integrate_to_one
from vaekit.theory.probabilities import non_negative, probabilities, same_length


@dataclass(frozen=True)
class Bayes:
    """The four factors of Bayes' rule, for hypotheses A and data B.

    posterior   P(A | B), one value a hypothesis
    evidence    P(B), one number: the likelihood averaged over the prior
    prior       P(A), one value a hypothesis
    likelihood  P(B | A), one value a hypothesis
    """

    posterior: Array
    evidence: float
    prior: Array
    likelihood: Array


def bayes(prior: Any, likelihood: Any, *, grid: Any = None) -> Bayes:
    """What the data make of the prior.

    prior, likelihood  (H,) one value a hypothesis; the likelihood need not sum to anything
    grid               None: the hypotheses are a list, prior and posterior are probabilities that sum to 1.
                       (H,) rising numbers: the hypotheses are places on a line, prior and posterior are densities
                       that integrate to 1 by the trapezoid rule (a prior within 0.001 of 1 is divided by its
                       integral).

    Raises DataError where the prior is no distribution, where lengths differ, and where the likelihood is 0
    wherever the prior is not: then there is no posterior.
    """
    p, fit = non_negative(prior, "prior"), non_negative(likelihood, "likelihood")
    same_length(prior=p, likelihood=fit)
    if grid is None:
        p = probabilities(p, "prior")
        evidence = float(p @ fit)
    else:
        places = axis(grid)
        same_length(prior=p, grid=places)
        must_integrate_to_one(p, [places], "prior")
        p = p / integral(p, [places])
        evidence = integral(p * fit, [places])
    if evidence == 0:
        raise DataError(
            "the evidence is 0: the likelihood is 0 wherever the prior is not, so there is no posterior. Where "
            "the likelihood is too small for a float, give exp(log_likelihood - log_likelihood.max())."
        )
    return Bayes(posterior=np.asarray(p * fit / evidence), evidence=evidence, prior=p, likelihood=fit)
