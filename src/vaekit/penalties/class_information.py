"""What a class tells of its row: classes that are certain for each row and evenly used over all of them."""

from __future__ import annotations

import math

import torch

from vaekit.bounds import Terms
from vaekit.model import Evidence
from vaekit.penalties.penalty import Penalty
from vaekit.spec import Sizes, register

LEAST = 1e-8


@register(
    "penalty",
    "class-information",
    reads_class=True,
    matches_prior=True,
    reference="Krause et al., 2010, https://papers.nips.cc/paper/4154",
)
class ClassInformation(Penalty):
    """weight x (log C - I(x; class)), nats, with I = H(mean of q(class | x)) - mean of H(q(class | x)) over the batch.

    It is 0 where every row is certain of its class and the classes are evenly used: what a critic of one-hot classes
    asks for too, in closed form and without a game. encoder_rate: None to add it to the model's loss, or the learning
    rate of an optimiser of its own by which the encoder follows it.
    """

    def __init__(self, sizes: Sizes, *, weight: float = 1.0, encoder_rate: float | None = None) -> None:
        super().__init__(sizes, weight)
        self.encoder_rate = self._rate("encoder_rate", encoder_rate)

    def terms(self, evidence: Evidence, generator: torch.Generator) -> Terms:
        log_class = evidence.q.log_class
        share = log_class.exp()
        doubt = -(share * log_class).sum(-1).mean()
        # A class that no row has would have an infinite slope.
        spread = torch.special.entr(share.mean(0).clamp(min=LEAST)).sum()
        return {"class_information": (self.weight, math.log(log_class.shape[-1]) - spread + doubt)}
