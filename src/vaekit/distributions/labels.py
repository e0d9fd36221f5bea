"""A condition that is a class label: a row of c (B, C) has a one at its class; a row of zeros is unlabelled."""

from __future__ import annotations

import torch
from torch import Tensor

UNLABELLED = -1


def labels_of(c: Tensor) -> Tensor:
    """c (B, C) -> (B,) whole numbers: the class of each row, -1 where it has none."""
    largest, at = c.max(-1)
    return torch.where(largest > 0.5, at, UNLABELLED)


def with_unlabelled(c: Tensor) -> Tensor:
    """c (B, C) -> (B, C + 1): one-hot rows, with a last column that is one where a row is unlabelled."""
    labels = labels_of(c)
    return torch.nn.functional.one_hot(labels % (c.shape[-1] + 1), c.shape[-1] + 1).to(c.dtype)
