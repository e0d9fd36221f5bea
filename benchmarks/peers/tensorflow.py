"""The TensorFlow tutorial's training: a tf.data pipeline, one draw a row, its step as a `tf.function`.

Reference: https://www.tensorflow.org/tutorials/generative/cvae
"""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.peers import pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve

layers = tf.keras.layers


def dense(inputs: int, units: int, **options: Any) -> Any:
    """A layer with the first weights that torch gives it, for the MLP."""
    first = tf.keras.initializers.RandomUniform(-1 / math.sqrt(inputs), 1 / math.sqrt(inputs))
    return layers.Dense(units, kernel_initializer=first, bias_initializer=first, **options)


def halves(order: Order) -> tuple[Any, Any]:
    """Encoder (to mean and log-variance) and decoder (to logits) of pictures (B, 28, 28, 1)."""
    if order.network == "mlp":
        return (
            tf.keras.Sequential(
                [layers.InputLayer(shape=(28, 28, 1)), layers.Flatten(), dense(784, 400, activation="relu"),
                 dense(400, 2 * order.latent)]
            ),
            tf.keras.Sequential(
                [layers.InputLayer(shape=(order.latent,)), dense(order.latent, 400, activation="relu"),
                 dense(400, 784), layers.Reshape((28, 28, 1))]
            ),
        )  # fmt: skip
    return (
        tf.keras.Sequential(
            [layers.InputLayer(shape=(28, 28, 1)),
             layers.Conv2D(32, 3, strides=2, activation="relu"), layers.Conv2D(64, 3, strides=2, activation="relu"),
             layers.Flatten(), layers.Dense(2 * order.latent)]
        ),
        tf.keras.Sequential(
            [layers.InputLayer(shape=(order.latent,)), layers.Dense(7 * 7 * 32, activation="relu"),
             layers.Reshape((7, 7, 32)),
             layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu"),
             layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
             layers.Conv2DTranspose(1, 3, strides=1, padding="same")]
        ),
    )  # fmt: skip


def take_threads() -> None:
    """As many as the surroundings say, which TensorFlow does not read by itself."""
    threads = int(os.environ.get("OMP_NUM_THREADS", "2"))
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


class VAE(tf.keras.Model):
    """The two halves, and the bound from one draw."""

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.encoder, self.decoder = halves(order)

    def loss_of(self, x: Any) -> Any:
        """Nats of each row."""
        mean, log_variance = tf.split(self.encoder(x), 2, axis=1)
        z = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
        logits = self.decoder(z)
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=x)
        log_px = -tf.reduce_sum(cross_entropy, axis=[1, 2, 3])
        return normal_log_prob(z, mean, log_variance) - normal_log_prob(z, 0.0, 0.0) - log_px


def normal_log_prob(z: Any, mean: Any, log_variance: Any) -> Any:
    """log N(z; mean, exp(log_variance)), summed over the code."""
    each = (z - mean) ** 2.0 * tf.exp(-log_variance) + log_variance + math.log(2 * math.pi)
    return tf.reduce_sum(-0.5 * each, axis=1)


def channels_last(x: Any) -> Any:
    """(n, channels, height, width) -> (n, height, width, channels)."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


class Loop:
    """The model, its data, its optimiser and its step."""

    def __init__(self, order: Order) -> None:
        tf.random.set_seed(order.seed)
        self.model = VAE(order)
        x = channels_last(pictures.read(order.train, order.rows))
        self.rows = tf.data.Dataset.from_tensor_slices(x).shuffle(len(x)).batch(order.batch)
        self.optimizer = tf.keras.optimizers.Adam(order.learning_rate, epsilon=order.epsilon)

        @tf.function
        def step(x: Any) -> None:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self.model.loss_of(x))
            gradients = tape.gradient(loss, self.model.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables, strict=True))

        self.step = step
        self._loss_of = tf.function(self.model.loss_of)

    def run_epoch(self) -> None:
        """Train on every row once."""
        for x in self.rows:
            self.step(x)

    def loss_of(self, x: Any) -> float:
        """Nats an example."""
        return float(
            np.mean(np.concatenate([self._loss_of(part) for part in np.array_split(x, -(-len(x) // 500))]))
        )


def epoch(order: Order, turns: Turns) -> None:
    """A turn: an epoch."""
    loop = Loop(order)
    test = channels_last(pictures.read(order.test, order.tested))
    for turn in turns:
        loop.run_epoch()
        turn.stop()
        turn.tell(loss=loop.loss_of(test))


def epochs(order: Order, turns: Turns) -> None:
    """A turn: all epochs of a training from its start."""
    test = channels_last(pictures.read(order.test, order.asked))
    for turn in turns:
        loop = Loop(order)
        for _ in range(order.epochs):
            loop.run_epoch()
        turn.stop()
        turn.tell(loss=loop.loss_of(test))


def picture(order: Order, turns: Turns) -> None:
    """Train, then draw 16 samples."""
    loop = Loop(order)
    for _ in range(order.epochs):
        loop.run_epoch()
    drawn = tf.sigmoid(loop.model.decoder(tf.random.normal((16, order.latent))))
    pictures.draw(drawn.numpy()[..., 0], order.out)


if __name__ == "__main__":
    take_threads()
    serve({"epoch": epoch, "epochs": epochs, "picture": picture}, "tensorflow-cpu")
