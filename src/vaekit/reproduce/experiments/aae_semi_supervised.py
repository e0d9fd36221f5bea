"""An adversarial autoencoder that classifies: a hundred labels, a thousand, all."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from vaekit.data.labels import kept_labels
from vaekit.estimators.presets import preset
from vaekit.reproduce.bench import Bench, test_error
from vaekit.reproduce.experiment import Experiment, Findings, Row, Trial
from vaekit.spec import part

PUBLISHED = {"100": (1.90, 0.10), "1,000": (1.60, 0.08), "all": (0.85, 0.02)}


def train(labels: str, bench: Bench) -> Findings:
    """One number of labels."""
    mnist = bench.mnist()
    y = np.asarray(mnist.y)
    if labels != "all":
        y = kept_labels(y, min(int(labels.replace(",", "")), len(y)), bench.rng("labels"))
    narrow: dict[str, Any] = {
        "network": part("mlp", hidden=(400, 400)),
        "likelihood": part("gaussian", scale=392**0.5),
        "critic": "auto",
        "max_epochs": 16,
        "batch_size": 128,
        "learning_rate": 1e-3,
        "optimizer": "adversarial-adam",
        "schedule": "cosine",
    }
    wide: dict[str, Any] = {"max_epochs": 500}
    model = preset("semi-supervised-aae", random_state=bench.seed, **bench.pick(narrow, wide))
    bench.fit(model, mnist.X, y, share=0.85)
    return {f"test error with {labels} labels, %": test_error(model.predict(mnist.test), mnist.test_y)}


aae_semi_supervised = Experiment(
    name="aae-semi-supervised",
    summary="A semi-supervised adversarial autoencoder on MNIST, 100 and 1,000 labels.",
    paper="Makhzani et al., 2016, https://arxiv.org/abs/1511.05644; settings from "
    "https://github.com/musyoku/adversarial-autoencoder",
    protocol="MNIST; layers of 1000, ten classes and ten values of style; noise of 0.3 on the input; SGD with momentum "
    "0.9 and 0.1 and a falling rate, 5,000 epochs, batches of 100; error on the test images",
    differences=(
        "Adam with little momentum for every player, no batch-norm",
        "noise on what the critics read, in place of what the encoder reads",
        "numbers of the paper are quoted from secondary sources",
    ),
    short="short: layers of 400, 16 epochs, one choice of labels, in place of 500 epochs (source: 5,000)",
    rows=tuple(
        Row(f"test error with {labels} labels, %", error, f"the paper's semi-supervised table, +- {spread}")
        for labels, (error, spread) in PUBLISHED.items()
    ),
    trials=tuple(
        Trial(f"{labels} labels", partial(train, labels), full=True if labels == "all" else None)
        for labels in PUBLISHED
    ),
    full_seeds=3,
    least_seconds=90.0,
)
