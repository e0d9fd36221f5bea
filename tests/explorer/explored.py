"""One small model of every kind that an explorer is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits, load_wine
from torch import Tensor, nn

from vaekit import AAE, CVAE, VAE, TabularVAE, part
from vaekit.data.column import Column
from vaekit.data.labels import as_labels
from vaekit.data.read import read
from vaekit.data.schema import Schema
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


def images() -> tuple[CVAE, Source]:
    """Blobs in pictures of 28 x 28, for the conv network that such pictures get, with 16 latent values; given where the
    blob is."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:28, :28]
    at = rng.uniform(6, 22, (60, 2, 1, 1))
    pictures = np.exp(-((rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2) / 30)
    where = np.array(["left", HOSTILE[0]])[(at[:, 1].ravel() > 14).astype(int)]
    source = labelled(np.round(pictures * 255).astype(np.uint8), where)
    return CVAE(16, **QUICK).fit(source.X, source.y), source


class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def own_network() -> tuple[VAE, Source]:
    """Digits for a network of the user's own, whose layers are not those that a page knows."""
    with torch.random.fork_rng(devices=[]):
        encoder = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), Residual(nn.GroupNorm(2, 4), nn.Hardswish()), nn.Flatten(), nn.Linear(256, 12)
        )  # fmt: skip
        decoder = nn.Sequential(
            nn.Linear(2, 64),
            Residual(nn.LayerNorm(64), nn.Mish()),
            nn.Unflatten(1, (4, 4, 4)),
            nn.PixelShuffle(2),
        )
    source = labelled(load_digits().images[:300], load_digits().target[:300])
    return VAE(2, network=(encoder, decoder), **QUICK).fit(source.X), source


def early_condition() -> tuple[CVAE, Source]:
    """An encoder that reads the condition beside the data."""
    source = labelled(load_digits().data[:300], load_digits().target[:300] > 4)
    return CVAE(2, network=part("conditional-mlp", hidden=(16,)), **QUICK).fit(source.X, source.y), source


def swiss_roll() -> tuple[AAE, Source]:
    source = read(load_digits().data[:300])
    return AAE(2, prior="swiss-roll", network=part("mlp", hidden=(32,)), **QUICK).fit(source.X), source


def table() -> tuple[VAE, Source]:
    """Wine, whose first columns and classes have names that would harm a careless page."""
    wine = load_wine()
    names = [*HOSTILE, *wine.feature_names[len(HOSTILE) :]]
    vae = VAE(3, network=part("mlp", hidden=(16,)), **QUICK).fit(wine.data)
    vae.feature_names_in_ = np.array(names, dtype=object)
    kinds = np.array([HOSTILE[0], HOSTILE[1], "plain"])[wine.target]
    return vae, labelled(wine.data, kinds)


FAMILIES = {
    "normal": ("real", "gaussian"),
    "heavy": ("real", "student-t"),
    "income": ("positive", "log-normal"),
    "share": ("bounded", "beta"),
    "slider": ("bounded", "logistic"),
    "visits": ("count", "poisson"),
    "bursts": ("count", "negative-binomial"),
    "rare": ("count", "zero-inflated-poisson"),
    "wild": ("count", "zero-inflated-negative-binomial"),
    "smoker": ("binary", "bernoulli"),
    "city": ("categorical", "categorical"),
    "stars": ("ordinal", "ordinal"),
    "day": ("datetime", "gaussian"),
    "moment": ("datetime", "gaussian"),
}
"""A column of every kind: (kind, likelihood)."""
CITIES = ("Seoul", HOSTILE[0], HOSTILE[1], "a city whose name is longer than any column is wide")


def people(rows: int = 240) -> Any:
    """A pandas frame with a column of every kind and some cells missing."""
    import pandas

    rng = np.random.default_rng(0)
    t = rng.normal(size=rows)
    found = {
        "normal": 170 + 8 * t,
        "heavy": t + rng.standard_t(3, rows),
        "income": np.exp(7 + 0.5 * t),
        "share": rng.beta(2, 3, rows),
        "slider": np.clip(rng.normal(0.5, 0.4, rows), 0, 1),
        "visits": rng.poisson(np.exp(0.5 * t)),
        "bursts": rng.negative_binomial(2, 0.2, rows),
        "rare": rng.poisson(3, rows) * (rng.random(rows) < 0.4),
        "wild": rng.negative_binomial(2, 0.1, rows) * (rng.random(rows) < 0.5),
        "smoker": np.where(t > 0.3, "yes", "no"),
        "city": np.array(CITIES)[rng.integers(0, len(CITIES), rows)],
        "stars": np.array(["bad", "fair", "good", "great"])[np.digitize(t, (-1, 0, 1))],
        "day": np.datetime64("2024-01-01") + rng.integers(0, 400, rows),
        "moment": np.datetime64("2024-06-01T12:00:00") + rng.integers(0, 10**6, rows),
    }
    frame = pandas.DataFrame(found)
    frame["stars"] = pandas.Categorical(frame["stars"], ["bad", "fair", "good", "great"], ordered=True)
    return frame.mask(rng.random(frame.shape) < 0.05)


def mixed() -> tuple[TabularVAE, Source]:
    """A table with a column of every kind, some cells missing, and categories that would harm a careless page."""
    frame = people()
    columns = tuple(Column(name, kind, likelihood=family) for name, (kind, family) in FAMILIES.items())
    vae = TabularVAE(3, schema=Schema(columns), network=part("mlp", hidden=(32,)), **QUICK).fit(frame)
    return vae, read(frame, words=True)


def decoded_by_torch(estimator: Any, codes: Any, label: Any = None) -> tuple[Any, Any]:
    """(what codes decode to (n, values), in the units of the data, and the unit that the network computes in)."""
    if isinstance(estimator, TabularVAE):  # the means, before they are cells
        found = estimator.treatment_.to_user(estimator._reader().decode(codes))
    else:
        found = estimator.inverse_transform(codes, c=label).reshape(len(codes), -1)
    return found, np.broadcast_to(estimator.treatment_.scale, estimator.treatment_.event_shape).ravel()


MAKERS: dict[str, Callable[[], tuple[Any, Source]]] = {
    "digits": digits,
    "images": images,
    "swiss-roll": swiss_roll,
    "table": table,
    "mixed": mixed,
}
OTHERS = {"own-network": own_network, "early-condition": early_condition}
"""For pages that hold onnxruntime-web."""
