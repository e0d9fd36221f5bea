"""Several trainings at once: the loop of each goes on as ever, and where it waits for its step all step together."""

from __future__ import annotations

from collections.abc import Sequence

from vaekit.machine import fast_torch, threads_for
from vaekit.sweep.stack import Stack
from vaekit.train import Outcome, Training
from vaekit.train.interrupt import Interrupt


def train_together(trainings: Sequence[Training]) -> list[Outcome]:
    """Run trainings that may be stacked (`why_apart`); each ends when it would alone, and leaves the stack."""
    outcomes: dict[Training, Outcome] = {}
    with fast_torch(), threads_for(sum(training.work for training in trainings)), Interrupt() as interrupt:
        walks = {training: training.batches(interrupt) for training in trainings}
        stack = Stack(trainings)
        stack.take_home()
        while True:
            given = {training: next(walks[training], None) for training in stack.trainings}
            batches = {training: batch for training, batch in given.items() if batch is not None}
            for training in [training for training in given if training not in batches]:
                stack.let_go(training)
                outcomes[training] = training.ended(interrupt.asked)
            if not batches:
                return [outcomes[training] for training in trainings]
            if len(batches) < len(given):
                stack = stack.of(list(batches))
            stack.take_step(list(batches.values()))
