"""A classifier of MNIST that has nothing to do with the models it judges: two convolutions, trained here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

BATCH, EPOCHS = 128, 4


def network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def classifier(mnist: Any, kept: Path) -> nn.Sequential:
    """Trained on the grey training images and their binarised copies, or read where it was kept."""
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(0)
        model = network()
    if kept.exists():
        model.load_state_dict(load_file(kept))
        return model.eval()
    x = torch.from_numpy(mnist.X / np.float32(255))
    y = torch.from_numpy(np.asarray(mnist.y, dtype=np.int64))
    steps = EPOCHS * (len(x) // BATCH)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps)
    generator = torch.Generator().manual_seed(0)
    for _ in range(EPOCHS):
        order = torch.randperm(len(x), generator=generator)
        for rows in order.split(BATCH)[: len(x) // BATCH]:
            batch = x[rows]
            half = len(rows) // 2
            batch = torch.cat((batch[:half], (batch[half:] > 0.5).float()))
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(batch), y[rows]).backward()
            optimizer.step()
            schedule.step()
    save_file(model.state_dict(), kept)
    return model.eval()


def classes_of(model: nn.Sequential, pictures: np.ndarray) -> np.ndarray:
    """(n,) the most probable class of pictures in [0, 1], of any shape with 784 values each."""
    x = torch.from_numpy(np.asarray(pictures, dtype=np.float32).reshape(-1, 1, 28, 28))
    with torch.no_grad():
        return torch.cat([model(some).argmax(1) for some in x.split(1000)]).numpy()
