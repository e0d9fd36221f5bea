"""Whether the model is held back: by a weight on the KL that is not one, or by codes that are held too tight."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from vaekit.bounds import Elbo, elbo
from vaekit.distributions.normal import DiagonalNormal
from vaekit.doctor.more_training import STEPS, trained_on
from vaekit.doctor.patient import Patient
from vaekit.doctor.thresholds import BETTER_BOUND
from vaekit.doctor.verdict import Effect, Verdict
from vaekit.kinds import Array
from vaekit.model import Evidence

WIDER = (2.0, 4.0)
"""What the variance of the posterior is multiplied with."""


def over_regularised(patient: Patient) -> Verdict | None:
    """At weight one, or with a wider posterior, the bound is better by much."""
    if not patient.has_kl:
        return None
    at_one = _gain_at_weight_one(patient)
    wider = _gain_of_a_wider_posterior(patient)
    stake = patient.stake(patient.bound_now)
    gain = max(at_one, wider)
    if at_one >= wider:
        why = f"after {STEPS} further steps at beta=1 a copy scores"
        remedy = 'Fit again with bound="elbo", whose beta is 1, and without penalties (--bound elbo).'
    else:
        why = "with a wider posterior, of the same means, it scores"
        remedy = (
            'Fit again with bound=part("elbo", beta=1) (--bound elbo:beta=1), which finds the right width.'
        )
    return Verdict(
        "over-regularised",
        f"On {patient.rows_told} {why} {gain:.3g} nats better, {gain / stake:.1%} of {patient.stake_told(stake)}.",
        remedy,
        (Effect("share of the bound that is gained", gain / stake, BETTER_BOUND),),
    )


def _gain_at_weight_one(patient: Patient) -> float:
    estimator = patient.estimator
    bound = estimator.bound_
    if not isinstance(bound, Elbo):
        return 0.0
    # A weight below one, or nats that are free, hold nothing back.
    if bound.beta <= 1 and bound.target is None and not estimator.penalties_:
        return 0.0
    return patient.bound(patient.judges, trained_on(patient, Elbo(), ())) - patient.bound_now


def _gain_of_a_wider_posterior(patient: Patient) -> float:
    x, c = patient.judges
    reader = patient.reader(None, c)

    def widened(t: Tensor, block: Array) -> Tensor:
        found = reader.evidence(t, block, patient.estimator.score_draws)
        q = found.q
        if not isinstance(q, DiagonalNormal):  # what has no width to be changed
            return torch.full((len(t), 1), -math.inf, dtype=t.dtype, device=t.device)
        noise = reader.row_noise(block, patient.estimator.score_draws)
        each = [DiagonalNormal(q.mean, q.log_variance + math.log(factor)) for factor in WIDER]
        return torch.stack(
            [
                elbo(
                    Evidence(
                        found.x,
                        None,
                        found.observed,
                        one,
                        found.p_z,
                        one.draw(noise),
                        found.likelihood,
                        found.decoder_c,
                    )
                )
                for one in each
            ],
            -1,
        )

    return float(reader.by_batches(x, widened).mean(0).max()) - patient.bound_now
