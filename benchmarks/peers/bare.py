"""What no program of torch can be faster than: the products of matrices of the MLP, and Adam, and nothing else.

The same shapes in the same order as in a pass forward and back, over resident rows, into memory that is there already;
no losses, no draws, no activations, no autograd. What is computed means nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.peers import pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve
from vaekit.machine import fast_torch, keep_memory
from vaekit.train.optimizers import make_optimizer

HIDDEN = 400
AT_ONCE = 1000
"""Rows of a product where nothing says how many: among the fastest, and all orders are whole numbers of them."""


class Products:
    """The four layers of the MLP as products of `rows` rows each."""

    def __init__(self, order: Order, rows: int) -> None:
        pixels, latent = order.shape[1] * order.shape[2], order.latent
        shapes = ((HIDDEN, pixels), (2 * latent, HIDDEN), (HIDDEN, latent), (pixels, HIDDEN))
        generator = torch.Generator().manual_seed(order.seed)
        self.weights = [0.01 * torch.randn(shape, generator=generator) for shape in shapes]
        self.biases = [torch.zeros(shape[0]) for shape in shapes]
        self.made = [torch.zeros(rows, shape[0]) for shape in shapes]
        self.felt = [torch.zeros(rows, shape[1]) for shape in shapes]
        self.slopes = [torch.zeros(shape) for shape in shapes]
        self.z = torch.randn(rows, latent, generator=generator)

    def forward(self, x: Tensor | None, layers: slice) -> None:
        """These layers, the first of x, the third of z, the others of what was made before."""
        given = (x, self.made[0], self.z, self.made[2])
        for layer in range(4)[layers]:
            read = given[layer]
            assert read is not None
            torch.addmm(self.biases[layer], read, self.weights[layer].t(), out=self.made[layer])

    def back(self, x: Tensor) -> None:
        """The gradient of every weight, and of what every layer but the first has read."""
        given = (x, self.made[0], self.z, self.made[2])
        for layer in (3, 2, 1, 0):
            torch.mm(self.made[layer].t(), given[layer], out=self.slopes[layer])
            if layer:
                torch.mm(self.made[layer], self.weights[layer], out=self.felt[layer])


@torch.no_grad()
def epoch(order: Order, turns: Turns) -> None:
    """A turn: the products of every batch of an epoch, each followed by Adam."""
    products = Products(order, order.batch)
    moved = [torch.nn.Parameter(each) for each in (*products.weights, *products.biases)]
    for parameter, slope in zip(moved, (*products.slopes, *products.biases), strict=True):
        parameter.grad = slope.clone()
    products.weights = [parameter.data for parameter in moved[:4]]
    products.slopes = [parameter.grad for parameter in moved[:4] if parameter.grad is not None]
    adam = make_optimizer("adam", moved, order.learning_rate)
    X = torch.from_numpy(pictures.flat(order.train, order.rows))
    with fast_torch():
        for turn in turns:
            for x in X.split(order.batch):
                products.forward(x, slice(4))
                products.back(x)
                adam.step()
            turn.stop()


@torch.no_grad()
def encode(order: Order, turns: Turns) -> None:
    """A turn: the layers of the encoder."""
    _forward(order, turns, slice(2))


@torch.no_grad()
def score(order: Order, turns: Turns) -> None:
    """A turn: the layers of both halves."""
    _forward(order, turns, slice(4))


def _forward(order: Order, turns: Turns, layers: slice) -> None:
    X = torch.from_numpy(pictures.flat(order.test, order.asked))
    products = Products(order, AT_ONCE)
    with fast_torch():
        for turn in turns:
            for x in X.split(AT_ONCE):
                products.forward(x, layers)
            turn.stop()


@torch.no_grad()
def log_likelihood(order: Order, turns: Turns) -> None:
    """A turn: the layers of the decoder for every draw of every row."""
    products = Products(order, AT_ONCE)
    with fast_torch():
        for turn in turns:
            for _ in range(order.asked * order.draws // AT_ONCE):
                products.forward(None, slice(2, 4))
            turn.stop()


if __name__ == "__main__":
    keep_memory()
    serve({"epoch": epoch, "encode": encode, "score": score, "log_likelihood": log_likelihood}, "torch")
