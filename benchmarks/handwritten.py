"""The loop that a careful user of PyTorch writes without vaekit: the yardstick of the composed step.

Resident data, one permutation an epoch, plain layers, fused losses, fused Adam, nothing read inside an epoch.
It draws its permutations and its noise from generators seeded as those of `vaekit.train.Training` are, so that
from the same first weights its losses are the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Kl = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(mean, log-variance, noise), each (B, L) -> the KL of the batch, nats, summed over its examples."""


class Permute(nn.Module):
    """(B, height, width, channels) -> (B, channels, height, width), which is channels_last without a copy."""

    def forward(self, picture: Tensor) -> Tensor:
        return picture.permute(0, 3, 1, 2)


def mlp() -> tuple[nn.Sequential, nn.Sequential]:
    """784-400-20 and back, for one channel of 28 x 28."""
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU(inplace=True), nn.Linear(400, 40))
    decoder = nn.Sequential(
        nn.Linear(20, 400), nn.ReLU(inplace=True), nn.Linear(400, 784), nn.Unflatten(1, (1, 28, 28))
    )
    return encoder, decoder


def tutorial() -> tuple[nn.Sequential, nn.Sequential]:
    """The convolutional network of the TensorFlow tutorial; its last layer, of stride 1, is a convolution.

    Reference: https://www.tensorflow.org/tutorials/generative/cvae
    """
    encoder = nn.Sequential(
        nn.Conv2d(1, 32, 3, 2), nn.ReLU(inplace=True),
        nn.Conv2d(32, 64, 3, 2), nn.ReLU(inplace=True),
        nn.Flatten(), nn.Linear(6 * 6 * 64, 4),
    )  # fmt: skip
    decoder = nn.Sequential(
        nn.Linear(2, 7 * 7 * 32), nn.ReLU(inplace=True), nn.Unflatten(1, (7, 7, 32)), Permute(),
        nn.ConvTranspose2d(32, 64, 3, 2, padding=1, output_padding=1), nn.ReLU(inplace=True),
        nn.ConvTranspose2d(64, 32, 3, 2, padding=1, output_padding=1), nn.ReLU(inplace=True),
        nn.Conv2d(32, 1, 3, padding=1),
    )  # fmt: skip
    return encoder.to(memory_format=torch.channels_last), decoder.to(memory_format=torch.channels_last)


def closed_form_kl(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, I))."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()


def one_draw_kl(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """log q(z | x) - log p(z) at the draw, as the tutorial has it; the constants cancel."""
    z = mean + (0.5 * log_variance).exp() * noise
    return 0.5 * (z.square() - noise.square() - log_variance).sum()


class Handwritten:
    """A Bernoulli VAE with a normal posterior, and its loop."""

    def __init__(
        self, halves: tuple[nn.Sequential, nn.Sequential], kl: Kl, x: Tensor, batch: int,
        learning_rate: float, epsilon: float, seed: int,
    ) -> None:  # fmt: skip
        """halves: encoder (to mean and log-variance) and decoder (to logits). x: all rows (n, *event)."""
        self.encoder, self.decoder = halves
        self.kl, self.x, self.batch = kl, x, batch
        parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.adam = torch.optim.Adam(parameters, lr=learning_rate, eps=epsilon, fused=True)
        self.order = torch.Generator().manual_seed(seed)
        self.noise = torch.Generator().manual_seed(seed + 1)

    def steps(self) -> Iterator[Tensor]:
        """An epoch, step by step: every row once. Gives the loss of each step, summed over its rows, nats."""
        for rows in torch.randperm(len(self.x), generator=self.order).split(self.batch):
            x = self.x.index_select(0, rows)
            mean, log_variance = self.encoder(x).chunk(2, dim=1)
            noise = torch.randn(mean.shape, generator=self.noise)
            logits = self.decoder(mean + (0.5 * log_variance).exp() * noise)
            cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
            summed = cross_entropy + self.kl(mean, log_variance, noise)
            self.adam.zero_grad()
            (summed / len(x)).backward()
            self.adam.step()
            yield summed.detach()

    def mean_loss(self, losses: list[Tensor]) -> float:
        """The mean over the rows of an epoch, nats: all that is ever read from the device."""
        return float(torch.stack(losses).sum()) / len(self.x)
