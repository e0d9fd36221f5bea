"""The one training loop: players, the step, the epoch, the fit.

A step: take a batch, draw noise, make the evidence, compute every player's loss from it, give each player its
own gradient, then move them all. Inside an epoch nothing is read from the device but the finiteness of the
loss: at the first step, and on a CPU, where it is free, at every step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from vaekit.bounds import Bound, Terms, loss_of
from vaekit.critics import Critic
from vaekit.machine import fast_torch, keep_memory, threads_for
from vaekit.model import LatentModel
from vaekit.penalties import Penalty
from vaekit.train.callbacks import Callback
from vaekit.train.denoise import Denoise
from vaekit.train.history import Means
from vaekit.train.interrupt import Interrupt
from vaekit.train.passes import Passes
from vaekit.train.players import Player
from vaekit.train.rows import Rows, in_order, shuffled
from vaekit.train.schedules import make_schedule
from vaekit.train.weights import Average, Snapshot

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Plan:
    """How to train: all that is neither the model nor the data."""

    max_epochs: int = 100
    batch_size: int = 128
    learning_rate: float = 1e-3
    optimizer: Any = "adam"
    schedule: Any = "constant"
    gradient_clip: float | None = None
    ema: float | None = None
    patience: int | None = 10
    seed: int = 0
    device: torch.device = CPU
    bfloat16: bool = False


@dataclass
class Outcome:
    """How a training ended."""

    history: list[dict[str, float]]
    best_epoch: int | None
    interrupted: bool
    stopped_early: bool
    diverged: str | None
    """The term that stopped being finite, or None."""


class Training:
    """One run. `run()` trains the model in place and leaves the weights that are to be kept."""

    evaluation_rows = 512

    def __init__(
        self,
        model: LatentModel,
        bound: Bound,
        penalties: Sequence[Penalty],
        rows: Rows,
        held_out: Rows | None,
        plan: Plan,
        callbacks: Sequence[Callback] = (),
        denoise: Denoise | None = None,
    ) -> None:
        """denoise: the noise on what the encoder reads, or None. Whoever trains may put into `so_far` a function that
        gives what it would have if the run ended now."""
        self.model, self.bound, self.penalties = model, bound, list(penalties)
        self.rows, self.held_out, self.plan = rows, held_out, plan
        self.callbacks = list(callbacks)
        self.denoise = denoise
        self.critics = [p for p in self.penalties if isinstance(p, Critic)]
        self.schedule = make_schedule(plan.schedule)
        self.player = Player("model", model, plan.optimizer, plan.learning_rate)
        self.apart = [p for p in self.penalties if p.encoder_rate is not None]
        self.followers = [
            Player(p.name, model.posterior, plan.optimizer, p.encoder_rate or plan.learning_rate)
            for p in self.apart
        ]
        self.others = [
            Player(critic.name, critic, plan.optimizer, critic.learning_rate or plan.learning_rate)
            for critic in self.critics
        ]
        self.order = torch.Generator().manual_seed(plan.seed)
        self.order_of_epoch = self.order.get_state()
        self.noise = torch.Generator(plan.device).manual_seed(plan.seed + 1)
        self.steps_an_epoch = math.ceil(len(rows) / plan.batch_size)
        self.average = Average(model, plan.ema) if plan.ema is not None else None
        self.kept = Snapshot([model, *self.critics])
        self.watched = held_out is not None and plan.patience is not None
        self.epoch, self.step = 0, 0
        self.history: list[dict[str, float]] = []
        self.best_epoch: int | None = None
        self.stop = False
        self.diverged: str | None = None
        self.means = Means()
        self.passes = Passes(self)
        self.so_far: Callable[[], Any] = lambda: None

    @property
    def players(self) -> list[Player]:
        """All that move parameters: the model, its encoder where it follows a critic, the critics."""
        return [self.player, *self.followers, *self.others]

    @property
    def work(self) -> float:
        """About the floating-point operations of a step."""
        return self.model.work(self.plan.batch_size * self.bound.samples)

    def run(self) -> Outcome:
        """Train until the epochs are over, patience is, or somebody asks to stop."""
        with fast_torch(), threads_for(self.work), Interrupt() as interrupt:
            for x, c in self.batches(interrupt):
                self.take_step(x, c)
        return self.ended(interrupt.asked)

    def batches(self, interrupt: Interrupt) -> Iterator[tuple[Tensor, Tensor | None]]:
        """The batches of the whole run: a step is taken on each before the next one is asked for."""
        keep_memory()
        if not self.step:  # else it goes on from a checkpoint, with the weights that were kept there
            self.kept.take()
        self._tell("fit_begins")
        self.model.train()
        while self.epoch < self.plan.max_epochs and not self.stop and not interrupt.asked:
            yield from self._batches_of_epoch(interrupt)
            self.epoch += 1

    def ended(self, interrupted: bool) -> Outcome:
        """How it ended, with the weights that are to be kept."""
        self.model.eval()
        if interrupted:
            self._tell("interrupted")
        if self.best_epoch is None and not self.diverged and not self.kept.finite():
            self.diverged = "weights"
        if self.best_epoch is not None or self.diverged:
            self.kept.put_back()
        elif self.average is not None:
            self.average.swap()
        outcome = Outcome(
            self.history,
            self.best_epoch,
            interrupted,
            self.stop and not interrupted and self.diverged is None,
            self.diverged,
        )
        self._tell("fit_ends")
        return outcome

    def _batches_of_epoch(self, interrupt: Interrupt) -> Iterator[tuple[Tensor, Tensor | None]]:
        started = time.perf_counter()
        self._tell("epoch_begins")
        over = self.step - self.epoch * self.steps_an_epoch
        self.means = self.means if over else Means()
        self.order_of_epoch = self.order.get_state()
        for x, c in shuffled(self.rows, self.plan.batch_size, self.order, self.noise, over):
            self._tell("step_begins")
            yield x, c
            if self.diverged:
                self.stop = True
                return
            self.step += 1
            self._tell("step_ends")
            if interrupt.asked or self.stop:
                self.stop = True
                break
        self._end_epoch(time.perf_counter() - started)

    def take_step(self, x: Tensor, c: Tensor | None) -> None:
        """Every loss from one record of evidence, every player its gradient, then all move."""
        found = self.passes.take(x, c)
        if not self.is_finite(found.loss, found.means):
            return
        for player, gradients in zip(self.players, found.gradients, strict=True):
            player.move(gradients, self.share, self.plan.gradient_clip)
        if self.average is not None:
            self.average.follow()
        self.means.add(len(x), found.weights, found.means, found.others)

    @property
    def share(self) -> float:
        """The share of the learning rate at this step."""
        return self.schedule.share(self.step / (self.plan.max_epochs * self.steps_an_epoch))

    def is_finite(self, loss: Tensor, means: dict[str, Tensor]) -> bool:
        """Whether the loss of this step is a number, where that is looked at; if not, the run has diverged."""
        first = self.step % self.steps_an_epoch == 0
        if (first or self.plan.device.type == "cpu") and not math.isfinite(loss.item()):
            self.diverged = self._first_bad(means)
            return False
        if first and not self.watched:
            self.kept.take()  # now that they are known to have a finite loss
        return True

    def noise_for(self, rows: int) -> Tensor:
        """What one pass over this many rows draws, (K, rows, noise_size)."""
        return torch.randn(
            self.bound.samples, rows, self.model.noise_size, generator=self.noise, device=self.plan.device
        )

    def noisy(self, generator: torch.Generator) -> Callable[[Tensor], Tensor] | None:
        """What adds noise, drawn from this generator, to what the encoder reads; None for none."""
        return None if self.denoise is None else partial(self.denoise, generator=generator)

    def losses(self, x: Tensor, c: Tensor | None) -> tuple[Terms, list[Tensor], dict[str, Tensor]]:
        """All terms, every player's loss (the model's, those that its encoder follows apart, the critics'), and the
        mean of each term."""
        noise = self.noise_for(len(x))
        with torch.autocast(self.plan.device.type, torch.bfloat16, enabled=self.plan.bfloat16):
            evidence = self.model(x, noise, c, denoise=self.noisy(self.noise))
            terms = self.bound.terms(evidence, self.step / self.steps_an_epoch)
            apart: list[Terms] = []
            for penalty in self.penalties:
                added = penalty.terms(evidence, self.noise)
                if penalty.encoder_rate is None:
                    terms |= added
                else:
                    apart.append(added)
            loss, means = loss_of(terms)
            losses = [loss]
            for added in apart:
                followed, found = loss_of(added)
                losses, terms, means = [*losses, followed], terms | added, means | found
            return (
                terms,
                [*losses, *(critic.critic_loss(evidence, self.noise) for critic in self.critics)],
                means,
            )

    def _first_bad(self, means: dict[str, Tensor]) -> str:
        return next((name for name, mean in means.items() if not math.isfinite(float(mean))), "loss")

    def _end_epoch(self, seconds: float) -> None:
        row = {"epoch": float(self.epoch + 1), **self.means.row()}
        if not math.isfinite(row["loss"]):
            self.diverged = self._first_bad({k: torch.tensor(v) for k, v in row.items()})
            self.stop = True
            return
        if self.held_out is not None:
            row |= self._evaluate(self.held_out)
        row["seconds"] = seconds
        self.history.append(row)
        self._keep_if_better(row)
        for callback in self.callbacks:
            callback.epoch_ends(self, row)

    @torch.no_grad()
    def _evaluate(self, rows: Rows) -> dict[str, float]:
        """The held-out objective at its final weights, and the bound at weight one, in nats."""
        self.model.eval()
        if self.average is not None:
            self.average.swap()
        # The same noise after every epoch, so that two epochs differ by their weights only.
        generator = torch.Generator(self.plan.device).manual_seed(self.plan.seed + 2)
        loss = elbo = 0.0
        has_value = True
        for x, c in in_order(rows, self.evaluation_rows, generator):
            noise = torch.randn(
                self.bound.samples,
                len(x),
                self.model.noise_size,
                generator=generator,
                device=self.plan.device,
            )
            evidence = self.model(x, noise, c, denoise=self.noisy(generator))
            terms = self.bound.terms(evidence)
            for penalty in self.penalties:
                if not penalty.learns:
                    terms |= penalty.terms(evidence, generator)
            loss += float(loss_of(terms)[0]) * len(x)
            value = self.bound.value(evidence)
            has_value = value is not None
            elbo += 0.0 if value is None else float(value.double().sum())
        if self.average is not None:
            self.average.swap()
        self.model.train()
        row = {"val_loss": loss / len(rows)}
        return row | ({"val_elbo": elbo / len(rows)} if has_value else {})

    def _keep_if_better(self, row: dict[str, float]) -> None:
        """Keep the weights that are best on held-out rows, and stop when patience is over."""
        if not self.watched:
            return
        best = min(
            (r["val_loss"] for r in self.history[:-1] if math.isfinite(r["val_loss"])), default=math.inf
        )
        if row["val_loss"] < best:
            self.best_epoch = self.epoch + 1
            self._take_averaged()
            self._tell("improved")
        schedules_end = max(self.bound.ends, self.schedule.ends * self.plan.max_epochs)
        since = self.epoch + 1 - max(self.best_epoch or 0, math.ceil(schedules_end))
        assert self.plan.patience is not None
        if since >= self.plan.patience:
            self.stop = True

    def _take_averaged(self) -> None:
        if self.average is not None:
            self.average.swap()
        self.kept.take()
        if self.average is not None:
            self.average.swap()

    def _tell(self, moment: str) -> None:
        for callback in self.callbacks:
            getattr(callback, moment)(self)
