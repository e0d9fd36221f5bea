"""Progress of a training: a bar on a terminal, a line an epoch elsewhere. Everything goes to stderr."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from vaekit.train.callbacks import Callback

if TYPE_CHECKING:
    from vaekit.train.loop import Training


def line_of(row: dict[str, float]) -> str:
    """'loss 103.2, reconstruction 97.1, kl 6.1, held-out 105.0' from a row of the history."""
    shown = {"loss": row["loss"]}
    shown |= {
        key: value
        for key, value in row.items()
        if f"weight_{key}" in row and len([k for k in row if k.startswith("weight_")]) > 1
    }
    if "val_loss" in row:
        shown["held-out"] = row["val_loss"]
    return ", ".join(f"{name} {value:.4g}" for name, value in shown.items())


class Lines(Callback):
    """A line an epoch, at most one in `every` seconds, and always the last."""

    def __init__(self, every: float) -> None:
        self.every = every
        self._said = 0.0

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        now = time.monotonic()
        last = training.stop or training.epoch + 1 == training.plan.max_epochs
        if last or now - self._said >= self.every:
            self._said = now
            print(
                f"epoch {training.epoch + 1} of {training.plan.max_epochs}: {line_of(row)}", file=sys.stderr
            )


class Bar(Callback):
    """A bar of epochs with the last row beside it."""

    def fit_begins(self, training: Training) -> None:
        from tqdm import tqdm

        self._bar: Any = tqdm(total=training.plan.max_epochs, unit="epoch", leave=False, dynamic_ncols=True)

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        self._bar.set_postfix_str(line_of(row), refresh=False)
        self._bar.update(1)

    def fit_ends(self, training: Training) -> None:
        self._bar.close()


def progress(verbose: int) -> list[Callback]:
    """0 says nothing; 1 shows a bar on a terminal and lines (one in two seconds) elsewhere; 2 a line an epoch."""
    if not verbose:
        return []
    if verbose >= 2:
        return [Lines(0.0)]
    return [Bar()] if sys.stderr.isatty() else [Lines(2.0)]
