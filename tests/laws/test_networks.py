"""Networks: any shape in, the same shape out, the counts of the literature, and no gradient lost to work in place."""

import pytest
import torch

from vaekit.errors import SpecError, UnknownOption
from vaekit.model import make_model
from vaekit.nn import choose_network
from vaekit.nn.initialise import initialise
from vaekit.spec import Sizes, Spec, build, part

SHAPES = [(1, 8, 8), (1, 28, 28), (3, 17, 23), (2, 5, 7), (4, 33, 12), (1, 64, 64)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("numbers", [1, 3])
def test_conv_takes_any_channels_height_and_width(shape, numbers):
    network = build("network", "conv", Sizes(shape, 4))
    encoder, decoder = network.encoder(), network.decoder(4, numbers)
    for module in (encoder, decoder):
        initialise(module, torch.Generator().manual_seed(0))
    x = torch.randn(3, *shape)
    assert encoder(x).shape == (3, encoder.features)
    assert decoder(torch.randn(5, 4)).shape == (5, numbers, *shape)


@pytest.mark.parametrize("hidden", ["auto", (), (7,), (9, 5)])
@pytest.mark.parametrize("shape", [(6,), (2, 3, 4)], ids=str)
def test_mlp_takes_any_shape(shape, hidden):
    network = build("network", part("mlp", hidden=hidden), Sizes(shape, 2))
    encoder, decoder = network.encoder(), network.decoder(2, 2)
    for module in (encoder, decoder):
        initialise(module, torch.Generator().manual_seed(0))
    assert encoder(torch.randn(3, *shape)).shape == (3, encoder.features)
    assert decoder(torch.randn(3, 2)).shape == (3, 2, *shape)
    assert (decoder.affine_weight is not None) == (hidden == ())


def test_the_network_of_the_tutorial_has_its_counts_and_shapes():
    spec = Spec(
        latent_dim=2,
        likelihood="bernoulli",
        network=part("conv", channels=(32, 64), padding="valid", init="glorot"),
    )
    model = make_model(spec, Sizes((1, 28, 28), 2), torch.Generator().manual_seed(0))
    assert sum(p.numel() for p in model.posterior.parameters()) == 28_036
    assert sum(p.numel() for p in model.likelihood.parameters()) == 41_953
    sizes = []
    for layer in model.posterior.encoder.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(lambda module, given, made: sizes.append(tuple(made.shape[2:])))
    model.posterior.encoder(torch.zeros(1, 1, 28, 28))
    assert sizes == [(13, 13), (6, 6)]


def test_glorot_weights_lie_within_their_reach_and_biases_are_zero():
    layer = torch.nn.Linear(30, 50)
    initialise(layer, torch.Generator().manual_seed(0), "glorot")
    reach = (6 / 80) ** 0.5
    assert float(layer.weight.abs().max()) <= reach
    assert float(layer.weight.std()) == pytest.approx(reach / 3**0.5, rel=0.05)
    assert (layer.bias == 0).all()


@pytest.mark.parametrize("activation", ["relu", "elu", "leaky-relu", "silu", "gelu", "softplus", "tanh"])
@pytest.mark.parametrize("name", ["mlp", "conv"])
def test_working_in_place_changes_neither_the_input_nor_the_gradient(name, activation):
    network = build("network", part(name, activation=activation), Sizes((1, 8, 8), 2))
    encoder, decoder = network.encoder().double(), network.decoder(2, 1).double()
    for module in (encoder, decoder):
        initialise(module, torch.Generator().manual_seed(0))
    x = torch.randn(2, 1, 8, 8, dtype=torch.float64, requires_grad=True)
    before = x.detach().clone()
    z = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)
    encoder(x).square().sum().backward()
    decoder(z).square().sum().backward()
    assert torch.equal(x, before)
    for module, leaf in ((encoder, x), (decoder, z)):
        index = (0,) * leaf.dim()
        step = 1e-6
        away = torch.zeros_like(leaf)
        away[index] = step
        with torch.no_grad():
            slope = (module(leaf + away).square().sum() - module(leaf - away).square().sum()) / (2 * step)
        assert float(leaf.grad[index]) == pytest.approx(float(slope), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("network", "shape", "words"),
    [
        (part("mlp", hidden=(0,)), (5,), "hidden"),
        (part("mlp", hidden="wide"), (5,), "hidden"),
        ("conv", (5,), "image_shape"),
        (part("conv", kernel=4), (1, 8, 8), "odd"),
        (part("conv", channels=(8, 8, 8, 8), padding="valid"), (1, 8, 8), "too small"),
        (part("conv", padding="some"), (1, 8, 8), "same, valid"),
    ],
    ids=str,
)
def test_impossible_networks_are_refused_in_words(network, shape, words):
    with pytest.raises(SpecError, match=words):
        build("network", network, Sizes(shape, 2)).encoder()


def test_an_unknown_activation_names_those_that_exist():
    with pytest.raises(UnknownOption, match="Did you mean 'relu'"):
        build("network", part("mlp", activation="rellu"), Sizes((5,), 2)).encoder()


def test_a_network_is_chosen_from_the_shape():
    assert choose_network(Sizes((1, 28, 28), 2)).name == "conv"
    assert choose_network(Sizes((1, 8, 8), 2)).name == "mlp"
    assert choose_network(Sizes((30,), 2)).name == "mlp"
