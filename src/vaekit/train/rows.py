"""Rows to train on: resident as one tensor, or read from a memory map batch by batch. No loader, no workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor


def drawn(x: Tensor, generator: torch.Generator, holes: bool) -> Tensor:
    """A draw from probabilities x (B, *event); holes: whether some are hidden (NaN), and stay so."""
    if not holes:
        return torch.bernoulli(x, generator=generator)
    hidden = x.isnan()
    return torch.where(hidden, x, torch.bernoulli(torch.where(hidden, 0.0, x), generator=generator))


class Rows(Protocol):
    """n rows that can be taken by their numbers."""

    def __len__(self) -> int: ...

    def take(self, numbers: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
        """(x (B, *event), c (B, C) or None) of these rows; `generator` draws what is drawn anew each time."""
        ...


class ResidentRows:
    """All rows as one tensor on the device. dynamic: values are probabilities, and each batch is a draw from them."""

    def __init__(self, x: Tensor, c: Tensor | None = None, *, dynamic: bool = False) -> None:
        self.x, self.c, self.dynamic = x, c, dynamic
        self.holes = dynamic and bool(x.isnan().any())

    def __len__(self) -> int:
        return len(self.x)

    def take(self, numbers: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
        numbers = numbers.to(self.x.device)
        x = self.x.index_select(0, numbers)
        if self.dynamic:
            x = drawn(x, generator, self.holes)
        return x, None if self.c is None else self.c.index_select(0, numbers)


class MappedRows:
    """Rows of an array that stays on disk; `treat` turns a block of it into model values."""

    def __init__(
        self,
        array: Any,
        treat: Callable[[Any], Any],
        device: torch.device,
        c: Tensor | None = None,
        *,
        dynamic: bool = False,
    ) -> None:
        self.array, self.treat, self.device, self.c, self.dynamic = array, treat, device, c, dynamic

    def __len__(self) -> int:
        return len(self.array)

    def take(self, numbers: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
        block = self.treat(np.asarray(self.array[numbers.numpy()]))
        x = torch.from_numpy(block).to(self.device)
        if self.dynamic:
            x = drawn(x, generator, bool(np.isnan(block).any()))
        return x, None if self.c is None else self.c.index_select(0, numbers.to(self.c.device))


class ChosenRows:
    """Some of other rows, by their numbers there."""

    def __init__(self, rows: Rows, chosen: Tensor) -> None:
        self.rows, self.chosen = rows, chosen

    def __len__(self) -> int:
        return len(self.chosen)

    def take(self, numbers: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor | None]:
        return self.rows.take(self.chosen[numbers], generator)


def in_order(rows: Rows, size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor | None]]:
    """All rows from first to last, `size` at a time."""
    for numbers in torch.arange(len(rows)).split(size):
        yield rows.take(numbers, generator)


def shuffled(
    rows: Rows, size: int, order: torch.Generator, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """All rows once, in an order drawn from `order`, `size` at a time."""
    for numbers in torch.randperm(len(rows), generator=order).split(size):
        yield rows.take(numbers, generator)
