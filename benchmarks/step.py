"""The composed step beside a hand-written loop of the same network and mathematics.

Both train from the same weights on the same batches with the same noise, in one process, under the same matrix
products (`vaekit.machine.fast_torch`) and allocator (`keep_memory`), and take turns: a step of one, a step of the
other, so that a machine that slows down for a while slows both. A round is an epoch of each, and its figure the
ratio of their median steps. That they compute the same is checked: their losses agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor, nn

from benchmarks.handwritten import Handwritten, Kl, closed_form_kl, mlp, one_draw_kl, tutorial
from vaekit.machine import fast_torch
from vaekit.model import make_model
from vaekit.spec import Sizes, Spec, build, part
from vaekit.train import Callback, Plan, ResidentRows, Training

LIMIT = 1.05
CHECKED_STEPS = 20
TOLERANCE = 1e-4
SEED = 0
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "thread": time.thread_time}
"""Seconds that pass, or those that the main thread computes: what waits for the processor is left out."""


@dataclass(frozen=True)
class Case:
    """A model of vaekit, and the same by hand."""

    name: str
    spec: Spec
    halves: Callable[[], tuple[nn.Sequential, nn.Sequential]]
    kl: Kl
    batch: int
    learning_rate: float
    epsilon: float = 1e-8


CASES = (
    Case(
        "MLP 784-400-20, batch 128",
        Spec(20, likelihood="bernoulli", network=part("mlp", hidden=(400,))),
        mlp, closed_form_kl, batch=128, learning_rate=1e-3,
    ),
    Case(
        "tutorial conv net, batch 32",
        Spec(
            2, likelihood="bernoulli", bound=part("elbo", kl="draws"),
            network=part("conv", channels=(32, 64), padding="valid", init="glorot"),
        ),
        tutorial, one_draw_kl, batch=32, learning_rate=1e-4, epsilon=1e-7,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Seconds of the median step of either loop, one of each a round."""

    composed: list[float]
    by_hand: list[float]

    @property
    def ratios(self) -> list[float]:
        """Composed / by hand, one a round."""
        return [ours / theirs for ours, theirs in zip(self.composed, self.by_hand, strict=True)]

    @property
    def ratio(self) -> float:
        """Their median."""
        return median(self.ratios)

    @property
    def cells(self) -> list[str]:
        """For a table: the least, the median and the largest ratio, and milliseconds of either loop."""
        ratios = (min(self.ratios), self.ratio, max(self.ratios))
        spent = (1e3 * median(self.composed), 1e3 * median(self.by_hand))
        return [*(f"{ratio:.3f}" for ratio in ratios), *(f"{each:.2f}" for each in spent)]

    def __str__(self) -> str:
        seconds = f"{1e3 * median(self.composed):.3f} ms a step, by hand {1e3 * median(self.by_hand):.3f}"
        return f"ratio {min(self.ratios):.3f}, {self.ratio:.3f}, {max(self.ratios):.3f} ({seconds})"


def both(case: Case, x: Tensor, epochs: int) -> tuple[Training, Handwritten]:
    """The two loops over x (n, 1, 28, 28), from the same first weights."""
    sizes = Sizes((1, 28, 28), case.spec.latent_dim)
    model = make_model(case.spec, sizes, torch.Generator().manual_seed(SEED))
    by_hand = Handwritten(case.halves(), case.kl, x, case.batch, case.learning_rate, case.epsilon, SEED)
    for ours, theirs in ((model.posterior, by_hand.encoder), (model.likelihood, by_hand.decoder)):
        for weight, copied in zip(ours.parameters(), theirs.parameters(), strict=True):
            copied.data.copy_(weight.data)
    adam = part("adam", epsilon=case.epsilon)
    plan = Plan(epochs, case.batch, case.learning_rate, optimizer=adam, patience=None, seed=SEED)
    return Training(model, build("bound", case.spec.bound), [], ResidentRows(x), None, plan), by_hand


def check(case: Case, x: Tensor) -> float:
    """The largest relative difference between their losses in the first steps; SystemExit where it is no rounding."""
    # Rows of one batch make every epoch one step, and every row of the history the loss of that step.
    training, by_hand = both(case, x[: case.batch], CHECKED_STEPS)
    composed = [row["loss"] for row in training.run().history]
    with fast_torch():
        return agree(case, composed, [by_hand.mean_loss(list(by_hand.steps())) for _ in composed])


def agree(case: Case, composed: list[float], by_hand: list[float]) -> float:
    """The largest relative difference of these losses, or SystemExit."""
    apart = max(abs(ours / theirs - 1) for ours, theirs in zip(composed, by_hand, strict=True))
    if not apart <= TOLERANCE:
        raise SystemExit(
            f"{case.name}: the loops do not compute the same; their losses differ by {apart:.1e}."
        )
    return apart


class Turns(Callback):
    """Before each step of the training the other loop makes one of its own; both are timed."""

    def __init__(self, by_hand: Handwritten, clock: Callable[[], float]) -> None:
        self.loop, self.clock = by_hand, clock
        self.composed: list[list[float]] = []
        self.by_hand: list[list[float]] = []
        self.losses: list[Tensor] = []

    def epoch_begins(self, training: Training) -> None:
        self.steps = self.loop.steps()
        self.composed.append([])
        self.by_hand.append([])
        self.ended = self.clock()

    def step_begins(self, training: Training) -> None:
        begun = self.clock()
        self.losses.append(next(self.steps))
        self.turned = self.clock()
        self.by_hand[-1].append(self.turned - begun)
        self.taken = begun - self.ended  # what the training spent on taking its batch

    def step_ends(self, training: Training) -> None:
        self.ended = self.clock()
        self.composed[-1].append(self.taken + self.ended - self.turned)


def measure(case: Case, x: Tensor, rounds: int, clock: Callable[[], float]) -> Figures:
    """So many rounds of an epoch over x each, after one that is not counted."""
    training, by_hand = both(case, x, 1 + rounds)
    turns = Turns(by_hand, clock)
    training.callbacks.append(turns)
    history = training.run().history
    first = by_hand.mean_loss(turns.losses[: training.steps_an_epoch])
    agree(case, [history[0]["loss"]], [first])
    return Figures(*([median(steps) for steps in epochs[1:]] for epochs in (turns.composed, turns.by_hand)))
