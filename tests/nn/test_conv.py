"""The convolutional network, for pictures of every shape."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from vaekit.errors import SpecError, UnknownOption
from vaekit.model import make_model
from vaekit.nn import Conv, choose_network
from vaekit.nn.activation import ACTIVATIONS
from vaekit.nn.initialise import initialise
from vaekit.spec import Sizes, Spec, part

SHAPES = [(1, 28, 28), (3, 32, 32), (1, 5, 7), (2, 17, 9), (4, 16, 33), (1, 1, 12), (5, 3, 2), (1, 2, 2)]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_padding = pytest.mark.parametrize("padding", ["same", "valid"])


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def halves(shape: tuple[int, ...], parameters: int = 1, **options: object) -> tuple[nn.Module, nn.Module]:
    network = Conv(Sizes(shape, 2), **options)
    made = network.encoder(), network.decoder(2, parameters)
    for half in made:
        initialise(half, generator())
    return made


def weights_of(module: nn.Module) -> int:
    return sum(values.numel() for values in module.parameters())


@every_shape
@pytest.mark.parametrize("parameters", [1, 3])
def test_pictures_of_every_shape_go_in_and_come_out(shape: tuple[int, ...], parameters: int) -> None:
    encoder, decoder = halves(shape, parameters)
    features = encoder(torch.rand(2, *shape, generator=generator()))
    assert features.shape == (2, encoder.features)
    assert decoder(torch.randn(3, 2, generator=generator())).shape == (3, parameters, *shape)


@every_shape
def test_every_pixel_of_a_picture_is_read_and_every_weight_is_trained(shape: tuple[int, ...]) -> None:
    encoder, decoder = halves(shape, activation="tanh")
    x = torch.rand(2, *shape, generator=generator(), requires_grad=True)
    out = decoder(encoder(x)[:, :2])
    (encoder(x).square().sum() + out.square().sum()).backward()
    assert x.grad is not None
    assert bool((x.grad != 0).all())
    for values in (*encoder.parameters(), *decoder.parameters()):
        assert values.grad is not None
        assert bool((values.grad != 0).any())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@every_padding
def test_the_memory_layout_of_a_picture_changes_nothing(dtype: torch.dtype, padding: str) -> None:
    encoder, decoder = (half.to(dtype) for half in halves((3, 16, 33), padding=padding))
    x = torch.rand(2, 3, 16, 33, generator=generator()).to(dtype)
    tolerance = {torch.float32: 1e-5, torch.float64: 1e-12, torch.bfloat16: 2e-2}[dtype]
    features, other = encoder(x), encoder(x.contiguous(memory_format=torch.channels_last))
    assert features.dtype == dtype
    assert torch.allclose(features, other, atol=tolerance, rtol=tolerance)
    plain = decoder.to(memory_format=torch.contiguous_format)
    z = torch.randn(2, 2, generator=generator()).to(dtype)
    assert plain(z).dtype == dtype


@pytest.mark.parametrize("side", [8, 9])
def test_features_stand_in_the_order_channel_row_column(side: int) -> None:
    encoder, _ = halves((2, side, side), channels=(3, 4))
    x = torch.rand(2, 2, side, side, generator=generator())
    picture = encoder.layers(x)
    by_hand = torch.stack(
        [picture[:, c, i, j] for c in range(4) for i in range(2 + side % 2) for j in range(2 + side % 2)], 1
    )
    assert torch.equal(encoder(x), by_hand)


def test_the_numbers_of_a_value_are_channels_of_the_last_convolution() -> None:
    _, decoder = halves((3, 6, 5), 2)
    seen: list[Tensor] = []
    decoder.last.register_forward_hook(lambda module, given, made: seen.append(made))
    numbers = decoder(torch.randn(2, 2, generator=generator()))
    for p in range(2):
        for c in range(3):
            assert torch.equal(numbers[:, p, c], seen[0][:, 3 * p + c])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_in_place_changes_neither_the_data_nor_a_gradient(name: str) -> None:
    encoder, decoder = (half.double() for half in halves((1, 4, 5), channels=(3,), activation=name))
    x = torch.rand(2, 1, 4, 5, generator=generator(), dtype=torch.float64, requires_grad=True)
    z = torch.randn(2, 2, generator=generator(), dtype=torch.float64, requires_grad=True)
    before = x.detach().clone(), z.detach().clone()
    assert torch.autograd.gradcheck(encoder, x)
    assert torch.autograd.gradcheck(decoder, z)
    # Hamiltonian posteriors differentiate the decoder's gradient once more.
    assert torch.autograd.gradgradcheck(decoder, z)
    assert torch.equal(x, before[0])
    assert torch.equal(z, before[1])


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((1, 1, 1), {}),
        ((3, 1, 1), {"kernel": 1}),
        ((1, 5, 7), {"channels": (8, 8, 8, 8)}),
        ((1, 5, 7), {"channels": (8, 8, 8), "padding": "valid"}),
        ((1, 2, 9), {"padding": "valid"}),
        ((1, 4, 4), {"kernel": 5, "padding": "valid"}),
    ],
    ids=str,
)
def test_a_picture_too_small_for_its_layers_is_refused(shape: tuple[int, ...], options: dict) -> None:
    with pytest.raises(SpecError, match=rf"picture of {shape[1]} x {shape[2]} is too small.*network='mlp'"):
        Conv(Sizes(shape, 2), **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kernel": 4}, "kernel=4 is not possible; give an odd number"),
        ({"kernel": 0}, "kernel=0 is not possible; give a whole number of 1 or more"),
        ({"channels": (8, 0)}, "'auto'"),
        ({"channels": ()}, "one number of channels or more"),
        ({"channels": "wide"}, "channels='wide' is not possible"),
        ({"padding": "full"}, "there are: same, valid"),
        ({"activation": "rellu"}, "Did you mean 'relu'?"),
        ({"init": "keras"}, "there are: torch, glorot"),
    ],
    ids=str,
)
def test_an_impossible_option_is_named_with_what_is_possible(options: dict, said: str) -> None:
    with pytest.raises((SpecError, UnknownOption)) as raised:
        Conv(Sizes((1, 8, 8), 2), **options)
    assert said in str(raised.value)


def test_rows_of_a_table_are_no_picture() -> None:
    with pytest.raises(SpecError, match=r"one example here has shape \(64,\)"):
        Conv(Sizes((64,), 2))


def test_one_number_of_channels_is_one_layer() -> None:
    assert Conv(Sizes((1, 8, 8), 2), channels=16).channels == (16,)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 16, 16), (3, 64, 48), (1, 200, 300)], ids=str)
def test_chosen_channels_halve_the_picture_to_a_side_from_4_to_15(shape: tuple[int, ...]) -> None:
    layers = len(Conv(Sizes(shape, 2)).channels)
    assert min(shape[1:]) / 2**layers >= 4
    assert layers == 4 or min(shape[1:]) / 2**layers < 8


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ((1, 28, 28), "conv"),
        ((3, 16, 20), "conv"),
        ((1, 8, 8), "mlp"),
        ((1, 300, 15), "mlp"),
        ((784,), "mlp"),
    ],
)
def test_convolutions_are_chosen_for_pictures_of_16_x_16_and_more(shape: tuple[int, ...], name: str) -> None:
    assert choose_network(Sizes(shape, 2)).name == name


def test_the_tutorials_network_has_its_69_989_weights() -> None:
    network = part("conv", channels=(32, 64), padding="valid", init="glorot")
    spec = Spec(latent_dim=2, likelihood="bernoulli", network=network)
    model = make_model(spec, Sizes((1, 28, 28), 2), generator())
    # Keras' summary of the tutorial: two convolutions and a dense layer, and their mirror image.
    encoder = (9 * 1 * 32 + 32) + (9 * 32 * 64 + 64) + (64 * 6 * 6 * 4 + 4)
    decoder = (2 * 7 * 7 * 32 + 7 * 7 * 32) + (9 * 32 * 64 + 64) + (9 * 64 * 32 + 32) + (9 * 32 * 1 + 1)
    assert weights_of(model.posterior) == encoder == 28_036
    assert weights_of(model.likelihood) == decoder == 41_953
    assert weights_of(model) == 69_989


def test_a_transposed_convolution_undoes_the_halving_of_a_convolution() -> None:
    """The decoder's picture before it is cut is the small one, doubled as often as there are layers."""
    for side in (5, 7, 8, 28, 33):
        _, decoder = halves((1, side, side), channels=(4, 4))
        small = math.ceil(side / 4)
        assert decoder.small == (small, small)
        assert decoder.layers(torch.zeros(1, 4, small, small)).shape[-2:] == (4 * small, 4 * small)
