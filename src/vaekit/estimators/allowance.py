"""Bounds on what may be allocated while a model is made: refused before it is, not after.

From a file: little more than the file has weights for. From data: what this machine has memory for.
"""

from __future__ import annotations

import math
import os
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from vaekit.errors import ModelFileError, SpecError
from vaekit.machine import uncompiled

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


IN_TRAINING = 16
"""Bytes a parameter: the weight, its gradient and the two moments of an optimiser, float32 each."""
_MAKES = (
    "aten::empty",
    "aten::zeros",
    "aten::ones",
    "aten::full",
    "aten::rand",
    "aten::randn",
    "aten::new_empty",
)


class Memory(TorchDispatchMode):
    """Inside, a model that could not be trained in the memory of this machine is refused before it is allocated."""

    def __init__(self) -> None:
        super().__init__()
        self.values, self.most = 0, memory() // IN_TRAINING

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.name().startswith(_MAKES) and args and isinstance(args[0], list | tuple):
            self.values += math.prod(args[0])
            if self.values > self.most:
                raise SpecError(
                    f"this model has more than {self.values:,} parameters, {in_training(self.values)} in training, "
                    f"and this machine has {_size(memory())} of memory; give a smaller network, or columns with fewer "
                    "categories."
                )
        return func(*args, **(kwargs or {}))


Allowance.__torch_dispatch__ = uncompiled(Allowance.__torch_dispatch__)  # type: ignore[method-assign]
Memory.__torch_dispatch__ = uncompiled(Memory.__torch_dispatch__)  # type: ignore[method-assign]


def memory() -> int:
    """Bytes of memory that this machine has, or so many that nothing is refused where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 2**62


def in_training(parameters: int) -> str:
    """The memory that so many parameters take in training, in words."""
    return _size(IN_TRAINING * parameters)


def _size(count: int) -> str:
    """'3.2 MB'."""
    for unit, length in (("GB", 2**30), ("MB", 2**20)):
        if count >= length:
            return f"{count / length:,.1f} {unit}"
    return f"{count / 2**10:,.0f} kB"
