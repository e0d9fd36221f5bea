"""Whether the model knows its training rows by heart."""

from __future__ import annotations

import numpy as np

from vaekit.doctor.patient import MOST_ROWS, Patient
from vaekit.doctor.thresholds import GENERALISATION_GAP, NEARER
from vaekit.doctor.verdict import Effect, Verdict
from vaekit.measure.baselines import flat, mean_imputation
from vaekit.measure.copies import nearest_copies

MOST_DRAWS = 800


def memorising(patient: Patient) -> Verdict | None:
    """Unseen rows lack much of what training gained, and samples lie nearer to training rows than to unseen ones."""
    if patient.unseen is None or not (patient.has_density and patient.has_samples):
        return None
    x, c = patient.seen
    seen = x[:MOST_ROWS], None if c is None else c[:MOST_ROWS]
    before = patient.bound(seen, patient.untrained)
    of_seen, of_unseen = patient.bound(seen), patient.bound(patient.unseen)
    gained = of_seen - before
    gap = (of_seen - of_unseen) / gained if gained > 0 else 0.0
    chosen = patient.rng.permutation(np.resize(np.arange(len(seen[0])), MOST_DRAWS))
    given = None if seen[1] is None else seen[1][chosen]
    samples = patient.decoded(patient.prior_draws(len(chosen), given), given)
    # Hidden values are filled alike on either side, so that they move no sample towards one of them.
    train, holdout = (mean_imputation(flat(seen[0]), flat(rows)) for rows in (seen[0], patient.unseen[0]))
    rng = np.random.default_rng([patient.estimator.seed_, 5])
    copies = nearest_copies(flat(samples), train, holdout, rng=rng)
    assert copies.nearer is not None
    nearer = copies.nearer.value
    return Verdict(
        "memorising",
        f"Rows that it was trained on score {of_seen - of_unseen:.3g} nats better than "
        f"{len(patient.unseen[0]):,} unseen ones, {gap:.0%} of the {gained:.3g} nats that training gained, "
        f"and {nearer:.0%} of its samples lie nearer to "
        "a training row than to an unseen one (50 % of an honest model).",
        "Fit again on more rows, or stop earlier: validation_fraction=0.1 with patience=10 (--validation-fraction 0.1 "
        "--patience 10); a smaller network or latent_dim remembers less.",
        (
            Effect("share of the gain that unseen rows lack", gap, GENERALISATION_GAP),
            Effect("share of samples nearer to a training row", nearer, NEARER),
        ),
    )
