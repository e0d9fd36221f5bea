"""A condition that is a class label: a row of c (B, C) has a one at its class; a row of zeros is unlabelled."""

from __future__ import annotations

import torch
from torch import Tensor

UNLABELLED = -1


def labels_of(c: Tensor) -> Tensor:
    """c (B, C) -> (B,) whole numbers: the class of each row, -1 where it has none."""
    largest, at = c.max(-1)
    return torch.where(largest > 0.5, at, UNLABELLED)


def one_hot(labels: Tensor, classes: int, dtype: torch.dtype) -> Tensor:
    """(B,) -> (B, classes): a one at each label, without a look at their values, which torch's own function takes."""
    zeros = torch.zeros(*labels.shape, classes, dtype=dtype, device=labels.device)
    return zeros.scatter_(-1, labels.unsqueeze(-1), 1.0)


def with_unlabelled(c: Tensor) -> Tensor:
    """c (B, C) -> (B, C + 1): one-hot rows, with a last column that is one where a row is unlabelled."""
    classes = c.shape[-1] + 1
    return one_hot(labels_of(c) % classes, classes, c.dtype)
