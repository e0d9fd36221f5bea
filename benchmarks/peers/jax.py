"""JAX with nothing of Python between the steps: a whole epoch is one compiled `lax.scan`. The MLP only."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import numpy as np
import optax
from jax import numpy as jnp

from benchmarks.peers import pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve


def first_weights(key: Any, latent: int) -> dict[str, tuple[Any, Any]]:
    """Weights and biases drawn as torch draws them."""
    made = {}
    sizes = {"in": (784, 400), "head": (400, 2 * latent), "up": (latent, 400), "out": (400, 784)}
    for name, (inputs, outputs) in sizes.items():
        key, of_weight, of_bias = jax.random.split(key, 3)
        draw = partial(jax.random.uniform, minval=-1 / math.sqrt(inputs), maxval=1 / math.sqrt(inputs))
        made[name] = draw(of_weight, (inputs, outputs)), draw(of_bias, (outputs,))
    return made


def linear(layer: tuple[Any, Any], x: Any) -> Any:
    """x W + b."""
    weight, bias = layer
    return x @ weight + bias


def decode(weights: Any, z: Any) -> Any:
    """Codes -> logits."""
    return linear(weights["out"], jax.nn.relu(linear(weights["up"], z)))


def loss_of(weights: Any, x: Any, key: Any) -> Any:
    """Nats an example."""
    numbers = linear(weights["head"], jax.nn.relu(linear(weights["in"], x)))
    mean, log_variance = jnp.split(numbers, 2, axis=1)
    z = mean + jnp.exp(0.5 * log_variance) * jax.random.normal(key, mean.shape)
    logits = decode(weights, z)
    cross_entropy = (jax.nn.softplus(logits) - x * logits).sum(1)
    kl = -0.5 * (1 + log_variance - mean**2 - jnp.exp(log_variance)).sum(1)
    return (cross_entropy + kl).mean()


def made_epoch(order: Order, adam: Any) -> Any:
    """(weights, state, rows, key) -> (weights, state) after every row was seen once."""

    @partial(jax.jit, donate_argnums=(0, 1))
    def run(weights: Any, state: Any, rows: Any, key: Any) -> Any:
        def step(carry: Any, given: Any) -> Any:
            (weights, state), (numbers, key) = carry, given
            gradients = jax.grad(loss_of)(weights, rows[numbers], key)
            moves, state = adam.update(gradients, state)
            return (optax.apply_updates(weights, moves), state), None

        of_order, of_noise = jax.random.split(key)
        numbers = jax.random.permutation(of_order, len(rows)).reshape(-1, order.batch)
        noise = jax.random.split(of_noise, len(numbers))
        (weights, state), _ = jax.lax.scan(step, (weights, state), (numbers, noise))
        return weights, state

    return run


class Loop:
    """The weights, the data and the compiled epoch."""

    def __init__(self, order: Order) -> None:
        adam = optax.adam(order.learning_rate, eps=order.epsilon)
        self.key = jax.random.key(order.seed)
        self.weights = first_weights(self.key, order.latent)
        self.state = adam.init(self.weights)
        self.rows = jnp.asarray(pictures.flat(order.train, order.rows))
        self._run = made_epoch(order, adam)

    def run_epoch(self) -> None:
        """Train on every row once."""
        self.key, now = jax.random.split(self.key)
        self.weights, self.state = self._run(self.weights, self.state, self.rows, now)
        jax.block_until_ready(self.weights)


def epoch(order: Order, turns: Turns) -> None:
    """A turn: an epoch."""
    loop = Loop(order)
    test = jnp.asarray(pictures.flat(order.test, order.tested))
    for turn in turns:
        loop.run_epoch()
        turn.stop()
        turn.tell(loss=float(loss_of(loop.weights, test, jax.random.key(0))))


def picture(order: Order, turns: Turns) -> None:
    """Train, then draw 16 samples."""
    loop = Loop(order)
    for _ in range(order.epochs):
        loop.run_epoch()
    drawn = jax.nn.sigmoid(decode(loop.weights, jax.random.normal(loop.key, (16, order.latent))))
    pictures.draw(np.asarray(drawn).reshape(16, *order.shape[1:]), order.out)


if __name__ == "__main__":
    serve({"epoch": epoch, "picture": picture}, "jax")
