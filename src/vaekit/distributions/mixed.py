"""Columns that each have a family of their own, those of one family computed together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from vaekit.distributions.independent import Independent
from vaekit.errors import DataError


class Mixed(Independent):
    """`groups[g]` is the distribution of the columns `columns[g]` (whole numbers), batch (K, B), event (columns,).

    place (D,): where each column of x stands when the groups are laid side by side.
    """

    def __init__(self, groups: Sequence[Independent], columns: Sequence[Tensor], place: Tensor) -> None:
        self.groups, self.columns, self.place = groups, columns, place

    @property
    def mean(self) -> Tensor:
        """(K, B, D): of each column the mean, or where it holds categories the most probable one."""
        return self._in_order(group.shown for group in self.groups)

    def expected(self, weights: Tensor) -> Tensor:
        return self._in_order(group.expected(weights) for group in self.groups)

    def probabilities(self, column: int) -> Tensor:
        """(K, B, C): of each category of this column; DataError where it holds none."""
        for group, columns in zip(self.groups, self.columns, strict=True):
            at = (columns == column).nonzero()
            if len(at) and hasattr(group, "probabilities"):
                found: Tensor = group.probabilities[..., int(at)]
                return found
        raise DataError(f"column {column} holds no categories, so they have no probabilities.")

    def value_log_prob(self, x: Tensor) -> Tensor:
        return self._in_order(group.value_log_prob(of_group) for group, of_group in self._apart(x))

    def log_prob(self, x: Tensor, observed: Tensor | None = None) -> Tensor:
        if observed is None:
            return torch.stack([group.log_prob(of_group) for group, of_group in self._apart(x)]).sum(0)
        masks = (mask for _, mask in self._apart(observed))
        each = [group.log_prob(of_group, next(masks)) for group, of_group in self._apart(x)]
        return torch.stack(each).sum(0)

    def sample(self, generator: torch.Generator) -> Tensor:
        return self._in_order(group.sample(generator) for group in self.groups)

    def _apart(self, x: Tensor) -> Iterable[tuple[Any, Tensor]]:
        """x (B, D) -> each group with its columns of x."""
        return (
            (group, x.index_select(-1, columns))
            for group, columns in zip(self.groups, self.columns, strict=True)
        )

    def _in_order(self, of_groups: Iterable[Tensor]) -> Tensor:
        """What each group gives for its columns (..., columns), as it belongs to the columns of x (..., D)."""
        return torch.cat(tuple(of_groups), -1).index_select(-1, self.place)
