"""The plain loop of PyTorch's own VAE example: a DataLoader, Adam as it comes, the loss read after every step.

The example reads a picture file a row; here the rows are one tensor already, which is kinder to it.
Reference: https://github.com/pytorch/examples/tree/main/vae
"""

from __future__ import annotations

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.peers import networks, pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve


class VAE(nn.Module):
    """Pictures -> logits, mean, log-variance."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.features, width = networks.features(order)
        self.head = networks.head(order, width)
        self.decoder = networks.decoder(order)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.head(self.features(x)).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def loss_of(logits: Tensor, x: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Nats of a batch, summed over it."""
    cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return cross_entropy - 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())


class Loop:
    """The model, its data and its optimiser."""

    def __init__(self, order: Order) -> None:
        torch.manual_seed(order.seed)
        self.model = VAE(order)
        rows = TensorDataset(torch.from_numpy(pictures.read(order.train, order.rows)))
        self.loader = DataLoader(rows, batch_size=order.batch, shuffle=True)
        self.optimizer = optim.Adam(self.model.parameters(), lr=order.learning_rate, eps=order.epsilon)
        self.test = torch.from_numpy(pictures.read(order.test, order.tested))

    def run_epoch(self) -> float:
        """Train on every row once; the mean loss."""
        self.model.train()
        total = 0.0
        for (x,) in self.loader:
            self.optimizer.zero_grad()
            loss = loss_of(*self._of(x))
            loss.backward()
            total += loss.item()
            self.optimizer.step()
        return total / len(self.loader.dataset)

    def _of(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        logits, mean, log_variance = self.model(x)
        return logits, x, mean, log_variance

    @torch.no_grad()
    def test_loss(self) -> float:
        """Nats an example of the test."""
        self.model.eval()
        return sum(float(loss_of(*self._of(x))) for x in self.test.split(500)) / len(self.test)


def epoch(order: Order, turns: Turns) -> None:
    """A turn: an epoch."""
    loop = Loop(order)
    for turn in turns:
        loop.run_epoch()
        turn.stop()
        turn.tell(loss=loop.test_loss())


def picture(order: Order, turns: Turns) -> None:
    """Train, then draw 16 samples."""
    loop = Loop(order)
    for _ in range(order.epochs):
        loop.run_epoch()
    with torch.no_grad():
        drawn = torch.sigmoid(loop.model.decoder(torch.randn(16, order.latent)))
    pictures.draw(drawn[:, 0].numpy(), order.out)


if __name__ == "__main__":
    serve({"epoch": epoch, "picture": picture}, "torch")
