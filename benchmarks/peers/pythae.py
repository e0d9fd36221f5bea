"""pythae: its VAE and its own BaseTrainer, stopped between epochs by a callback of its own.

Reference: Chadebec et al., 2022, https://arxiv.org/abs/2206.08309
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import torch
from pythae.data.datasets import BaseDataset, DatasetOutput
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.samplers import NormalSampler
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
from torch import Tensor

from benchmarks.peers import networks, pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve


class Encoder(BaseEncoder):
    """Pictures -> mean and log-variance."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.features, width = networks.features(order)
        self.head = networks.head(order, width)

    def forward(self, x: Tensor) -> ModelOutput:
        mean, log_variance = self.head(self.features(x)).chunk(2, dim=1)
        return ModelOutput(embedding=mean, log_covariance=log_variance)


class Decoder(BaseDecoder):
    """Codes -> probabilities: pythae's cross-entropy takes no logits."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.layers = networks.decoder(order)

    def forward(self, z: Tensor) -> ModelOutput:
        return ModelOutput(reconstruction=torch.sigmoid(self.layers(z)))


class Hooks(TrainingCallback):
    """Calls these two around every epoch."""

    def __init__(self, begins: Callable[[], Any], ends: Callable[[], Any]) -> None:
        self.begins, self.ends = begins, ends

    def on_epoch_begin(self, training_config: Any, **_: Any) -> None:
        self.begins()

    def on_epoch_end(self, training_config: Any, **_: Any) -> None:
        self.ends()


def made(order: Order) -> VAE:
    """The untrained model."""
    torch.manual_seed(order.seed)
    config = VAEConfig(input_dim=order.shape, latent_dim=order.latent, reconstruction_loss="bce")
    return VAE(config, encoder=Encoder(order), decoder=Decoder(order))


def train(order: Order, model: VAE, epochs: int, *callbacks: TrainingCallback) -> None:
    """pythae's own training; it keeps its best model in a folder, here one that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=epochs,
            learning_rate=order.learning_rate,
            per_device_train_batch_size=order.batch,
            optimizer_cls="Adam",
            optimizer_params={"eps": order.epsilon},
            no_cuda=True,
            seed=order.seed,
        )
        x = torch.from_numpy(pictures.read(order.train, order.rows))
        rows = BaseDataset(x, torch.zeros(len(x)))
        BaseTrainer(model, rows, training_config=config, callbacks=list(callbacks)).train()


@torch.no_grad()
def loss_of(model: VAE, x: Tensor) -> float:
    """Nats an example."""
    model.eval()
    return sum(float(model(DatasetOutput(data=part)).loss) * len(part) for part in x.split(500)) / len(x)


def epoch(order: Order, turns: Turns) -> None:
    """A turn: an epoch of its trainer."""
    model = made(order)
    test = torch.from_numpy(pictures.read(order.test, order.tested))

    def ends() -> None:
        turns.stop()
        turns.end(loss=loss_of(model, test))

    train(order, model, 1_000_000, Hooks(turns.begin, ends))


def trained(order: Order, turns: Turns) -> tuple[VAE, Tensor]:
    """A model after its epochs, and the rows that are asked for."""
    model = made(order)
    train(order, model, order.epochs)
    model.eval()
    turns.tell(loss=loss_of(model, torch.from_numpy(pictures.read(order.test, order.tested))))
    return model, torch.from_numpy(pictures.read(order.test, order.asked))


def encode(order: Order, turns: Turns) -> None:
    """A turn: the codes of all rows, in one call."""
    model, x = trained(order, turns)
    for turn in turns:
        with torch.no_grad():
            codes = model.embed(x)
        turn.stop()
        turn.tell(rows=len(codes))


def sample(order: Order, turns: Turns) -> None:
    """A turn: as many samples as rows are asked for."""
    model, _ = trained(order, turns)
    sampler = NormalSampler(model)
    for turn in turns:
        with torch.no_grad():
            drawn = sampler.sample(num_samples=order.asked)
        turn.stop()
        turn.tell(rows=len(drawn))


def score(order: Order, turns: Turns) -> None:
    """A turn: forward and loss of all rows, in one call."""
    model, x = trained(order, turns)
    for turn in turns:
        with torch.no_grad():
            loss = model(DatasetOutput(data=x)).loss
        turn.stop()
        turn.tell(value=-float(loss))


def log_likelihood(order: Order, turns: Turns) -> None:
    """A turn: importance sampling, a hundred draws at a time."""
    model, x = trained(order, turns)
    for turn in turns:
        with torch.no_grad():
            found = model.get_nll(x, n_samples=order.draws, batch_size=100)
        turn.stop()
        turn.tell(value=float(found))


def picture(order: Order, turns: Turns) -> None:
    """Train, then draw 16 samples."""
    model = made(order)
    train(order, model, order.epochs)
    with torch.no_grad():
        drawn = NormalSampler(model).sample(num_samples=16)
    pictures.draw(drawn[:, 0].numpy(), order.out)


if __name__ == "__main__":
    serve(
        {
            "epoch": epoch,
            "encode": encode,
            "sample": sample,
            "score": score,
            "log_likelihood": log_likelihood,
            "picture": picture,
        },
        "pythae",
        "torch",
    )
