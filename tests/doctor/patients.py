"""Models that are well, and models that were made ill: name -> what fits one and the rows to examine it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

from vaekit import VAE, part
from vaekit.errors import DivergedError
from vaekit.train import Callback

DIGITS = load_digits().data


class Case(NamedTuple):
    """A fitted model, the rows of its fit, and rows that it never saw (None: those that it held out)."""

    estimator: VAE
    X: np.ndarray
    unseen: np.ndarray | None = None


def linear_gaussian(seed: int, rows: int = 2000) -> np.ndarray:
    """8 values from 2 normal ones and noise; the seed draws rows of one law."""
    rng, law = np.random.default_rng(seed), np.random.default_rng(99)
    return rng.normal(size=(rows, 2)) @ law.normal(size=(8, 2)).T + 0.5 * rng.normal(size=(rows, 8))


def healthy_linear(seed: int) -> Case:
    X = linear_gaussian(seed)
    return Case(VAE(2, random_state=seed).fit(X), X)


def healthy_digits(seed: int) -> Case:
    return Case(VAE(4, random_state=seed).fit(DIGITS), DIGITS)


def heavy_kl(seed: int) -> Case:
    """A weight of 1,000 on the KL leaves nothing in the codes."""
    return Case(VAE(4, bound=part("elbo", beta=1000), max_epochs=60, random_state=seed).fit(DIGITS), DIGITS)


class Deaf(nn.Module):
    """A decoder that does not read its code."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Parameter(torch.zeros(64))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.picture.expand(len(z), 64)


def deaf_decoder(seed: int) -> Case:
    """Codes are pulled to cost 5 nats, of which the decoder makes nothing."""
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU())
    vae = VAE(4, network=(encoder, Deaf()), bound=part("elbo", target_rate=5), random_state=seed)
    return Case(vae.fit(DIGITS), DIGITS)


def far_codes(seed: int) -> Case:
    """An autoencoder in all but name: codes lie where they like, and the prior where nothing is."""
    return Case(VAE(4, bound=part("elbo", beta=1e-4), random_state=seed).fit(DIGITS), DIGITS)


def held_back(seed: int) -> Case:
    """A weight of 4 on the KL: codes say something, and much less than they could."""
    return Case(VAE(4, bound=part("elbo", beta=4), random_state=seed).fit(DIGITS), DIGITS)


def by_heart(seed: int) -> Case:
    """60 pictures, 2,000 times."""
    vae = VAE(4, validation_fraction=0, max_epochs=2000, random_state=seed).fit(DIGITS[:60])
    return Case(vae, DIGITS[:60], DIGITS[600:1200])


def thrown_off(seed: int) -> Case:
    """A learning rate of 1e4."""
    vae = VAE(4, learning_rate=1e4, max_epochs=20, random_state=seed)
    try:
        vae.fit(DIGITS)
    except DivergedError:
        return Case(vae, DIGITS)
    raise AssertionError("this training was meant to diverge")


class Stops(Callback):
    """Presses Ctrl-C in the 40th epoch."""

    def epoch_begins(self, training: Any) -> None:
        if training.epoch == 40:
            import signal

            signal.raise_signal(signal.SIGINT)


def stopped(seed: int) -> Case:
    return Case(VAE(4, callbacks=(Stops(),), random_state=seed).fit(DIGITS), DIGITS)


def one_epoch(seed: int) -> Case:
    return Case(VAE(4, max_epochs=1, random_state=seed).fit(DIGITS), DIGITS)


HEALTHY: dict[str, Callable[[int], Case]] = {
    "linear-Gaussian data, latent 2": healthy_linear,
    "digits, latent 4, early-stopped": healthy_digits,
}
ILL: dict[str, Callable[[int], Case]] = {
    "diverged": thrown_off,
    "interrupted": stopped,
    "under-trained": one_epoch,
    "memorising": by_heart,
    "decoder-ignores-codes": deaf_decoder,
    "posterior-is-prior": heavy_kl,
    "prior-holes": far_codes,
    "over-regularised": held_back,
}
