"""The networks as users of PyTorch write them: plain layers in their default form, for the peers on torch."""

from __future__ import annotations

from torch import Tensor, nn

from benchmarks.peers.order import Order


def features(order: Order) -> tuple[nn.Module, int]:
    """Pictures (B, channels, height, width) -> features, and how many."""
    if order.network == "mlp":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU()), 400
    if order.network == "tutorial":
        layers = [nn.Conv2d(1, 32, 3, 2), nn.ReLU(), nn.Conv2d(32, 64, 3, 2), nn.ReLU(), nn.Flatten()]
        return _glorot(nn.Sequential(*layers)), 64 * 6 * 6
    layers = [nn.Conv2d(3, 16, 3, padding=1), Residual(16)]
    for inner, outer in ((16, 32), (32, 64), (64, 64)):
        layers += [nn.Conv2d(inner, outer, 4, 2, 1), Residual(outer)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Flatten()), 64 * 8 * 8


def decoder(order: Order) -> nn.Module:
    """Codes (B, L) -> logits (B, channels, height, width)."""
    if order.network == "mlp":
        return nn.Sequential(
            nn.Linear(order.latent, 400), nn.ReLU(), nn.Linear(400, 784), nn.Unflatten(1, (1, 28, 28))
        )
    if order.network == "tutorial":
        return _glorot(
            nn.Sequential(
                nn.Linear(order.latent, 7 * 7 * 32), nn.ReLU(), nn.Unflatten(1, (32, 7, 7)),
                nn.ConvTranspose2d(32, 64, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(32, 1, 3, 1, 1),
            )
        )  # fmt: skip
    layers: list[nn.Module] = [nn.Linear(order.latent, 64 * 8 * 8), nn.Unflatten(1, (64, 8, 8))]
    for inner, outer in ((64, 64), (64, 32), (32, 16)):
        layers += [Residual(inner), nn.ConvTranspose2d(inner, outer, 4, 2, 1)]
    return nn.Sequential(*layers, Residual(16), nn.ReLU(), nn.Conv2d(16, 3, 3, padding=1))


class Residual(nn.Module):
    """x + two convolutions of it.

    Reference: He et al., 2016, https://arxiv.org/abs/1603.05027
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def head(order: Order, width: int) -> nn.Module:
    """Features -> mean and log-variance side by side, (B, 2 L)."""
    made = nn.Sequential(nn.Linear(width, 2 * order.latent))
    return _glorot(made) if order.network == "tutorial" else made


def _glorot(layers: nn.Sequential) -> nn.Sequential:
    """First weights as Keras has them, which are the tutorial's."""
    for layer in layers:
        if hasattr(layer, "weight"):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return layers
