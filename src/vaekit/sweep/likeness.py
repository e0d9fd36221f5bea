"""Which trainings may be stacked: those that differ by seed and plain numbers alone, and whose code allows it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten
from typing import Any

import torch

from vaekit.spec import as_part, lookup
from vaekit.sweep.stack import Objective, Stack, plain_numbers
from vaekit.train import Training

MAY_DIFFER = ("random_state", "learning_rate", "patience", "bound", "penalties", "callbacks", "verbose")
"""Parameters of estimators; of bounds and penalties, their plain numbers."""


def likeness(estimator: Any, training: Training) -> str:
    """A text that is the same for estimators whose trainings differ by seed and plain numbers alone.

    The user's own objects count by what they print; what that hides is found by `why_apart`.
    """
    parameters = estimator.get_params(deep=False)
    alike = {name: value for name, value in parameters.items() if name not in MAY_DIFFER}
    objective = Objective(training)
    tensors = [(name, *_kind(tensor)) for name, tensor in objective.tensors().items()]
    scorers = [_scorer(scorer) for scorer in objective.scorers()]
    return repr((type(estimator), alike, scorers, tensors, len(training.rows)))


def _kind(tensor: torch.Tensor) -> tuple[Any, ...]:
    """All of a tensor but its real numbers."""
    whole = None if tensor.is_floating_point() else hash(tensor.cpu().numpy().tobytes())
    return tuple(tensor.shape), tensor.dtype, tensor.requires_grad, whole


def _scorer(scorer: Any) -> tuple[type, dict[str, Any]]:
    """All of a bound or penalty but the values of its plain numbers."""
    own = {name: value for name, value in vars(scorer).items() if not name.startswith("_")}
    numbers = {name: "a number" for name in plain_numbers(scorer) if own.get(name) is not None}
    return type(scorer), own | numbers


def why_apart(trainings: Sequence[Training]) -> str | None:
    """Why trainings that are alike cannot be stacked, or None when they can: a step is tried and compared."""
    first = trainings[0]
    if first.critics:
        return "a critic is a second player"
    if first.apart:
        return "a penalty has an optimiser of its own"
    if first.denoise is not None:
        return "what the encoder reads has noise"
    if getattr(first.model.posterior, "needs_joint", False):
        return "the posterior takes gradients of its own"
    if first.penalties and any(True for _ in first.model.prior.parameters()):
        return "a penalty draws from a prior that learns"
    optimizer = lookup("optimizer", as_part("optimizer", first.plan.optimizer).name)
    if not getattr(optimizer, "elementwise", False):
        return "the optimiser is not declared elementwise"
    try:
        same = _tried(trainings)
    except Exception as error:  # whatever stands in the way of the model's code, each alone still trains
        said = shorten(str(error) or type(error).__name__, 100, placeholder=" ...")
        return f"torch cannot run their code for many at once ({said})"
    return None if same else "a step of all together is not the steps of each"


def _tried(trainings: Sequence[Training]) -> bool:
    """Whether the terms of two rows are the same together as alone. Nothing is changed by it."""
    generators = [training.noise for training in trainings]
    states = [generator.get_state() for generator in generators]
    buffers = [(b, b.clone()) for training in trainings for b in training.model.buffers()]
    try:
        batches = [training.rows.take(torch.arange(2), training.noise) for training in trainings]
        _, together = Stack(trainings).terms(batches)
        torch.stack(list(together.values())).sum().backward()
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)
        alone = [_alone(training) for training in trainings]
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)
        with torch.no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)
    return all(
        torch.allclose(mean.detach()[at], found[name], rtol=1e-2, atol=1e-3)
        for name, mean in together.items()
        for at, found in enumerate(alone)
    )


@torch.no_grad()
def _alone(training: Training) -> dict[str, torch.Tensor]:
    """The mean of each term of the same two rows."""
    _, _, means = training.losses(*training.rows.take(torch.arange(2), training.noise))
    return means
