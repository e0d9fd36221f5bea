"""One call of an operator of torch: the tensors that it read, made and wrote to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class Operation:
    """A call, as it was done: `results` are what it gave."""

    def __init__(self, operator: Any, arguments: Sequence[Any], named: dict[str, Any], results: Any) -> None:
        self.operator, self.arguments, self.named, self.results = operator, arguments, named, results
        self.read = [*tensors_in(arguments), *tensors_in(list(named.values()))]
        self.made = tensors_in(results)
        self.written = self._written() if operator._schema.is_mutable else []
        self.draws = torch.Tag.nondeterministic_seeded in operator.tags

    @property
    def name(self) -> str:
        """Without its overload, which is how its arguments are given: "sum"."""
        name: str = self.operator._schema.name
        return name.removeprefix("aten::")

    def _written(self) -> list[Tensor]:
        declared = self.operator._schema.arguments
        given = {each.name: value for each, value in zip(declared, self.arguments, strict=False)} | self.named
        changed = [each.name for each in declared if each.alias_info is not None and each.alias_info.is_write]
        return tensors_in([given.get(name) for name in changed])


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors in an argument or a result: itself, or those of a list."""
    if isinstance(value, Tensor):
        return [value]
    return [each for inner in value for each in tensors_in(inner)] if isinstance(value, list | tuple) else []


def memory_of(tensor: Tensor) -> int:
    """Where its values lie; tensors without any lie nowhere, each for itself."""
    return tensor.untyped_storage().data_ptr() or -id(tensor)
