"""One pass: forward to every loss from one record of evidence, and back to every player's gradient of its own.

A small pass is recorded (`vaekit.train.tape`) and from then on played, to the same bits. That is done where it is known
beforehand that every step does the same: on a CPU, with code of vaekit and layers of torch.nn, once the schedules of
the bound are over. Two records of two steps must agree before one is played.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from vaekit.train.callbacks import Callback
from vaekit.train.tape import Tape, record

if TYPE_CHECKING:
    from vaekit.train.loop import Training

MOST_WORK = 4e9
"""Floating-point operations of a step from which on what torch does around them is hardly seen."""
KNOWN = ("vaekit.", "torch.nn.")
"""Whose code does the same at every step."""
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
RECORDED = (2, 3)
"""The passes over batches of one shape of which a record is made; the first one may make what the others use."""
FEWEST_STEPS = 50
"""Steps of an epoch from which on a record that holds for one epoch is worth it."""

Felt = list[Tensor | None]
"""The gradient of each parameter of a player; None where its loss does not depend on it."""


@dataclass(frozen=True)
class Pass:
    """What a pass gives.

    loss       the model's
    weights    of each term, by name
    means      of each term, over draws and examples
    others     the loss of each critic, by name
    gradients  of each player
    """

    loss: Tensor
    weights: dict[str, float]
    means: dict[str, Tensor]
    others: dict[str, Tensor]
    gradients: list[Felt]

    @property
    def tensors(self) -> list[Tensor]:
        """All of them in a row."""
        felt = [each for gradients in self.gradients for each in gradients if each is not None]
        return [self.loss, *self.means.values(), *self.others.values(), *felt]

    def of(self, tensors: list[Tensor]) -> Pass:
        """The same with other tensors."""
        left = iter(tensors)
        return Pass(
            next(left),
            self.weights,
            {name: next(left) for name in self.means},
            {name: next(left) for name in self.others},
            [[None if each is None else next(left) for each in felt] for felt in self.gradients],
        )

    def alike(self, other: Pass) -> bool:
        """Whether the tensors of the two are of the same things."""

        def things(found: Pass) -> list[Any]:
            missing = [[each is None for each in felt] for felt in found.gradients]
            return [found.weights, list(found.means), list(found.others), missing]

        return things(self) == things(other)


@dataclass
class Known:
    """What is known of the passes over batches of one shape: how many there were, the last one of which there is a
    record, and whether two records agreed."""

    passes: int = 0
    like: Pass | None = None
    tape: Tape | None = None
    agreed: bool = False


class Passes:
    """The passes of a training."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.known: dict[Any, Known] = {}
        self.epoch = -1
        foreign = [callback for callback in training.callbacks if not _is_known(callback)]
        self.for_an_epoch = bool(foreign)
        self.playable = (
            training.plan.device.type == "cpu"
            and training.work <= MOST_WORK
            and all(map(_does_the_same, (training.model, *training.penalties)))
            and all(map(_is_known, (training, training.bound, *training.penalties, training.denoise)))
            and not any(map(_looks_at_steps, foreign))
            and (not foreign or training.steps_an_epoch >= FEWEST_STEPS)
        )

    def take(self, x: Tensor, c: Tensor | None) -> Pass:
        """The pass over the batch x (B, *event) with its condition c (B, C)."""
        training = self.training
        if not self.playable or training.step < training.bound.ends * training.steps_an_epoch:
            return self._computed(x, c)
        if self.for_an_epoch and self.epoch != training.epoch:  # a callback may have changed something
            self.epoch, self.known = training.epoch, {}
        batch = (x,) if c is None else (x, c)
        known = self.known.setdefault(tuple((each.shape, each.stride()) for each in batch), Known())
        if known.agreed and known.like is not None and known.tape is not None:
            for player in training.players:
                player.forget()
            return known.like.of(known.tape.play(*batch))
        known.passes += 1
        return self._recorded(x, c, known) if known.passes in RECORDED else self._computed(x, c)

    def _computed(self, x: Tensor, c: Tensor | None, recording: bool = False) -> Pass:
        """The pass as the code of the parts says it."""
        training = self.training
        terms, losses, means = training.losses(x, c)
        players, followers = training.players, len(training.followers)
        gradients = []
        for at, (player, loss) in enumerate(zip(players, losses, strict=True)):
            again = at < followers
            felt = player.slopes(loss, again) if recording else player.feel(loss, len(players) == 1, again)
            gradients.append(felt)
        critics = zip(training.others, losses[1 + followers :], strict=True)
        return Pass(
            losses[0].detach(),
            {name: weight for name, (weight, _) in terms.items()},
            means,
            {f"{player.name.replace('-', '_')}_loss": loss.detach() for player, loss in critics},
            gradients,
        )

    def _recorded(self, x: Tensor, c: Tensor | None, known: Known) -> Pass:
        """The same, with a record of it in `known`."""
        found: list[Pass] = []

        def step(x: Tensor, c: Tensor | None = None) -> list[Tensor]:
            found.append(self._computed(x, c, recording=True))
            return found[0].tensors

        tape = record(step, *((x,) if c is None else (x, c)))
        (now,) = found
        if tape is not None and known.tape is not None and known.like is not None:
            known.agreed = known.like.alike(now) and known.tape.same(tape)
        known.like, known.tape = now.of([torch.empty(0) for _ in now.tensors]), tape
        return now


def _is_known(thing: Any) -> bool:
    return thing is None or f"{type(thing).__module__}.".startswith(KNOWN)


def _does_the_same(module: Any) -> bool:
    """Whether all layers are known, and nobody listens to them."""
    layers = list(module.modules()) if isinstance(module, nn.Module) else []
    return all(_is_known(each) and not any(getattr(each, hooks) for hooks in HOOKS) for each in layers)


def _looks_at_steps(callback: Callback) -> bool:
    """Whether it is called at every step, where it may change something."""
    hooks = {getattr(hook, "__func__", hook) for hook in (callback.step_begins, callback.step_ends)}
    return hooks != {Callback.step_begins, Callback.step_ends}
