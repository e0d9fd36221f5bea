"""A record of a step with fewer operations that give the same bits.

A small operation takes longer to begin than to do, from 5 to 20 microseconds where the products of matrices before it
have filled the caches, and a third of those of a small network only look at memory another way. Of several looks the
last one is taken at once, and what comes back to itself (a transpose twice, a sign twice) is not computed.
To add a rule: a line in `Fewer.take`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from vaekit.train.operation import Operation, memory_of

AS_STRIDED = torch.ops.aten.as_strided.default
SUM = torch.ops.aten.sum.dim_IntList


def with_fewer(
    operations: Sequence[Operation], results: Sequence[Tensor], written: set[int], given_away: set[int]
) -> tuple[list[Operation], list[Tensor]]:
    """The operations, and the results that they now give. written, given_away: memory that changes, that leaves."""
    # Of a tensor that changes its shape only the last one is known.
    if any(torch.Tag.inplace_view in each.operator.tags for each in operations):
        return list(operations), list(results)
    fewer = Fewer(written, given_away)
    left = [other for each in operations for other in fewer.take(each)]
    return left, [fewer.now(result) for result in results]


class Fewer:
    """What is known of the tensors that the operations until here have made.

    stands_in  by the id of a tensor, another with the same values, to be read in its place
    shown      by the id of a view, the tensor whose memory it shows
    maker      by the id of a tensor, the operation that made it; not those that wrote to it later
    """

    def __init__(self, written: set[int], given_away: set[int]) -> None:
        self.written, self.given_away = written, given_away
        self.stands_in: dict[int, Tensor] = {}
        self.shown: dict[int, Tensor] = {}
        self.maker: dict[int, Operation] = {}

    def now(self, value: Tensor) -> Tensor:
        """What is read in the place of this tensor."""
        return self.stands_in.get(id(value), value)

    def take(self, operation: Operation) -> Iterator[Operation]:
        """What is done in the place of this operation: nothing, itself, or another."""
        arguments, named = tree_map(
            lambda each: self.now(each) if isinstance(each, Tensor) else each,
            (operation.arguments, operation.named),
        )
        operation = Operation(operation.operator, arguments, named, operation.results)
        if self._is_what_was_there(operation):
            return
        done = [operation]
        if operation.operator.is_view:
            done = self._summed(operation) or self._looks(operation)
        for each in done:
            given = {id(tensor) for tensor in each.read}
            self.maker.update((id(tensor), each) for tensor in each.made if id(tensor) not in given)
        yield from done

    def _is_what_was_there(self, operation: Operation) -> bool:
        """-(-x), and x to the power of one; x is read in the place of its copy unless one of them changes."""
        source = None
        if operation.operator is torch.ops.aten.neg.default:
            inner = self.maker.get(id(operation.arguments[0]))
            source = inner.arguments[0] if inner and inner.operator is operation.operator else None
        elif operation.operator is torch.ops.aten.pow.Tensor_Scalar and operation.arguments[1] == 1:
            source = operation.arguments[0]
        if source is None or source.dtype != operation.results.dtype:
            return False
        changing = {memory_of(each) for each in (source, *operation.read, operation.results)} & self.written
        if changing or memory_of(operation.results) in self.given_away:
            return False
        self.stands_in[id(operation.results)] = source
        return True

    def _summed(self, view: Operation) -> list[Operation]:
        """A sum whose axes of one value are dropped afterwards, as one that keeps none."""
        made = self.maker.get(id(view.arguments[0]))
        if made is None or made.operator is not SUM or made.arguments[2:] != (True,):
            return []
        x, axes = made.arguments[:2]
        if not axes or not x.dim() or memory_of(view.results) in self.written:
            return []
        if not (x.is_contiguous() and view.results.is_contiguous()):
            return []
        dropped = {axis % x.dim() for axis in axes}
        if list(view.results.shape) != [size for axis, size in enumerate(x.shape) if axis not in dropped]:
            return []
        return [Operation(SUM, (x, axes, False), made.named, view.results)]

    def _looks(self, view: Operation) -> list[Operation]:
        """Every view of memory, made from the tensor that has it; none where that one looks the same."""
        seen = view.arguments[0]
        whole = self.shown.get(id(seen), seen)
        if any(each.dtype != whole.dtype for each in view.made):
            return [view]
        self.shown.update((id(each), whole) for each in view.made)
        alone = isinstance(view.results, Tensor)
        if alone and _layout(view.results) == _layout(whole):
            self.stands_in[id(view.results)] = whole
            return []
        # Where the rows of a batch begin in their memory may be another place each time.
        shifted = any(each.storage_offset() != whole.storage_offset() for each in view.made)
        if (alone and seen is whole) or (shifted and id(whole) not in self.maker):
            return [view]
        return [_look(whole, each) for each in view.made]


def _layout(tensor: Tensor) -> tuple[object, ...]:
    return tensor.shape, tensor.stride(), tensor.storage_offset(), tensor.is_conj(), tensor.is_neg()


def _look(whole: Tensor, view: Tensor) -> Operation:
    start = [view.storage_offset()] if view.storage_offset() != whole.storage_offset() else []
    return Operation(AS_STRIDED, (whole, list(view.shape), list(view.stride()), *start), {}, view)
