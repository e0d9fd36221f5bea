"""Eight moments of a training that somebody may want to see. Each hook does nothing until it is overridden.

A hook may read everything on `training` (model, epoch, step, history, best_epoch) and may set
`training.stop = True`, which ends the run after the current step. `training.so_far()` is the estimator as it would be
if the training ended now, with weights of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaekit.train.loop import Training


class Callback:
    """Override what you need; hand instances to an estimator as callbacks=(MyCallback(),)."""

    def fit_begins(self, training: Training) -> None:
        """Before the first epoch."""

    def epoch_begins(self, training: Training) -> None:
        """Before the first step of an epoch."""

    def step_begins(self, training: Training) -> None:
        """Before each step."""

    def step_ends(self, training: Training) -> None:
        """After each step."""

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        """After each epoch; `row` is its line of the history, in nats."""

    def improved(self, training: Training) -> None:
        """The held-out objective is the best so far."""

    def interrupted(self, training: Training) -> None:
        """The user asked to stop (Ctrl-C)."""

    def fit_ends(self, training: Training) -> None:
        """After the last epoch, with the weights that are kept."""
