"""Whether codes say anything, whether the decoder listens, and which units are unused."""

from __future__ import annotations

import numpy as np

from vaekit.doctor.patient import Patient
from vaekit.doctor.thresholds import ACTIVE_NATS, PRIOR_KL, SHUFFLE_LOSS
from vaekit.doctor.verdict import Effect, Verdict


def posterior_is_prior(patient: Patient) -> Verdict | None:
    """The codes say nothing: the posterior has collapsed onto the prior."""
    if not patient.has_kl:
        return None
    kl = float(patient.kl_groups.sum())
    return Verdict(
        "posterior-is-prior",
        f"The KL of the posterior to the prior is {kl:.3g} nats, all latent values together, on {patient.rows_told}: a "
        "code tells nothing about its row, and every reconstruction is the same.",
        'Fit again with bound=part("elbo", beta=1, warm_up=10) or part("elbo", free_nats=0.25) (--bound '
        "elbo:warm_up=10 or elbo:free_nats=0.25), a larger network, or a sharper likelihood.",
        (Effect("total KL", kl, PRIOR_KL, "below", "nats"),),
    )


def decoder_ignores_codes(patient: Patient) -> Verdict:
    """Codes that say something, and a decoder that does as well with those of other rows."""
    rows = patient.judges
    codes = patient.posterior_draws(rows)
    order = patient.rng.permutation(len(codes))
    others = np.empty_like(codes)
    others[order] = codes[np.roll(order, 1)]
    own = patient.log_px(rows, codes)
    lost = own - patient.log_px(rows, others)
    stake = patient.stake(own)
    kl = float(patient.kl_groups.sum()) if patient.has_kl else np.inf
    told = f"The codes cost {kl:.3g} nats, yet with" if patient.has_kl else "With"
    return Verdict(
        "decoder-ignores-codes",
        f"{told} the codes of other rows the reconstruction loses {lost:.3g} nats, {lost / stake:.2%} of "
        f"{patient.stake_told(stake)}, on {patient.rows_told}: the decoder does not read them.",
        'Fit again with bound=part("elbo", warm_up=10) (--bound elbo:warm_up=10), or with a decoder that can do less '
        "without its code; a condition that tells it everything leaves nothing for the code.",
        (
            Effect("share of the reconstruction lost by shuffled codes", lost / stake, SHUFFLE_LOSS, "below"),
            Effect("total KL", kl, PRIOR_KL, "above", "nats"),
        ),
    )


def unused_units(patient: Patient) -> Verdict | None:
    """Information: some latent values say nothing while others do."""
    if not patient.has_kl or len(patient.kl_groups) < patient.model.posterior.latent_dim:
        return None
    size, active = len(patient.kl_groups), int((patient.kl_groups > ACTIVE_NATS).sum())
    return Verdict(
        "unused-units",
        f"{active} of {size} latent values tell more than {ACTIVE_NATS:g} nats about a row; the others cost nothing "
        "and tell nothing.",
        f"Nothing is wrong; latent_dim={max(1, active)} (--latent-dim {max(1, active)}) would serve as well.",
        (
            Effect("unused latent values", float(size - active), 0.5),
            Effect("active latent values", float(active), 0.5),
        ),
        illness=False,
    )
