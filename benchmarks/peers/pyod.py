"""PyOD's VAE: fit, and the outlier scores of the rows that were fitted, which its fit gives as well.

Its loss is a mean square over the values plus beta times the KL; beta makes it, up to a factor, the loss of a normal
likelihood with a fixed scale of 0.3. By default its `capacity` of 0 takes the KL out altogether; here it is kept in.
"""

from __future__ import annotations

from pyod.models.vae import VAE

from benchmarks.peers import pictures
from benchmarks.peers.order import Order
from benchmarks.peers.turns import Turns, serve

SCALE = 0.3


def fit_and_score(order: Order, turns: Turns) -> None:
    """A turn: fit and score; the loss is the mean square of what is not reconstructed."""
    X = pictures.flat(order.train, order.rows)
    for turn in turns:
        found = VAE(
            preprocessing=False,
            lr=order.learning_rate,
            epoch_num=order.epochs,
            batch_size=order.batch,
            optimizer_params={"weight_decay": 0.0},
            beta=2 * SCALE**2 / X.shape[1],
            capacity=float("inf"),
            encoder_neuron_list=[400],
            decoder_neuron_list=[400],
            latent_dim=order.latent,
            dropout_rate=0.0,
            random_state=order.seed,
            verbose=0,
        ).fit(X)
        turn.stop()
        scores = found.decision_scores_
        turn.tell(loss=float((scores**2).mean() / X.shape[1]), rows=len(scores))


if __name__ == "__main__":
    serve({"fit_and_score": fit_and_score}, "pyod", "torch")
