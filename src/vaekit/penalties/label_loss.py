"""The label loss: the class that the encoder gives against the label of the row, where there is one."""

from __future__ import annotations

import torch

from vaekit.bounds import Terms
from vaekit.distributions.labels import labels_of
from vaekit.model import Evidence
from vaekit.penalties.penalty import Penalty
from vaekit.spec import Sizes, register


@register(
    "penalty",
    "label-loss",
    reads_class=True,
    reference="Kingma et al., 2014, https://arxiv.org/abs/1406.5298",
)
class LabelLoss(Penalty):
    """weight x the mean over the labelled rows of -log q(label | x), nats; 0 for a batch without labels.

    encoder_rate: None to add it to the model's loss, or the learning rate of an optimiser of its own by which the
    encoder follows it.
    """

    def __init__(self, sizes: Sizes, *, weight: float = 1.0, encoder_rate: float | None = None) -> None:
        super().__init__(sizes, weight)
        self.encoder_rate = self._rate("encoder_rate", encoder_rate)

    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        log_class = evidence.q.log_class
        if evidence.c is None:
            return {"label_loss": (self.weight, log_class.new_zeros(()))}
        labels = labels_of(evidence.c)
        known = labels >= 0
        given = log_class.gather(-1, labels.clamp(min=0)[:, None])[:, 0]
        return {"label_loss": (self.weight, -(given * known).sum() / known.sum().clamp(min=1))}
