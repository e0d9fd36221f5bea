"""A bound on what may be allocated while a model is made from a file: little more than the file has weights for."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from vaekit.errors import ModelFileError

PASSES, SLACK = 16, 2**22
OPERATIONS, MORE_OPERATIONS = 100, 5_000


class Allowance(TorchDispatchMode):
    """Inside, torch makes about `PASSES` times the values that are stored, in `OPERATIONS` a stored tensor.

    Sizes in a file are multiplied (a width by the next), so that numbers which are harmless one by one could
    still ask for all memory. What is asked for by size is refused before it is allocated.
    """

    def __init__(self, values: int, tensors: int) -> None:
        super().__init__()
        self.stored = values
        self.values, self.operations = PASSES * values + SLACK, OPERATIONS * tensors + MORE_OPERATIONS

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.operations -= 1
        for size in args:
            if isinstance(size, list | tuple) and all(isinstance(length, int) for length in size):
                self._spend(math.prod(size))
        made = func(*args, **(kwargs or {}))
        self._spend(made.numel() if isinstance(made, torch.Tensor) else 0)
        return made

    def _spend(self, values: int) -> None:
        self.values -= abs(values)
        if self.values < 0 or self.operations < 0:
            raise ModelFileError(
                f"spec.json asks for a model far larger than the {self.stored:,} values that are stored; the file is "
                "damaged."
            )
