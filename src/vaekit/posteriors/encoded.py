"""A posterior that is made of numbers: an encoder reads the data, a head gives the numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vaekit.nn.initialise import empty_layer
from vaekit.nn.mlp import stack
from vaekit.nn.network import Network
from vaekit.posteriors.posterior import Posterior
from vaekit.spec import Sizes


class EncodedPosterior(Posterior):
    """`numbers` numbers a row from one linear layer on the features of x.

    With a condition, features and c first go through one layer together, so that what x says about z may
    depend on c; this works with every encoder. An encoder that says `reads_condition` takes c itself.
    """

    def __init__(self, sizes: Sizes, network: Network, numbers: int) -> None:
        super().__init__(sizes)
        self.encoder = network.encoder()
        self.features: int = self.encoder.features  # type: ignore[assignment]
        self.mix: nn.Module | None = None
        self.encoder_reads_condition = bool(getattr(self.encoder, "reads_condition", False))
        if sizes.condition_dim and not self.encoder_reads_condition:
            width = min(512, max(64, self.features))
            self.mix = stack((self.features + sizes.condition_dim, width), "relu")
            self.features = width
        self.head = empty_layer(nn.Linear, self.features, numbers)

    def read(self, h: Tensor, c: Tensor | None) -> Tensor:
        """h (B, *event), c (B, C) or None -> what x and c say about z, (B, features)."""
        features: Tensor = self.encoder(h, c) if self.encoder_reads_condition else self.encoder(h)
        if self.mix is not None:
            assert c is not None, "a model with a condition is called with one"
            features = self.mix(torch.cat((features, c), dim=-1))
        return features

    def numbers(self, h: Tensor, c: Tensor | None) -> Tensor:
        """(B, numbers)."""
        given: Tensor = self.head(self.read(h, c))
        # Draws and their densities are float32, whatever the network computes in.
        return given.float() if given.dtype in (torch.bfloat16, torch.float16) else given
