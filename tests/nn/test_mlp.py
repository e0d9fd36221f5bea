"""The fully connected network."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vaekit.errors import SpecError, UnknownOption
from vaekit.nn import MLP
from vaekit.nn.activation import ACTIVATIONS
from vaekit.nn.initialise import initialise
from vaekit.spec import Sizes


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("event", [(5,), (2, 3), (1, 4, 5)], ids=str)
@pytest.mark.parametrize("hidden", [(), (7,), (9, 4), "auto"], ids=str)
def test_examples_of_every_shape_go_in_and_come_out(event: tuple[int, ...], hidden: object) -> None:
    network = MLP(Sizes(event, 2), hidden=hidden)
    encoder, decoder = network.encoder(), network.decoder(3, 4)
    initialise(encoder, generator())
    initialise(decoder, generator())
    assert encoder(torch.zeros(6, *event)).shape == (6, encoder.features)
    assert decoder(torch.zeros(6, 3)).shape == (6, 4, *event)


def test_the_decoder_mirrors_the_encoder() -> None:
    network = MLP(Sizes((10,), 2), hidden=(8, 4))
    widths = [layer.weight.shape for layer in network.encoder().layers if hasattr(layer, "weight")]
    assert widths == [(8, 10), (4, 8)]
    decoder = network.decoder(2, 1)
    back = [layer.weight.shape for layer in (*decoder.layers, decoder.last) if hasattr(layer, "weight")]
    assert back == [(4, 2), (8, 4), (10, 8)]


def test_a_linear_decoder_shows_its_matrix() -> None:
    decoder = MLP(Sizes((2, 3), 4), hidden=()).decoder(4, 2)
    initialise(decoder, generator())
    z = torch.randn(7, 4, generator=generator())
    moved = torch.einsum("pijl,nl->npij", decoder.affine_weight, z)
    assert torch.allclose(decoder(z), moved + decoder(torch.zeros(1, 4)), atol=1e-6)


def test_a_curved_decoder_shows_no_matrix() -> None:
    assert MLP(Sizes((6,), 2), hidden=(5,)).decoder(2, 1).affine_weight is None


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (3,)], ids=str)
def test_an_activation_in_place_changes_neither_the_data_nor_a_gradient(name: str, hidden: tuple) -> None:
    network = MLP(Sizes((4,), 2), hidden=hidden, activation=name)
    encoder, decoder = network.encoder().double(), network.decoder(2, 1).double()
    initialise(encoder, generator())
    initialise(decoder, generator())
    x = torch.randn(3, 4, generator=generator(), dtype=torch.float64, requires_grad=True)
    z = torch.randn(3, 2, generator=generator(), dtype=torch.float64, requires_grad=True)
    before = x.detach().clone(), z.detach().clone()
    assert torch.autograd.gradcheck(encoder, x)
    assert torch.autograd.gradcheck(decoder, z)
    assert torch.autograd.gradgradcheck(decoder, z)
    assert torch.equal(x, before[0])
    assert torch.equal(z, before[1])


@pytest.mark.parametrize("size", [1, 5, 32, 33, 64, 100, 256, 784, 10_000])
def test_a_chosen_width_is_a_power_of_two_about_twice_the_values(size: int) -> None:
    (width, second) = MLP(Sizes((size,), 2)).hidden
    assert width == second
    assert width == min(512, max(64, 2 ** int(np.ceil(np.log2(2 * size)))))


@pytest.mark.parametrize("hidden", [(0,), (3, -1), (2.5,), "big", (True,), None, (None,)], ids=str)
def test_impossible_widths_are_refused_in_words(hidden: object) -> None:
    with pytest.raises(SpecError, match=r"hidden=.* is not possible; give whole numbers"):
        MLP(Sizes((4,), 2), hidden=hidden)


@pytest.mark.parametrize("hidden", [12, [12], (np.int64(12),)], ids=repr)
def test_widths_may_be_one_number_a_list_or_numbers_of_numpy(hidden: object) -> None:
    assert MLP(Sizes((4,), 2), hidden=hidden).hidden == (12,)


def test_an_unknown_activation_is_refused_when_the_network_is_made() -> None:
    with pytest.raises(UnknownOption, match=r"activation='tanhh'.*Did you mean 'tanh'"):
        MLP(Sizes((4,), 2), activation="tanhh")


def test_the_description_names_every_width() -> None:
    assert MLP(Sizes((2, 3), 4), hidden=(9, 8)).description == "mlp 6 - 9 - 8 - 4, decoder mirrored"
