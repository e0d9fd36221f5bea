"""The Bernoulli likelihood, for values 0 and 1."""

from __future__ import annotations

import torch
from torch import Tensor

from vaekit.distributions.bernoulli import Bernoulli
from vaekit.errors import SpecError
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.likelihoods.domain import check_values
from vaekit.nn.network import Network
from vaekit.spec import Sizes, register


@register("likelihood", "bernoulli", reference="Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114")
class BernoulliLikelihood(DecodedLikelihood):
    """x is 1 with probability sigmoid(decoder(z)).

    relaxed: also score values between 0 and 1, by the same formula. That is the cross-entropy in common use
    and no likelihood: it does not integrate to one, so its numbers compare with no other likelihood's.
    """

    domain = "binary"
    measure = "mass"

    def __init__(self, sizes: Sizes, network: Network, *, relaxed: bool = False) -> None:
        if not isinstance(relaxed, bool):
            raise SpecError(
                f"likelihood 'bernoulli': relaxed={relaxed!r} is not possible; give True or False."
            )
        super().__init__(sizes, network)
        self.relaxed = relaxed
        self.normalised = not relaxed

    def distribution(self, numbers: Tensor) -> Bernoulli:
        return Bernoulli(numbers.squeeze(2), names=not self.relaxed)

    def floor(self, x: Tensor) -> Tensor:
        """(B, *event) -> (B,): the least that -log p(x | z) can be, the entropy of x; 0 where x is 0 and 1."""
        each: Tensor = torch.special.entr(x) + torch.special.entr(1 - x)
        return each.flatten(1).sum(1)

    def check(self, x: Array) -> None:
        check_values(
            self.name,
            x,
            low=0,
            high=1,
            whole=not self.relaxed,
            needs="x in [0, 1]" if self.relaxed else "x of 0 and 1 only",
            cure="Rescale x, or use likelihood 'gaussian'.",
            cure_between="Give binarize=0.5 or binarize='dynamic', use likelihood 'continuous-bernoulli', or "
            'accept a score that is no likelihood with part("bernoulli", relaxed=True).',
        )
