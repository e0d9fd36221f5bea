"""The user's own encoder and decoder."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from vaekit.errors import NetworkError, SpecError
from vaekit.nn import OwnNetwork
from vaekit.nn.initialise import initialise
from vaekit.spec import Sizes

SIZES = Sizes((2, 3), 2)


class Both(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(6, 5))
        self.decoder = nn.Linear(2, 6)


class Gives(nn.Module):
    def __init__(self, made: object) -> None:
        super().__init__()
        self.made = made

    def forward(self, x: Tensor) -> object:
        return self.made


@pytest.mark.parametrize("as_pair", [False, True])
def test_a_module_with_two_halves_or_a_pair_is_a_network(as_pair: bool) -> None:
    given = Both()
    network = OwnNetwork(SIZES, (given.encoder, given.decoder) if as_pair else given)
    encoder, decoder = network.encoder(), network.decoder(2, 1)
    x, z = torch.rand(4, 2, 3), torch.rand(4, 2)
    assert encoder.features == 5
    assert torch.equal(encoder(x), given.encoder(x))
    assert torch.equal(decoder(z), given.decoder(z).view(4, 1, 2, 3))
    assert network.description == "your own: Sequential and Linear"


def test_the_users_weights_are_the_first_ones_and_are_never_touched() -> None:
    given = Both()
    before = {name: values.clone() for name, values in given.state_dict().items()}
    encoder = OwnNetwork(SIZES, given).encoder()
    initialise(encoder, torch.Generator().manual_seed(0))
    assert torch.equal(encoder.module[1].weight, before["encoder.1.weight"])
    with torch.no_grad():
        for values in encoder.parameters():
            values.add_(1)
    assert all(torch.equal(values, before[name]) for name, values in given.state_dict().items())


def test_weights_that_the_halves_share_stay_shared() -> None:
    encoder, decoder = nn.Linear(6, 2, bias=False), nn.Linear(6, 2, bias=False)
    decoder.weight = encoder.weight

    class Transposed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = encoder.weight

        def forward(self, z: Tensor) -> Tensor:
            return z @ self.weight

    network = OwnNetwork(Sizes((6,), 2), (encoder, Transposed()))
    assert network.encoder().module.weight is network.decoder(2, 1).module.weight
    assert network.encoder().module.weight is not encoder.weight


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (torch.zeros(2, 3, 4), "(2, 3, 4) for an input of shape (2, 2, 3); wanted is (2, features)"),
        (torch.zeros(7), "shape (7,)"),
        ([1.0], "gave a list; it must give one tensor"),
    ],
    ids=["too many axes", "too few axes", "no tensor"],
)
def test_what_came_out_of_an_encoder_is_said(made: object, said: str) -> None:
    with pytest.raises(NetworkError) as raised:
        OwnNetwork(SIZES, (Gives(made), nn.Linear(2, 6))).encoder()
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            1,
            "gave shape (2, 7) for codes of shape (2, 2); wanted is (2, 2, 3): the likelihood reads 1 number(s)",
        ),
        (2, "wanted is (2, 2, 2, 3): the likelihood reads 2 number(s) for each of the 6 values"),
    ],
)
def test_what_came_out_of_a_decoder_is_said(parameters: int, said: str) -> None:
    with pytest.raises(NetworkError) as raised:
        OwnNetwork(SIZES, (nn.Flatten(), nn.Linear(2, 7))).decoder(2, parameters)
    assert said in str(raised.value)


def test_an_encoder_that_cannot_take_the_data_is_said_with_its_own_words() -> None:
    with pytest.raises(
        NetworkError, match=r"your encoder cannot take an input of shape \(2, 2, 3\): mat1 and mat2"
    ):
        OwnNetwork(SIZES, (nn.Linear(8, 2), nn.Linear(2, 6))).encoder()


OVERWRITING = {
    "at once": nn.Sequential(nn.ReLU(inplace=True), nn.Flatten()),
    "through a view": nn.Sequential(nn.Flatten(), nn.ReLU(inplace=True)),
    "in training only": nn.Sequential(nn.Flatten(), nn.Dropout(inplace=True)),
}


@pytest.mark.parametrize("how", OVERWRITING)
def test_a_half_that_overwrites_what_it_is_given_is_refused(how: str) -> None:
    own = OVERWRITING[how]
    with pytest.raises(NetworkError, match=r"your encoder overwrites what it is given.*inplace=False"):
        OwnNetwork(SIZES, (own, nn.Linear(2, 6))).encoder()
    with pytest.raises(NetworkError, match="your decoder overwrites"):
        OwnNetwork(Sizes((2,), 2), (nn.Linear(2, 2), own)).decoder(2, 1)


def test_a_mode_that_gives_nothing_back_is_no_reason_to_refuse() -> None:
    class Frozen(nn.Flatten):
        def train(self, mode: bool = True) -> None:  # type: ignore[override]
            super().train(False)

    assert OwnNetwork(SIZES, (Frozen(), nn.Linear(2, 6))).encoder().features == 6


def test_a_layer_may_overwrite_what_the_layer_before_it_gave() -> None:
    own = nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.ReLU(inplace=True), nn.Dropout(inplace=True))
    assert OwnNetwork(SIZES, (own, nn.Linear(2, 6))).encoder().features == 5


@pytest.mark.parametrize("given", [nn.Linear(2, 2), (nn.Flatten(),), (nn.Flatten(), len), 3], ids=repr)
def test_what_is_no_network_is_refused_in_words(given: object) -> None:
    with pytest.raises(SpecError, match=r"a pair \(encoder, decoder\) of modules"):
        OwnNetwork(SIZES, given)


def test_a_module_that_draws_is_tried_without_moving_the_global_seed() -> None:
    class Noisy(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.flatten(1) + torch.randn(6)

    halves = (Noisy(), nn.Linear(2, 6))
    before = torch.get_rng_state()
    OwnNetwork(SIZES, halves).encoder()
    assert torch.equal(torch.get_rng_state(), before)


def test_running_means_are_not_moved_by_the_trial() -> None:
    given = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(6))
    encoder = OwnNetwork(SIZES, (given, nn.Linear(2, 6))).encoder()
    assert int(encoder.module[1].num_batches_tracked) == 0
    assert encoder.training


def test_a_lazy_layer_learns_its_size_from_the_data() -> None:
    given = nn.Sequential(nn.Flatten(), nn.LazyLinear(4))
    encoder = OwnNetwork(SIZES, (given, nn.Linear(2, 6))).encoder()
    assert encoder.features == 4
    assert encoder(torch.rand(3, 2, 3)).shape == (3, 4)
