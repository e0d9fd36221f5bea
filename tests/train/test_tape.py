"""A tape gives what the step gives, to the bit, and is not made of a step that may do something else."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vaekit.train.tape import Tape, record

Step = Callable[[Tensor], list[Tensor]]


def rows(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape or (6, 4), generator=torch.Generator().manual_seed(seed))


def gradients(loss: Tensor, module: nn.Module) -> list[Tensor]:
    return [loss.detach(), *torch.autograd.grad(loss, list(module.parameters()))]


class World:
    """What a step reads and changes beside its batch; two of them begin the same."""

    def __init__(self) -> None:
        self.noise = torch.Generator().manual_seed(3)
        self.layers = nn.Sequential(nn.Linear(4, 5), nn.ReLU(inplace=True), nn.Linear(5, 4))
        self.norm = nn.BatchNorm1d(4)
        self.image = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.SiLU(), nn.Flatten(), nn.Linear(8, 3))
        generator = torch.Generator().manual_seed(4)
        for weight in self.weights:
            weight.data.normal_(generator=generator)

    @property
    def weights(self) -> list[nn.Parameter]:
        return [*self.layers.parameters(), *self.norm.parameters(), *self.image.parameters()]

    def move(self) -> None:
        for weight in self.weights:
            weight.data.mul_(0.9)

    def layers_and_noise(self, x: Tensor) -> list[Tensor]:
        """A loss of layers, a draw, a mean and a variance that are halves of one tensor."""
        mean, log_variance = self.layers(x).chunk(2, dim=1)
        z = mean + (0.5 * log_variance).exp() * torch.randn(mean.shape, generator=self.noise)
        return gradients((z - x[:, :2]).square().mean() + log_variance.exp().sum(), self.layers)

    def running_means(self, x: Tensor) -> list[Tensor]:
        """Buffers that every step moves."""
        return gradients(self.norm(x).square().mean(), self.norm)

    def convolutions(self, x: Tensor) -> list[Tensor]:
        return gradients(self.image(x[:, :4].reshape(-1, 1, 2, 2)).logsumexp(1).mean(), self.image)

    def weights_alone(self, x: Tensor) -> list[Tensor]:
        """Nothing of the batch, and views of weights that move in between."""
        first = self.layers[0].weight
        return [first.t().exp().sum().detach(), first.t()[1].detach().clone()]

    def overwritten_constants(self, x: Tensor) -> list[Tensor]:
        """A constant that is written to, through a view of it, and one that is handed out."""
        total = torch.zeros(6)
        total[:3].add_(x[:3, 0])
        return [total.sum(), torch.ones(2), torch.arange(4.0) * x[0]]

    def lists(self, x: Tensor) -> list[Tensor]:
        parts = x.split([1, 3], dim=1)
        return [torch.cat([parts[1], parts[0]], 1), torch.stack(parts[1].unbind(0)).std()]

    def several_results(self, x: Tensor) -> list[Tensor]:
        value, place = x.max(1)
        return [value, place, torch.linalg.slogdet(x[:4] @ x[:4].t())[1]]

    def bfloat16(self, x: Tensor) -> list[Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            return gradients(self.layers(x).float().square().mean(), self.layers)

    def second_derivatives(self, x: Tensor) -> list[Tensor]:
        x = x.detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(F.softplus(self.layers(x)).sum(), x, create_graph=True)
        return gradients(slope.square().sum(), self.layers)[:-1]

    def numbers_out_of_range(self, x: Tensor) -> list[Tensor]:
        return [
            x.clamp(min=-float("inf")).where(x > 0, -float("inf")).amax(),
            x.new_full((2,), 0.1) * x[0, 0],
        ]


STEPS = [name for name in vars(World) if name not in ("move", "weights") and not name.startswith("_")]


def recorded(world: World, name: str, seed: int) -> Tape | None:
    return record(getattr(world, name), rows(seed))


@pytest.mark.parametrize("name", STEPS)
def test_a_tape_goes_on_as_the_step_would(name: str) -> None:
    played, computed = World(), World()
    tape = recorded(played, name, 0)
    getattr(computed, name)(rows(0))
    assert tape is not None
    kept = []
    for seed in range(1, 5):
        played.move()
        computed.move()
        found = tape.play(rows(seed))
        kept.append((found, [each.clone() for each in found]))
        for one, other in zip(found, getattr(computed, name)(rows(seed)), strict=True):
            assert torch.equal(one, other)
            assert not one.requires_grad
    assert torch.equal(played.noise.get_state(), computed.noise.get_state())
    for one, other in zip(played.norm.buffers(), computed.norm.buffers(), strict=True):
        assert torch.equal(one, other)
    for found, then in kept:  # what was handed out stays as it was
        assert all(map(torch.equal, found, then))


@pytest.mark.parametrize("name", STEPS)
def test_two_records_of_the_same_step_are_the_same(name: str) -> None:
    world = World()
    one, other = recorded(world, name, 0), recorded(world, name, 1)
    assert one is not None
    assert other is not None
    assert one.same(other)
    assert not one.same(recorded(World(), "layers_and_noise", 0) if name != "layers_and_noise" else _of(1.0))


def _of(number: float) -> Tape:
    tape = record(lambda x: [x * number], rows(0))
    assert tape is not None
    return tape


def test_a_number_or_a_table_that_changes_shows_in_the_record() -> None:
    assert _of(0.5).same(_of(0.5))
    assert not _of(0.5).same(_of(0.25))
    generator = np.random.default_rng(0)
    one, other = (
        record(lambda x: [x + torch.from_numpy(generator.normal(size=4))], rows(0)) for _ in range(2)
    )
    assert one is not None
    assert other is not None
    assert not one.same(other)


def _asks(x: Tensor) -> list[Tensor]:
    return [x + 1] if x.sum() > 0 else [x - 1]


@pytest.mark.parametrize(
    "step",
    [
        _asks,
        lambda x: [x * float(x.mean())],
        lambda x: [x[x > 0]],
        lambda x: [x.nonzero()],
        lambda x: [x.to_sparse().to_dense()],
        lambda x: [x * x.tolist()[0][0]],
    ],
    ids=["asks", "reads a number", "chooses", "counts", "no plain array", "reads a list"],
)
def test_no_tape_of_a_step_that_reads_a_value(step: Step) -> None:
    tape, again = record(step, rows(0)), record(step, rows(1))
    assert tape is None or again is None or not tape.same(again)


def test_what_nobody_reads_and_what_stays_the_same_is_not_done_again() -> None:
    world = World()

    def step(x: Tensor) -> list[Tensor]:
        x.exp().sum()
        weight = world.layers[0].weight.t().unsqueeze(0)
        return [x * torch.full((4,), 2.0).log().expand(6, 4), (x @ weight[0]).detach()]

    tape = record(step, rows(0))
    assert tape is not None
    lines = [line.split(";")[0].strip() for line in tape.source.strip().splitlines()]
    assert lines == [
        "def forward(self, x0, c0, c1):",
        "mul_tensor = aten_mul_Tensor(x0, c0)",
        "mm_default = aten_mm_default(x0, c1)",
        "return [mul_tensor, mm_default]",
    ]


def test_variables_are_let_go_after_their_last_use() -> None:
    tape = record(lambda x: [x.exp().log().sum()], rows(0))
    assert tape is not None
    assert "log_default = aten_log_default(exp_default);  exp_default = None" in tape.source


def test_recording_changes_nothing() -> None:
    world, other = World(), World()
    before = copy.deepcopy(world.layers.state_dict())
    for name in STEPS:
        recorded(world, name, 0)
        getattr(other, name)(rows(0))
    assert torch.equal(world.noise.get_state(), other.noise.get_state())
    for key, value in world.layers.state_dict().items():
        assert torch.equal(value, before[key])
