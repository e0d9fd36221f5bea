"""First weights come from our generator alone."""

from __future__ import annotations

import math

import pytest
import torch
from scipy.stats import kstest
from torch import nn

from vaekit.nn import MLP, Conv
from vaekit.nn.initialise import SCHEMES, empty_layer, initialise
from vaekit.nn.masked import Masked
from vaekit.spec import Sizes

LAYERS = {
    "linear": (nn.Linear, (30, 50)),
    "convolution": (nn.Conv2d, (6, 8, 5)),
    "transposed": (nn.ConvTranspose2d, (8, 6, 5)),
}
every_layer = pytest.mark.parametrize("row", LAYERS)
every_scheme = pytest.mark.parametrize("scheme", SCHEMES)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network() -> nn.Module:
    sizes = Sizes((1, 8, 8), 2)
    conv = Conv(sizes)
    return nn.ModuleList(
        [
            conv.encoder(),
            conv.decoder(2, 3),
            MLP(sizes).encoder(),
            MLP(sizes).decoder(2, 1),
            Masked(3, 4, 8, 2),
        ]
    )


@every_scheme
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(scheme: str) -> None:
    drawn = []
    for seed in (1, 1, 2):
        made = network()
        initialise(made, generator(seed), scheme)
        drawn.append(torch.cat([values.detach().flatten() for values in made.parameters()]))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


@every_scheme
def test_no_weight_is_left_undrawn(scheme: str) -> None:
    made = network()
    with torch.no_grad():
        for values in made.parameters():
            values.fill_(math.nan)
    initialise(made, generator(), scheme)
    assert all(bool(values.isfinite().all()) for values in made.parameters())


def test_the_global_seed_is_neither_read_nor_moved() -> None:
    before = torch.get_rng_state()
    initialise(network(), generator())
    assert torch.equal(torch.get_rng_state(), before)


@every_layer
def test_the_default_is_distributed_as_torch_draws_it(row: str) -> None:
    kind, sizes = LAYERS[row]
    ours = empty_layer(kind, *sizes)
    initialise(ours, generator())
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        theirs = kind(*sizes)
    reach = theirs.weight.abs().max().item()
    for name in ("weight", "bias"):
        values = getattr(ours, name).detach().flatten()
        # Both largest values lie just below the same edge; the gap of n uniform values is about 1/n of it.
        assert values.abs().max().item() == pytest.approx(reach, rel=20 / len(values))
        assert kstest(values.numpy() / reach, "uniform", (-1, 2)).pvalue > 1e-4


@every_layer
def test_glorot_weights_have_the_variance_2_over_both_fans_and_biases_are_zero(row: str) -> None:
    kind, sizes = LAYERS[row]
    layer = empty_layer(kind, *sizes)
    initialise(layer, generator(), "glorot")
    field = math.prod(layer.kernel_size) if hasattr(layer, "kernel_size") else 1
    deviation = math.sqrt(2 / (field * (sizes[0] + sizes[1])))
    values = layer.weight.detach().flatten().numpy()
    assert kstest(values, "uniform", (-deviation * math.sqrt(3), 2 * deviation * math.sqrt(3))).pvalue > 1e-4
    assert bool((layer.bias == 0).all())


def test_a_layer_marked_as_the_users_keeps_its_weights() -> None:
    layer = nn.Linear(2, 3)
    layer.keeps_own_weights = True
    before = layer.weight.detach().clone()
    initialise(nn.Sequential(layer), generator())
    assert torch.equal(layer.weight, before)
