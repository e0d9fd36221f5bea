"""How the training ended: diverged, interrupted, or too early."""

from __future__ import annotations

from vaekit.doctor.more_training import STEPS, trained_on
from vaekit.doctor.patient import Patient
from vaekit.doctor.thresholds import MORE_TRAINING
from vaekit.doctor.verdict import Effect, Verdict


def diverged(patient: Patient) -> Verdict:
    """The loss stopped being a finite number."""
    estimator = patient.estimator
    term = estimator.diverged_
    return Verdict(
        "diverged",
        f"The term '{term}' stopped being a finite number in epoch {len(estimator.history_) + 1}; the weights from "
        "before are kept, of a model that was not trained to its end.",
        f"Fit again with learning_rate={estimator.learning_rate / 10:g} or gradient_clip=1.0 (--learning-rate "
        f"{estimator.learning_rate / 10:g}, --gradient-clip 1), and look at the data for extreme values.",
        (Effect("terms that are no finite number", float(term is not None), 0.5),),
    )


def interrupted(patient: Patient) -> Verdict:
    """The training was stopped by hand."""
    estimator = patient.estimator
    return Verdict(
        "interrupted",
        f"The training was stopped by hand in epoch {len(estimator.history_)}; the best weights so far are kept.",
        "Fit again and let it end; with max_time='10min' (--max-time 10min) it ends by itself in time.",
        (Effect("times that it was stopped by hand", float(bool(estimator.interrupted_)), 0.5),),
    )


def under_trained(patient: Patient) -> Verdict:
    """A copy that trains on gains much of what there is to gain."""
    estimator = patient.estimator
    after = patient.bound(patient.judges, trained_on(patient, estimator.bound_, estimator.penalties_))
    before = patient.bound(patient.judges, patient.untrained)
    total = max(after, patient.bound_now) - before
    share = max(0.0, after - patient.bound_now) / total if total > 0 else 0.0
    epochs = len(estimator.history_)
    return Verdict(
        "under-trained",
        f"After {STEPS} further steps a copy scores {after - patient.bound_now:.3g} nats better on "
        f"{patient.rows_told}, which is {share:.0%} of all that training gains; it "
        f"was trained for {epochs} epoch{'s' * (epochs != 1)}.",
        f"Fit again with max_epochs={max(50, 4 * epochs)} (--max-epochs {max(50, 4 * epochs)}), or with "
        "max_epochs='auto'; patience ends it when nothing more is gained.",
        (Effect("share of the gain still to come", share, MORE_TRAINING),),
    )
