"""A checkpoint: everything that the next step depends on, in one file, so that a killed training goes on as if it had
not been killed.

The file is safetensors: the weights and every player's optimiser, the best weights so far, the moving average, the
states of both generators, and as JSON in its header the epoch, the step and the history. It is written beside and put
in place in one rename, so there is always a whole one. Nothing in it is ever executed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from vaekit.errors import OutputExists, RunError, SpecError
from vaekit.nn.dropout import Dropout
from vaekit.run import write_file
from vaekit.train.callbacks import Callback

if TYPE_CHECKING:
    from vaekit.train.loop import Training

FORMAT = "vaekit checkpoint 1"


class Checkpoint(Callback):
    """Writes the state of a training to `path` every so many seconds, and puts one that is there into a training.

    identity: a text that is the same for the same fit of the same data; a checkpoint of another is refused.
    """

    every = 60.0
    """Seconds between two files: what a kill costs at most."""

    def __init__(self, path: str | Path, identity: str) -> None:
        self.path, self.identity = Path(path), identity
        self._written = time.monotonic()

    def resume(self, training: Training) -> bool:
        """Put the state of the file into the training; False where there is no file yet.

        Raises OutputExists for a file that is no checkpoint, RunError for one of another fit, or a damaged one.
        """
        if not os.path.lexists(self.path):
            return False
        try:
            with safe_open(self.path, framework="pt") as file:
                said = file.metadata() or {}
                self._refuse_other(said)
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            _put(training, tensors, json.loads(said["plain"]))
        except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
            if isinstance(error, RunError):
                raise
            raise OutputExists(
                f"'{self.path}' exists and cannot be read as a checkpoint ({str(error)[:200]}), so it is not written "
                "over; choose another file."
            ) from error
        return True

    def step_ends(self, training: Training) -> None:
        if time.monotonic() - self._written >= self.every:
            self.write(training)

    def write(self, training: Training) -> None:
        """Write the state after a step. Raises RunError when the place cannot be written."""
        tensors, plain = _state(training)
        content = save(
            {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()},
            {"format": FORMAT, "identity": self.identity, "plain": json.dumps(plain)},
        )
        write_file(self.path, content)
        self._written = time.monotonic()

    def _refuse_other(self, said: dict[str, str]) -> None:
        if said.get("format") != FORMAT:
            raise ValueError("it is another kind of file")
        if said["identity"] != self.identity:
            raise RunError(
                f"'{self.path}' is the checkpoint of another fit: other data, parameters or seed. Give those it was "
                "written with, choose another file, or remove it to start anew."
            )


def _state(training: Training) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """(tensors by name, plain data) that the next step depends on."""
    tensors = {f"weights.{name}": tensor for name, tensor in _weights(training)}
    tensors |= {f"kept.{at}": tensor for at, tensor in enumerate(training.kept.kept)}
    tensors |= {"order": training.order_of_epoch, "noise": training.noise.get_state()}
    numbers: dict[str, Any] = {}
    for who, player in enumerate(training.players):
        for at, state in enumerate(player.states()):
            for name, value in state.items():
                if isinstance(value, Tensor):
                    tensors[f"player.{who}.{at}.{name}"] = value
                elif isinstance(value, int | float | bool) or value is None:
                    numbers[f"player.{who}.{at}.{name}"] = value
                else:
                    raise SpecError(
                        f"the optimiser of '{player.name}' keeps a {type(value).__name__}, which a checkpoint cannot "
                        "hold; use optimizer 'adam' or 'sgd', or fit without checkpoint=."
                    )
    plain = {
        "epoch": training.epoch,
        "step": training.step,
        "best_epoch": training.best_epoch,
        "history": training.history,
        "players": numbers,
        "calls": [module.calls for module in _dropouts(training)],
        "means": training.means.to_plain(),
    }
    if training.average is not None:
        tensors |= {f"average.{at}": tensor for at, tensor in enumerate(training.average.kept)}
        plain["average_steps"] = training.average.steps
    return tensors, plain


@torch.no_grad()
def _put(training: Training, tensors: dict[str, Tensor], plain: dict[str, Any]) -> None:
    """The inverse of `_state`."""
    for name, tensor in _weights(training):
        tensor.copy_(tensors[f"weights.{name}"])
    for at, tensor in enumerate(training.kept.kept):
        tensor.copy_(tensors[f"kept.{at}"])
    states: dict[int, dict[int, dict[str, Any]]] = {}
    stored = {name: value for name, value in tensors.items() if name.startswith("player.")} | plain["players"]
    for full, value in stored.items():
        _, who, at, name = full.split(".", 3)
        states.setdefault(int(who), {}).setdefault(int(at), {})[name] = value
    for at, player in enumerate(training.players):
        player.put_states(states.get(at, {}))
    if training.average is not None:
        for at, tensor in enumerate(training.average.kept):
            tensor.copy_(tensors[f"average.{at}"])
        training.average.steps = plain["average_steps"]
    for module, calls in zip(_dropouts(training), plain["calls"], strict=True):
        module.calls = calls
    training.order.set_state(tensors["order"])
    training.noise.set_state(tensors["noise"])
    training.epoch, training.step, training.best_epoch = plain["epoch"], plain["step"], plain["best_epoch"]
    training.history = plain["history"]
    training.means.put_plain(plain["means"])


def _weights(training: Training) -> Iterator[tuple[str, Tensor]]:
    """Parameters and buffers of all that trains."""
    for at, module in enumerate([training.model, *training.penalties]):
        for name, tensor in module.state_dict(keep_vars=True).items():
            yield f"{at}.{name}", tensor


def _dropouts(training: Training) -> list[Dropout]:
    modules = [training.model, *training.penalties]
    return [part for module in modules for part in module.modules() if isinstance(part, Dropout)]
