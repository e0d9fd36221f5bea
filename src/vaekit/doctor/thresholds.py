"""From where on an effect is an illness. Frozen: a threshold that moves with the models that it judges judges nothing.

Those "of the definition" say what the illness is. Those "calibrated" were set once, between the largest value of
healthy models and the smallest of models that were made ill, both shown in docs/doctor.md.
"""

from __future__ import annotations

PRIOR_KL = 0.1
"""posterior-is-prior, nats: a seventh of what one toss of a coin tells. Of the definition."""

SHUFFLE_LOSS = 0.01
"""decoder-ignores-codes: the share of the reconstruction that codes of other rows cost. Of the definition."""

TOLD_APART = 0.85
"""prior-holes: area under the curve by which decoded prior draws are told from decoded posterior draws. Calibrated."""

BETTER_BOUND = 0.05
"""over-regularised: the share of the bound that weight one, or a wider posterior, gains. Of the definition."""

GENERALISATION_GAP = 0.10
"""memorising: the share of all that training gained that unseen rows do not get. Of the definition."""

NEARER = 0.75
"""memorising: the share of samples nearer to a training row than to an unseen one; 0.5 is honest. Calibrated."""

MORE_TRAINING = 0.10
"""under-trained: the share of all that training gains which is still to come. Calibrated."""

ACTIVE_NATS = 0.01
"""unused-units, nats: a unit below it is unused, as in the ledger."""
