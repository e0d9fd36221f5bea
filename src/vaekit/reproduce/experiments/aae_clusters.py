"""Clusters of digits without a label: an adversarial autoencoder whose code has a class and a style."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from vaekit.estimators.cluster import ClusterAAE
from vaekit.kinds import Array
from vaekit.reproduce.bench import Bench, test_error
from vaekit.reproduce.experiment import Experiment, Findings, Row, Trial
from vaekit.spec import part

PUBLISHED = {16: (9.55, 2.05), 30: (4.10, 1.13)}
STYLES = 5


def train(clusters: int, bench: Bench) -> Findings:
    """One number of clusters; a cluster is called by what most of its training images are."""
    mnist = bench.mnist()
    width = bench.pick(400, 1000)
    model = ClusterAAE(
        clusters,
        STYLES,
        likelihood=part("gaussian", scale=392**0.5),
        network=part("mlp", hidden=(width, width)),
        max_epochs=bench.pick(10, 500),
        random_state=bench.seed,
    )
    bench.fit(model, mnist.X, share=0.85)
    names = majority(model.labels_, mnist.y, clusters)
    return {
        f"test error with {clusters} clusters, %": test_error(names[model.predict(mnist.test)], mnist.test_y)
    }


def majority(clusters: Array, y: Any, n: int) -> Array:
    """(n,): the most frequent label of each cluster; 0 for an empty one."""
    return np.array([np.bincount(np.asarray(y)[clusters == k], minlength=10).argmax() for k in range(n)])


aae_clusters = Experiment(
    name="aae-clusters",
    summary="Unsupervised clusters of MNIST by an adversarial autoencoder, 16 and 30 of them.",
    paper="Makhzani et al., 2016, https://arxiv.org/abs/1511.05644; numbers as printed by Dilokthanakul et al., 2016, "
    "Table 1, https://arxiv.org/abs/1611.02648",
    protocol="MNIST without labels; layers of 1000, one critic of clusters and one of styles; a cluster has the label "
    "of the validation image that is most certain of it; error on the test images",
    differences=(
        "what the critic of clusters would ask for is asked for in closed form (penalty 'class-information')",
        "a cluster has the label that is most frequent among its training images",
        f"{STYLES} values of style",
    ),
    short="short: layers of 400, 10 epochs",
    rows=tuple(
        Row(
            f"test error with {n} clusters, %",
            error,
            f"GMVAE paper, Table 1: {100 - error:.2f} +- {spread} % right",
        )
        for n, (error, spread) in PUBLISHED.items()
    ),
    trials=tuple(Trial(f"{n} clusters", partial(train, n)) for n in PUBLISHED),
    full_seeds=5,
    least_seconds=90.0,
)
