"""A thin convolution is torch's convolution: its values, its gradients, its layout and its precision."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.func import functional_call, vmap

from vaekit.nn.thin_conv import ThinConv

SHAPES = [  # pictures, channels, height, width, channels after, kernel
    (3, 5, 7, 9, 1, 3),
    (2, 8, 4, 4, 3, 5),
    (1, 4, 1, 6, 2, 1),
    (2, 3, 5, 5, 6, 3),  # not thin
]


def pair(before: int, after: int, kernel: int) -> tuple[ThinConv, nn.Conv2d]:
    thin = ThinConv(before, after, kernel).double()
    plain = nn.Conv2d(before, after, kernel, 1, kernel // 2).double()
    plain.load_state_dict(thin.state_dict())
    return thin, plain


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("pictures", "before", "height", "width", "after", "kernel"), SHAPES)
def test_it_gives_the_values_and_gradients_of_torch(
    pictures: int,
    before: int,
    height: int,
    width: int,
    after: int,
    kernel: int,
    layout: torch.memory_format,
) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(pictures, before, height, width, generator=generator, dtype=torch.float64)
    way = torch.randn(pictures, after, height, width, generator=generator, dtype=torch.float64)
    found = []
    for layer in pair(before, after, kernel):
        layer.to(memory_format=layout)  # type: ignore[call-overload]
        read = x.clone(memory_format=layout).requires_grad_()
        y = layer(read)
        found.append([y, *torch.autograd.grad((y * way).sum(), [read, *layer.parameters()])])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_models_that_train_together_go_through_it_as_one_by_one() -> None:
    layers = [ThinConv(4, 1, 3) for _ in range(3)]
    x = torch.randn(3, 2, 4, 6, 6, generator=torch.Generator().manual_seed(1))
    weights, buffers = torch.func.stack_module_state(layers)
    together = vmap(lambda w, b, each: functional_call(layers[0], (w, b), (each,)))(weights, buffers, x)
    torch.testing.assert_close(
        together, torch.stack([layer(each) for layer, each in zip(layers, x, strict=True)])
    )


def test_it_computes_in_the_precision_that_is_asked_for() -> None:
    thin, _ = pair(4, 1, 3)
    with torch.autocast("cpu", torch.bfloat16):
        assert thin.float()(torch.zeros(1, 4, 5, 5)).dtype == torch.bfloat16
