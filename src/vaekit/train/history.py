"""The history of a training: one row an epoch, of named terms in nats whose weighted sum is the loss."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Means:
    """Means over an epoch. Batches are kept as they come and added up once in `fold` of them, so that the device is
    hardly waited for and an epoch of any length takes the same memory."""

    fold = 1024

    def __init__(self) -> None:
        self._names: list[str] = []
        self._others: list[str] = []
        self._sizes: list[int] = []
        self._weights: list[list[float]] = []
        self._values: list[list[Tensor]] = []
        self._rows = 0
        self._sums = torch.zeros(3, 0, dtype=torch.float64)

    def add(
        self, size: int, weights: dict[str, float], means: dict[str, Tensor], others: dict[str, Tensor]
    ) -> None:
        """A batch of `size` rows: the weight and the mean of each term, and losses of other players."""
        self._names, self._others = list(weights), list(others)
        self._sizes.append(size)
        self._weights.append([*weights.values(), *(0.0 for _ in others)])
        self._values.append([*means.values(), *others.values()])
        if len(self._sizes) == self.fold:
            self._add_up()

    def _add_up(self) -> None:
        """Sums over rows of each value, of each weighted value, and of each weight."""
        sizes = torch.tensor(self._sizes, dtype=torch.float64).unsqueeze(1)
        flat = torch.stack([value.float() for values in self._values for value in values])
        values = flat.cpu().double().view(len(sizes), -1)
        weights = torch.tensor(self._weights, dtype=torch.float64)
        sums = torch.stack([(sizes * each).sum(0) for each in (values, values * weights, weights)])
        self._sums = self._sums + sums if self._rows else sums
        self._rows += sum(self._sizes)
        self._sizes, self._weights, self._values = [], [], []

    def to_plain(self) -> dict[str, Any]:
        """What was added so far, as plain data; float32 values are floats without loss."""
        return {
            "names": self._names,
            "others": self._others,
            "sizes": self._sizes,
            "weights": self._weights,
            "values": [[float(value) for value in values] for values in self._values],
            "rows": self._rows,
            "sums": self._sums.tolist(),
        }

    def put_plain(self, plain: dict[str, Any]) -> None:
        """The inverse of `to_plain`."""
        self._names, self._others = plain["names"], plain["others"]
        self._sizes, self._weights, self._rows = plain["sizes"], plain["weights"], plain["rows"]
        self._values = [[torch.tensor(value) for value in values] for values in plain["values"]]
        self._sums = torch.tensor(plain["sums"], dtype=torch.float64)

    def row(self) -> dict[str, float]:
        """loss, each term, and `weight_` of each term, such that loss = sum of weight x term."""
        if self._sizes:
            self._add_up()
        means, weighted, plain = self._sums / self._rows
        # The weight of an epoch is the one that makes the identity exact, also while a schedule runs.
        effective = torch.where(means.abs() > 1e-12, weighted / means, plain)
        row = {"loss": float(weighted.sum())}
        found = list(zip(means.tolist(), effective.tolist(), strict=True))
        terms = len(self._names)
        for name, (mean, weight) in zip(self._names, found[:terms], strict=True):
            row |= {name: mean, f"weight_{name}": weight}
        return row | {name: mean for name, (mean, _) in zip(self._others, found[terms:], strict=True)}
