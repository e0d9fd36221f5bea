"""A tape: the operations of one step, forward and back, to be played again with another batch.

Of a step of a small network torch spends about half on the way between two operations: it calls layers, notes what a
gradient will need, walks back through its notes. `record` writes down the operations themselves; a `Tape` plays them,
to the same bits. What is the same at every step (a constant, the view of a weight) is computed once; what nobody
reads, never. Random numbers go on from the same generators.

Whoever plays a tape answers for it that the step does the same again; `same` tells of two tapes of two steps.
To see one: `print(tape.source)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial
from operator import getitem
from typing import Any, cast

import torch
from torch import Tensor
from torch.fx import Graph, GraphModule
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from vaekit.machine import uncompiled
from vaekit.train.fewer import with_fewer
from vaekit.train.operation import Operation, memory_of, tensors_in

READS_A_VALUE = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape}
"""Operations after which Python may do one thing or another, by the values of a tensor."""
MAKES = {
    "ones", "zeros", "full", "arange", "scalar_tensor",
    "ones_like", "zeros_like", "full_like", "new_ones", "new_zeros", "new_full",
}  # fmt: skip
"""Operations that make a tensor out of a shape and a number."""


@dataclass(frozen=True)
class Written:
    """Operations as text, and as the graph that it was written from by `torch.fx`."""

    source: str
    graph: Graph = field(compare=False, repr=False)


class Tape:
    """The operations of a step as a function of its batch.

    source     them, as text: x0, x1, ... are the batch, c0, c1, ... what stays the same from step to step
    constants  the value of each c
    """

    def __init__(self, graph: Graph, constants: list[Any]) -> None:
        self.constants = constants
        self._written = Written(graph.python_code("self").src.strip(), graph)

    @property
    def source(self) -> str:
        return self._written.source

    @cached_property
    def _function(self) -> Callable[..., list[Tensor]]:
        return _function_of(self._written)

    @torch.no_grad()
    def play(self, *batch: Tensor) -> list[Tensor]:
        """What the step gives for this batch."""
        return self._function(*batch, *self.constants)

    def same(self, other: Tape) -> bool:
        """Whether the two do the same operations with the same numbers and weights."""
        return self.source == other.source and all(map(_same, self.constants, other.constants))


def record(step: Callable[..., list[Tensor]], *batch: Tensor) -> Tape | None:
    """Takes the step with this batch; its tape, or None where it reads the value of a tensor, or has one that is no
    plain array."""
    with _Recorder() as recorder:
        results = step(*batch)
    return _made(recorder.operations, batch, results)


class _Recorder(TorchDispatchMode):
    """Writes down every operation that torch does while it is entered, in this thread."""

    def __init__(self) -> None:
        super().__init__()
        # They are all held until the tape is made, so that no two of the tensors are ever one object.
        self.operations: list[Operation] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        results = func(*args, **(kwargs or {}))
        self.operations.append(Operation(func, args, kwargs or {}, results))
        return results


_Recorder.__torch_dispatch__ = uncompiled(_Recorder.__torch_dispatch__)  # type: ignore[method-assign]


def _made(operations: Sequence[Operation], batch: Sequence[Tensor], results: Sequence[Tensor]) -> Tape | None:
    if not all(map(_can_be_played, operations)):
        return None
    given_away = {memory_of(result) for result in results}
    written = {memory_of(tensor) for each in operations for tensor in each.written}
    varying = _varying(operations, batch, given_away | written)
    operations, results = with_fewer(varying, results, written, given_away)
    return _tape_of(_read_by_somebody(operations, results), batch, results)


def _can_be_played(operation: Operation) -> bool:
    flat = operation.results if isinstance(operation.results, tuple | list) else [operation.results]
    known = all(each is None or isinstance(each, Tensor | int | float) for each in flat)
    plain = all(each.layout == torch.strided for each in (*operation.read, *operation.made))
    return known and plain and not _reads_a_value(operation)


def _reads_a_value(operation: Operation) -> bool:
    if operation.operator is torch.ops.aten.index.Tensor:  # by numbers it has their shape, a mask is counted
        chosen = tensors_in(operation.arguments[1])
        return any(each.dtype in (torch.bool, torch.uint8) for each in chosen)
    return bool(READS_A_VALUE & set(operation.operator.tags))


def _varying(operations: Sequence[Operation], batch: Sequence[Tensor], changing: set[int]) -> list[Operation]:
    """The operations without those that need no second time: what is made of shapes and numbers alone, and a view of
    what was there before, which goes on showing it. changing: memory that is written to, or given away."""
    made = {id(tensor) for tensor in batch}
    constant: set[int] = set()
    left = []
    for each in operations:
        read = [id(tensor) for tensor in each.read]
        makes = each.name in MAKES
        alone = makes or (bool(read) and constant.issuperset(read))
        kept = each.draws or each.written or any(memory_of(tensor) in changing for tensor in each.made)
        if alone and not kept:
            constant.update(map(id, each.made))
        elif not (each.operator.is_view and made.isdisjoint(read)):
            left.append(each)
            made.update(map(id, each.made))
    return left


def _read_by_somebody(operations: Sequence[Operation], results: Sequence[Tensor]) -> list[Operation]:
    """The operations without those of which nothing is read, drawn or written."""
    read = {id(result) for result in results}
    left = []
    for each in reversed(operations):
        if each.draws or each.written or not read.isdisjoint(map(id, each.made)):
            left.append(each)
            read.update(map(id, each.read))
    return left[::-1]


def _tape_of(operations: Sequence[Operation], batch: Sequence[Tensor], results: Sequence[Tensor]) -> Tape:
    """The tape of these operations; a tensor that none of them made, and a generator, is a constant."""
    graph = Graph()
    known = {id(tensor): graph.placeholder(f"x{at}") for at, tensor in enumerate(batch)}
    constants: list[Any] = []
    made: set[int] = set()

    def hold(values: Any) -> None:
        for value in tree_leaves(values):
            if isinstance(value, Tensor | torch.Generator) and id(value) not in made | known.keys():
                known[id(value)] = graph.placeholder(f"c{len(constants)}")
                constants.append(value.detach() if isinstance(value, Tensor) else value)

    for each in operations:
        hold((each.arguments, each.named))
        made.update(map(id, each.made))
    hold(list(results))

    def named(value: Any) -> Any:
        return tree_map(lambda each: known.get(id(each), each), value)

    for each in operations:
        node = graph.call_function(_plain(each.operator), named(each.arguments), named(each.named))
        if isinstance(each.results, Tensor):
            known[id(each.results)] = node
            continue
        for at, result in enumerate(each.results or ()):
            if isinstance(result, Tensor):
                known[id(result)] = graph.call_function(getitem, (node, at))
    graph.output(named(list(results)))
    return Tape(graph, constants)


@lru_cache(maxsize=16)
def _function_of(written: Written) -> Callable[..., list[Tensor]]:
    """The function that the text says; another fit of the same network has the same."""
    function: Callable[..., list[Tensor]] = GraphModule({}, written.graph).forward
    return function


@cache
def _plain(operator: Any) -> Callable[..., Any]:
    """The operator without its way through the tables of torch, under its name with underscores."""
    function: Any = partial(getattr(operator, "_op", operator))
    function.__module__, function.__name__ = str(operator).replace(".", "_").split("_", 1)
    return cast("Callable[..., Any]", function)


def _same(one: Any, other: Any) -> bool:
    """Of two constants: the same weight, or equal numbers."""
    if not isinstance(one, Tensor) or not isinstance(other, Tensor):
        return one is other or bool(one == other)
    layouts = [(each.shape, each.stride(), each.dtype, each.device) for each in (one, other)]
    here = one.data_ptr() == other.data_ptr()
    return layouts[0] == layouts[1] and (here or bool(one.isclose(other, 0, 0, equal_nan=True).all()))
