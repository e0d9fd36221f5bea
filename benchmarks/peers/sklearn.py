"""scikit-learn's PCA with as many components as there are codes: no VAE, but what a linear method costs."""

from __future__ import annotations

from sklearn.decomposition import PCA

from benchmarks.peers import pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve


def epoch(order: Order, turns: Turns) -> None:
    """A turn: the whole fit."""
    X = pictures.flat(order.train, order.rows)
    for turn in turns:
        PCA(order.latent, random_state=order.seed).fit(X)
        turn.stop()


def encode(order: Order, turns: Turns) -> None:
    """A turn: the codes of all rows."""
    pca = PCA(order.latent, random_state=order.seed).fit(pictures.flat(order.train, order.rows))
    X = pictures.flat(order.test, order.asked)
    for turn in turns:
        codes = pca.transform(X)
        turn.stop()
        turn.tell(rows=len(codes))


if __name__ == "__main__":
    serve({"epoch": epoch, "encode": encode}, "scikit-learn")
