"""The Adam that trainings use moves parameters as torch's own does, to the bit."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vaekit.spec import part
from vaekit.train.optimizers import make_optimizer

SHAPES = ((3, 4), (3,), (2, 3, 2, 2))


def parameters(*dtypes):
    generator = torch.Generator().manual_seed(0)
    kinds = dtypes or (torch.float32,) * len(SHAPES)
    return [
        nn.Parameter(torch.randn(shape, generator=generator).to(kind))
        for shape, kind in zip(SHAPES, kinds, strict=True)
    ]


def torchs(moved, decay, rate=0.01):
    if decay:
        return torch.optim.AdamW(moved, lr=rate, betas=(0.8, 0.99), eps=1e-7, weight_decay=decay)
    return torch.optim.Adam(moved, lr=rate, betas=(0.8, 0.99), eps=1e-7)


def ours(moved, decay, rate=0.01):
    chosen = part("adam", betas=(0.8, 0.99), epsilon=1e-7, weight_decay=decay)
    return make_optimizer(chosen, moved, rate)


def walk(optimizer, moved, steps, idle=()):
    """Steps with gradients that are the same for everybody; `idle`: (step, parameter) pairs without one."""
    generator = torch.Generator().manual_seed(1)
    for step in range(steps):
        for number, parameter in enumerate(moved):
            gradient = torch.randn(parameter.shape, generator=generator).to(parameter.dtype)
            parameter.grad = None if (step, number) in idle else gradient
        for group in optimizer.param_groups:
            group["lr"] = 0.01 / (1 + step)
        optimizer.step()


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize(
    "idle",
    [(), ((0, 1), (1, 1)), ((3, 2),), tuple((step, 0) for step in range(6)), ((2, 0), (2, 1), (2, 2))],
    ids=["all move", "one starts late", "one rests", "one never moves", "a step of nobody"],
)
def test_parameters_move_as_with_torchs_adam(decay, idle):
    first, second = parameters(), parameters()
    walk(torchs(first, decay), first, 6, idle)
    walk(ours(second, decay), second, 6, idle)
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7)


def test_parameters_of_two_kinds_move_as_with_torchs_adam():
    kinds = (torch.float32, torch.float64, torch.float32)
    first, second = parameters(*kinds), parameters(*kinds)
    walk(torchs(first, 0.0), first, 5)
    walk(ours(second, 0.0), second, 5)
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_the_numbers_are_those_of_torchs_fused_operation_to_the_bit(decay):
    first, second = parameters(), parameters()
    kind = torch.optim.AdamW if decay else torch.optim.Adam
    walk(kind(first, lr=0.01, betas=(0.8, 0.99), eps=1e-7, weight_decay=decay, fused=True), first, 6)
    walk(ours(second, decay), second, 6)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_state_that_is_handed_over_is_carried_on():
    whole, parted = parameters(), parameters()
    walk(ours(whole, 0.0), whole, 8)
    before = ours(parted, 0.0)
    walk(before, parted, 4)
    after = ours(parted, 0.0)
    for parameter in parted:
        after.state[parameter] = before.state[parameter]
    generator = torch.Generator().manual_seed(1)
    gradients = [[torch.randn(p.shape, generator=generator) for p in parted] for _ in range(8)]
    for step in range(4, 8):
        for parameter, gradient in zip(parted, gradients[step], strict=True):
            parameter.grad = gradient
        after.param_groups[0]["lr"] = 0.01 / (1 + step)
        after.step()
    assert all(torch.equal(a, b) for a, b in zip(whole, parted, strict=True))
