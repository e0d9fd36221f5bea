"""Means of an epoch are those of all its rows, however many batches there were."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from vaekit.train.history import Means

RNG = np.random.default_rng(0)
BATCHES = [
    (
        int(RNG.integers(1, 9)),
        {name: (float(RNG.random()), float(np.float32(RNG.normal()))) for name in ("a", "b")},
    )
    for _ in range(23)
]
CRITIC = [float(np.float32(RNG.random())) for _ in BATCHES]


def filled(fold: int, halt: int | None = None) -> Means:
    means = Means()
    means.fold = fold
    for at, (size, batch) in enumerate(BATCHES):
        if at == halt:
            plain = json.loads(json.dumps(means.to_plain()))
            means = Means()
            means.fold = fold
            means.put_plain(plain)
        weights = {name: weight for name, (weight, _) in batch.items()}
        found = {name: torch.tensor(value) for name, (_, value) in batch.items()}
        means.add(size, weights, found, {"critic_loss": torch.tensor(CRITIC[at])})
    return means


@pytest.mark.parametrize("fold", [1, 5, 23, 1000])
def test_a_row_has_the_means_over_rows_and_weights_that_make_up_the_loss(fold: int) -> None:
    row = filled(fold).row()
    sizes = np.array([size for size, _ in BATCHES])
    for name in ("a", "b"):
        values = np.array([batch[name][1] for _, batch in BATCHES])
        assert row[name] == pytest.approx(np.average(values, weights=sizes), rel=1e-12)
    losses = [sum(weight * value for weight, value in batch.values()) for _, batch in BATCHES]
    assert row["loss"] == pytest.approx(np.average(losses, weights=sizes), rel=1e-12)
    assert row["weight_a"] * row["a"] + row["weight_b"] * row["b"] == pytest.approx(row["loss"], rel=1e-12)
    assert row["critic_loss"] == pytest.approx(np.average(CRITIC, weights=sizes), rel=1e-12)
    assert "weight_critic_loss" not in row


@pytest.mark.parametrize("halt", [1, 5, 6, 22])
def test_means_that_were_written_and_read_go_on_to_the_same_row(halt: int) -> None:
    assert filled(5, halt).row() == filled(5).row()
