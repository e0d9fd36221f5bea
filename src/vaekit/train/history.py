"""The history of a training: one row an epoch, of named terms in nats whose weighted sum is the loss."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from vaekit.bounds import Terms


class Means:
    """Means over an epoch. Batches are kept as they come and added up once, at the end."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._weights: list[list[float]] = []
        self._values: list[list[Tensor]] = []
        self._others: list[dict[str, Tensor]] = []
        self._names: list[str] = []

    def add(self, size: int, terms: Terms, means: dict[str, Tensor], others: dict[str, Tensor]) -> None:
        """A batch of `size` rows: its terms, the mean of each, and losses of other players."""
        self._names = list(terms)
        self._sizes.append(size)
        self._weights.append([weight for weight, _ in terms.values()])
        self._values.append(list(means.values()))
        self._others.append(others)

    def to_plain(self) -> dict[str, Any]:
        """What was added so far, as plain data; float32 values are floats without loss."""
        return {
            "names": self._names,
            "sizes": self._sizes,
            "weights": self._weights,
            "values": [[float(value) for value in values] for values in self._values],
            "others": [{name: float(value) for name, value in other.items()} for other in self._others],
        }

    def put_plain(self, plain: dict[str, Any]) -> None:
        """The inverse of `to_plain`."""
        self._names, self._sizes, self._weights = plain["names"], plain["sizes"], plain["weights"]
        self._values = [[torch.tensor(value) for value in values] for values in plain["values"]]
        self._others = [
            {name: torch.tensor(value) for name, value in other.items()} for other in plain["others"]
        ]

    def row(self) -> dict[str, float]:
        """loss, each term, and `weight_` of each term, such that loss = sum of weight x term."""
        sizes = torch.tensor(self._sizes, dtype=torch.float64)
        share = (sizes / sizes.sum()).unsqueeze(1)
        flat = torch.stack([value.float() for values in self._values for value in values])
        values = flat.cpu().double().view(len(sizes), -1)
        weights = torch.tensor(self._weights, dtype=torch.float64)
        means, weighted = (share * values).sum(0), (share * values * weights).sum(0)
        plain = (share * weights).sum(0)
        # The weight of an epoch is the one that makes the identity exact, also while a schedule runs.
        effective = torch.where(means.abs() > 1e-12, weighted / means, plain)
        row = {"loss": float(weighted.sum())}
        for name, mean, weight in zip(self._names, means.tolist(), effective.tolist(), strict=True):
            row |= {name: mean, f"weight_{name}": weight}
        for name in self._others[0]:
            column = torch.stack([other[name].float() for other in self._others]).cpu().double()
            row[name] = float((share[:, 0] * column).sum())
        return row
