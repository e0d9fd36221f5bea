"""One small model of every kind that an explorer is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.datasets import load_digits, load_wine

from vaekit import VAE, part
from vaekit.data.labels import as_labels
from vaekit.data.read import read
from vaekit.data.source import Source

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "'\"&<!--\u2028",
    "{{ 7 * 7 }}",
)
QUICK = {"max_epochs": 2, "random_state": 0, "device": "cpu"}


def labelled(X: Any, labels: Any) -> Source:
    """Rows with labels, as a reader gives them."""
    y, names = as_labels(np.asarray(labels))
    return replace(read(X), y=y, class_names=names)


def digits() -> tuple[VAE, Source]:
    source = labelled(load_digits().data[:300], load_digits().target[:300])
    return VAE(2, network=part("mlp", hidden=(32,)), **QUICK).fit(source.X), source


def images() -> tuple[VAE, Source]:
    """Blobs in pictures of 28 x 28, for the conv network that such pictures get, with 16 latent values."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:28, :28]
    at = rng.uniform(6, 22, (60, 2, 1, 1))
    pictures = np.exp(-((rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2) / 30)
    source = read(np.round(pictures * 255).astype(np.uint8))
    return VAE(16, **QUICK).fit(source.X), source


def swiss_roll() -> tuple[VAE, Source]:
    rng = np.random.default_rng(0)
    t = 1.5 * np.pi * (1 + 2 * rng.random(500))
    prior = part("sampled", draws=np.stack([t * np.cos(t), t * np.sin(t)], 1) / 6)
    source = read(load_digits().data[:300])
    return VAE.from_recipe("aae", latent_dim=2, prior=prior, network=part("mlp", hidden=(32,)), **QUICK).fit(
        source.X
    ), source


def table() -> tuple[VAE, Source]:
    """Wine, whose first columns and classes have names that would harm a careless page."""
    wine = load_wine()
    names = [*HOSTILE, *wine.feature_names[len(HOSTILE) :]]
    vae = VAE(3, network=part("mlp", hidden=(16,)), **QUICK).fit(wine.data)
    vae.feature_names_in_ = np.array(names, dtype=object)
    kinds = np.array([HOSTILE[0], HOSTILE[1], "plain"])[wine.target]
    return vae, labelled(wine.data, kinds)


MAKERS: dict[str, Callable[[], tuple[Any, Source]]] = {
    "digits": digits,
    "images": images,
    "swiss-roll": swiss_roll,
    "table": table,
}
