"""A likelihood that is made of numbers: a decoder gives some for each value of an example."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent
from vaekit.likelihoods.likelihood import Likelihood
from vaekit.nn.network import Network
from vaekit.spec import Sizes


class DecodedLikelihood(Likelihood):
    """`numbers` numbers for each value, from a decoder of the code and, behind it, the condition."""

    def __init__(self, sizes: Sizes, network: Network, numbers: int = 1) -> None:
        super().__init__(sizes)
        self.numbers = numbers
        self.decoder = network.decoder(sizes.latent_dim + sizes.condition_dim, numbers)

    @abstractmethod
    def distribution(self, numbers: Tensor) -> Independent:
        """The decoder's numbers (K, B, P, *event) -> p_x, batch (K, B)."""

    def forward(self, z: Tensor, c: Tensor | None = None) -> Independent:
        if c is not None:
            z = torch.cat((z, c.expand(z.shape[0], *c.shape)), dim=-1)
        numbers = self.decoder(z.flatten(0, 1)).unflatten(0, z.shape[:2])
        if numbers.dtype in (torch.bfloat16, torch.float16):
            numbers = numbers.float()  # a sum of nats over an event needs more digits than a network does
        return self.distribution(numbers)
