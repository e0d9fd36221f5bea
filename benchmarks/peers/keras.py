"""Keras' own VAE example: a model with a `train_step`, compiled, and `fit`; here with the network of the order.

Reference: https://keras.io/examples/generative/vae/
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from benchmarks.peers import pictures
from benchmarks.peers.order import Order
from benchmarks.peers.tensorflow import channels_last, halves, take_threads
from benchmarks.peers.turns import Turns, serve


class VAE(keras.Model):
    """Its loss is kept by metrics that Keras resets every epoch."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.encoder, self.decoder = halves(order)
        self.noise = keras.random.SeedGenerator(order.seed)
        names = ("loss", "reconstruction_loss", "kl_loss")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]

    @property
    def metrics(self) -> list[Any]:
        return self.trackers

    def losses_of(self, x: Any) -> tuple[Any, Any]:
        """Reconstruction and KL, nats an example."""
        mean, log_variance = ops.split(self.encoder(x), 2, axis=1)
        noise = keras.random.normal(ops.shape(mean), seed=self.noise)
        shown = ops.sigmoid(self.decoder(mean + ops.exp(0.5 * log_variance) * noise))
        cross_entropy = ops.sum(keras.losses.binary_crossentropy(x, shown), axis=(1, 2))
        kl = ops.sum(-0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance)), axis=1)
        return ops.mean(cross_entropy), ops.mean(kl)

    def train_step(self, x: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            reconstruction, kl = self.losses_of(x)
            loss = reconstruction + kl
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        for tracker, value in zip(self.trackers, (loss, reconstruction, kl), strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in self.trackers}


def epoch(order: Order, turns: Turns) -> None:
    """A turn: `fit` for an epoch."""
    keras.utils.set_random_seed(order.seed)
    vae = VAE(order)
    vae.compile(optimizer=keras.optimizers.Adam(order.learning_rate, epsilon=order.epsilon))
    X = channels_last(pictures.read(order.train, order.rows))
    test = channels_last(pictures.read(order.test, order.tested))
    for turn in turns:
        vae.fit(X, epochs=1, batch_size=order.batch, verbose=0)
        turn.stop()
        turn.tell(loss=float(sum(vae.losses_of(test))))


if __name__ == "__main__":
    take_threads()
    serve({"epoch": epoch}, "keras", "tensorflow-cpu")
