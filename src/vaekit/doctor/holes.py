"""Whether draws of the prior decode to what codes of data decode to."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaekit.compatibility import clashes
from vaekit.doctor.patient import Patient
from vaekit.doctor.thresholds import TOLD_APART
from vaekit.doctor.verdict import Effect, Verdict
from vaekit.measure.classifier import told_apart

MOST_DRAWS = 800


def prior_holes(patient: Patient) -> Verdict | None:
    """Decoded prior draws are told from decoded posterior draws: the prior has mass where no row has a code.

    Both are decoded means, so noise hides nothing; the classifier is judged on draws that it was not trained on.
    """
    if not patient.has_samples:
        return None
    x, c = patient.seen
    chosen = patient.rng.permutation(len(x))[:MOST_DRAWS]
    rows = x[chosen], None if c is None else c[chosen]
    of_rows = patient.decoded(patient.posterior_draws(rows), rows[1])
    of_prior = patient.decoded(patient.prior_draws(len(chosen), rows[1]), rows[1])
    found = told_apart(of_prior, of_rows, rng=np.random.default_rng([patient.estimator.seed_, 4]))
    area = found.value
    beta = getattr(patient.estimator.bound_, "beta", 1.0)
    light = (
        f"The KL was counted {beta:g} times: fit again with bound='elbo' (--bound elbo), whose beta is 1. Or: "
        if beta < 1
        else ""
    )
    return Verdict(
        "prior-holes",
        f"A classifier tells decoded draws of the prior from decoded codes of {len(chosen):,} rows with an area under "
        f"the curve of {area:.2f} (0.5: not at all, 1: always) on draws that it had not seen: much of the prior "
        "decodes to what no row is like.",
        light + advice_on_holes(patient.estimator),
        (Effect("area under the curve, prior draws against posterior draws", area, TOLD_APART),),
    )


def advice_on_holes(estimator: Any) -> str:
    """What to try: a prior that follows the codes, for models that can have it."""
    if clashes(estimator.spec_.with_(prior="vamp")):
        return "Fit again for longer (max_epochs, --max-epochs), with another prior, or with fewer latent values."
    return 'Fit again with prior="vamp" (--prior vamp), which follows the codes, or with fewer latent values.'
