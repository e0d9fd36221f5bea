"""A tape with fewer operations gives the same bits, and hands out no memory of another's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from vaekit.train.tape import Tape, record

Step = Callable[[Tensor], list[Tensor]]


def rows(seed: int) -> Tensor:
    return torch.randn(6, 4, generator=torch.Generator().manual_seed(seed))


def tape_of(step: Step, *batch: Tensor) -> Tape:
    tape = record(step, *(batch or (rows(0),)))
    assert tape is not None
    return tape


def operations(tape: Tape) -> list[str]:
    lines = [line.split(" = ")[1] for line in tape.source.splitlines()[1:-1]]
    return [line.split("(")[0].removeprefix("aten_") for line in lines]


def _signs(x: Tensor) -> list[Tensor]:
    return [x.exp().neg().neg().sum(1)]


def _signs_kept(x: Tensor) -> list[Tensor]:
    made = x.exp()
    return [made, made.neg().neg()]


def _signs_of_what_changes(x: Tensor) -> list[Tensor]:
    made = x.exp()
    same = made.neg().neg()
    made.mul_(2)
    return [same.sum(1), made.sum(1)]


def _sign_that_changes(x: Tensor) -> list[Tensor]:
    turned = x.exp().neg()
    turned.mul_(2)
    return [turned.neg().sum(1)]


def _batch_that_changes(x: Tensor) -> list[Tensor]:
    given = x[2:]
    again = given.mul_(1)
    return [again.t()[1:].exp(), x.mul_(1).t()[2:].t().exp()]


def _sum_that_changes(x: Tensor) -> list[Tensor]:
    total = x.sum(0, keepdim=True)
    total.view(4).add_(1)
    return [total + 1]


def _renamed(x: Tensor) -> list[Tensor]:
    made = x.exp()
    added = made.t().cumsum(0)
    made.t_()
    return [added, made.sum(1)]


SHORTER: list[tuple[str, Step, list[str]]] = [
    ("two transposes", lambda x: [x.exp().t().t().sum(1)], ["exp_default", "sum_dim_IntList"]),
    (
        "many views",
        lambda x: [x.exp().view(3, 8).unsqueeze(0).view(1, 2, 12).squeeze(0).sum(1)],
        ["exp_default", "as_strided_default", "sum_dim_IntList"],
    ),
    (
        "views of a part",
        lambda x: [x.exp().t()[1:3].t().cumsum(0)],
        ["exp_default", "as_strided_default", "cumsum_default"],
    ),
    (
        "halves",
        lambda x: [torch.mul(*x.exp().chunk(2, 1))],
        ["exp_default", "as_strided_default", "as_strided_default", "mul_Tensor"],
    ),
    ("two signs", _signs, ["exp_default", "sum_dim_IntList"]),
    ("the power of one", lambda x: [x.exp().pow(1.0).sum(1)], ["exp_default", "sum_dim_IntList"]),
    ("an axis that is dropped", lambda x: [x.sum(0, keepdim=True).view(4)], ["sum_dim_IntList"]),
]
AS_BEFORE: list[tuple[str, Step]] = [
    ("two signs of what is handed out", _signs_kept),
    ("two signs of what changes", _signs_of_what_changes),
    ("a sign that changes", _sign_that_changes),
    ("a batch that changes", _batch_that_changes),
    ("a sum of one number", lambda x: [x.sum().sum(0, keepdim=True).view(1)]),
    ("the power of two", lambda x: [x.exp().pow(2.0)]),
    ("a whole number to the power of one", lambda x: [x.long().pow(1.0).sum(1)]),
    ("a sum that changes", _sum_that_changes),
    ("a sum of columns", lambda x: [x.t().sum(0, keepdim=True).view(6)]),
    (
        "a sum of what is turned",
        lambda x: [x.view(2, 3, 4).transpose(1, 2).sum(0, keepdim=True).squeeze(0)],
    ),
    ("a sum shown otherwise", lambda x: [x.sum(0, keepdim=True).view(2, 2)]),
    ("a sum turned", lambda x: [x.view(6, 2, 2).sum(0, keepdim=True).as_strided((2, 2), (1, 2)).exp()]),
    ("the bits of numbers", lambda x: [x.exp().view(torch.int32).view(24)]),
    ("a tensor that is turned in place", _renamed),
    ("a part of the batch", lambda x: [x.view(24)[5:].view(19, 1).expand(19, 2).exp()]),
]
EITHER = pytest.mark.parametrize(
    "step",
    [case[1] for case in (*SHORTER, *AS_BEFORE)],
    ids=[case[0] for case in (*SHORTER, *AS_BEFORE)],
)


@pytest.mark.parametrize(("step", "left"), [case[1:] for case in SHORTER], ids=[case[0] for case in SHORTER])
def test_what_comes_back_to_itself_is_left_out(step: Step, left: list[str]) -> None:
    assert operations(tape_of(step)) == left


@EITHER
def test_a_tape_gives_the_same_bits_wherever_the_batch_lies(step: Step) -> None:
    tape = tape_of(step)
    for seed in range(1, 4):
        many = torch.cat([rows(9), rows(seed)])
        given, meant = tape.play(many[6:]), step(rows(seed))
        for one, other in zip(given, meant, strict=True):
            assert torch.equal(one, other)
            assert (one.stride(), one.dtype) == (other.stride(), other.dtype)
        assert torch.equal(many, torch.cat([rows(9), rows(seed)]))


@EITHER
def test_what_is_handed_out_shares_no_memory_that_it_did_not_share(step: Step) -> None:
    def apart(found: list[Tensor]) -> int:
        return len({each.untyped_storage().data_ptr() for each in found})

    assert apart(tape_of(step).play(rows(1))) == apart(step(rows(1)))
