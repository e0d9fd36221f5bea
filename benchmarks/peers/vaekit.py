"""vaekit, as its users call it: `VAE(...).fit`, stopped between epochs by a callback.

Only what must be the same for all peers departs from the defaults: the network, the batch, the optimiser's numbers,
and that no rows are held out. A turn for which the harness asks a profile is not timed.
"""

from __future__ import annotations

import cProfile
import pstats
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.peers import networks, pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve
from vaekit import VAE, part
from vaekit.train import Callback, Training

LINES_OF_A_PROFILE = 8
EVER = 1_000_000


class ProfiledTurns(Turns):
    """Turns that can say where their time goes: by operators of torch, and by functions of Python."""

    def begin(self) -> dict[str, Any]:
        asked = super().begin()
        self._profile = asked.get("profile")
        if self._profile == "operators":
            self._operators = profile(activities=[ProfilerActivity.CPU])
            self._operators.__enter__()
        elif self._profile == "functions":
            self._functions = cProfile.Profile()
            self._functions.enable()
        return asked

    def stop(self) -> None:
        super().stop()
        if self._profile == "operators":
            self._operators.__exit__(None, None, None)
            averages = self._operators.key_averages()
            self._tell_shares({row.key: row.self_cpu_time_total for row in averages})
        elif self._profile == "functions":
            self._functions.disable()
            stats: Any = pstats.Stats(self._functions)
            self._tell_shares({_shown(key): row[2] for key, row in stats.stats.items()})
        self._profile = None

    def _tell_shares(self, spent: dict[str, float]) -> None:
        total = sum(spent.values())
        most = sorted(spent.items(), key=lambda item: -item[1])[:LINES_OF_A_PROFILE]
        self.tell(profile=[(name, seconds / total) for name, seconds in most])


def _shown(key: tuple[str, int, str]) -> str:
    file, line, name = key
    return name if file == "~" else f"{file.rsplit('/', 1)[-1]}:{line} {name}"


class TurnsOfTraining(Callback):
    """An epoch is a turn; the test loss after it is not timed."""

    def __init__(self, order: Order, turns: Turns) -> None:
        self.turns = turns
        self.test = torch.from_numpy(pictures.read(order.test, order.tested))

    def epoch_begins(self, training: Training) -> None:
        self.turns.begin()

    def epoch_ends(self, training: Training, row: dict[str, float]) -> None:
        self.turns.stop()
        self.turns.end(loss=loss_of(training.model, self.test))


class UntilTarget(Callback):
    """Stops when the test bound has arrived; looks eight times an epoch, with the clock stopped."""

    def __init__(self, order: Order, turns: Turns) -> None:
        self.order, self.turns = order, turns
        self.test = torch.from_numpy(pictures.read(order.test, order.asked))
        self.loss = float("inf")

    def step_ends(self, training: Training) -> None:
        if training.step % (training.steps_an_epoch // 8):
            return
        self.turns.stop()
        self.loss = loss_of(training.model, self.test)
        training.stop = -self.loss >= self.order.target
        self.turns.start()


@torch.no_grad()
def loss_of(model: Any, x: torch.Tensor) -> float:
    """Nats an example, from one draw: the same estimate for every peer."""
    was_training = model.training
    model.eval()
    generator = torch.Generator().manual_seed(0)
    total = 0.0
    for rows in x.split(500):
        noise = torch.randn(1, len(rows), model.noise_size, generator=generator)
        total -= float(model(rows, noise).log_weight.double().sum())
    model.train(was_training)
    return total / len(x)


def estimator(order: Order, *callbacks: Callback, **options: Any) -> VAE:
    """The estimator of this order."""
    network: Any = {
        "mlp": part("mlp", hidden=(400,)),
        "tutorial": part("conv", channels=(32, 64), padding="valid", init="glorot"),
    }.get(order.network)
    if network is None:
        torch.manual_seed(order.seed)
        network = (networks.features(order)[0], networks.decoder(order))
    same: dict[str, Any] = {
        "likelihood": "bernoulli",
        "network": network,
        "image_shape": order.shape,
        "max_epochs": order.epochs,
        "batch_size": order.batch,
        "learning_rate": order.learning_rate,
        "optimizer": part("adam", epsilon=order.epsilon),
        "validation_fraction": 0.0,
        "patience": None,
        "precision": order.precision,
        "random_state": order.seed,
    }
    return VAE(order.latent, callbacks=callbacks, **{**same, **options})


def epoch(order: Order, turns: Turns) -> None:
    """A turn: an epoch of `fit`."""
    X = pictures.flat(order.train, order.rows)
    estimator(order, TurnsOfTraining(order, turns), max_epochs=EVER).fit(X)


def reach(order: Order, turns: Turns) -> None:
    """A turn: a fit with all other options as they are by default, until the test bound has arrived."""
    X = pictures.flat(order.train, order.rows)
    for turn in turns:
        watch = UntilTarget(order, turns)
        VAE(
            order.latent,
            likelihood="bernoulli",
            network=part("conv", channels=(32, 64), padding="valid", init="glorot"),
            image_shape=order.shape,
            callbacks=(watch,),
            random_state=order.seed + turn.taken,
        ).fit(X)
        turn.stop()
        if -watch.loss < order.target:
            raise SystemExit(f"the test bound stopped at {-watch.loss:.1f} nats")
        turn.tell(loss=watch.loss)


def trained(order: Order, turns: Turns) -> tuple[VAE, Any]:
    """A fitted estimator, and the rows that are asked for."""
    vae = estimator(order).fit(pictures.flat(order.train, order.rows))
    turns.tell(loss=loss_of(vae.model_, torch.from_numpy(pictures.read(order.test, order.tested))))
    return vae, pictures.flat(order.test, order.asked)


def encode(order: Order, turns: Turns) -> None:
    """A turn: the codes of all rows."""
    vae, X = trained(order, turns)
    for turn in turns:
        codes = vae.transform(X)
        turn.stop()
        turn.tell(rows=len(codes))


def sample(order: Order, turns: Turns) -> None:
    """A turn: as many samples as rows are asked for, as means, which is what pythae gives."""
    vae, _ = trained(order, turns)
    for turn in turns:
        drawn = vae.sample(order.asked, random_state=turn.taken, mean=True)
        turn.stop()
        turn.tell(rows=len(drawn))


def score(order: Order, turns: Turns) -> None:
    """A turn: the bound of each row."""
    vae, X = trained(order, turns)
    vae.score_draws = order.draws
    for turn in turns:
        scores = vae.score_samples(X)
        turn.stop()
        turn.tell(value=float(scores.mean()))


def log_likelihood(order: Order, turns: Turns) -> None:
    """A turn: importance sampling."""
    vae, X = trained(order, turns)
    for turn in turns:
        found = vae.log_likelihood(X, n_samples=order.draws)
        turn.stop()
        turn.tell(value=found.value)


def fit_and_score(order: Order, turns: Turns) -> None:
    """A turn: fit, then score the rows that were fitted; the loss is the mean square of what is not reconstructed."""
    X = pictures.flat(order.train, order.rows)
    for turn in turns:
        vae = estimator(order, likelihood=part("gaussian", scale=0.3), image_shape=None, scale_inputs=False)
        vae.score_draws = order.draws
        scores = vae.fit(X).score_samples(X)
        turn.stop()
        turn.tell(loss=float(((vae.reconstruct(X) - X) ** 2).mean()), rows=len(scores))


def picture(order: Order, turns: Turns) -> None:
    """Train, then draw 16 samples."""
    vae = estimator(order).fit(pictures.flat(order.train, order.rows))
    drawn = vae.sample(16, random_state=0, mean=True)
    pictures.draw(drawn.reshape(16, *order.shape[1:]), order.out)


if __name__ == "__main__":
    serve(
        {
            "epoch": epoch,
            "reach": reach,
            "encode": encode,
            "sample": sample,
            "score": score,
            "log_likelihood": log_likelihood,
            "fit_and_score": fit_and_score,
            "picture": picture,
        },
        "torch",
        turns=ProfiledTurns,
    )
