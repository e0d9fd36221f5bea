"""Kingma's M1+M2 with a hundred labels: the semi-supervised model on the codes of a VAE."""

from __future__ import annotations

from vaekit.data.labels import kept_labels
from vaekit.estimators.semi_supervised import SemiSupervisedVAE
from vaekit.estimators.vae import VAE
from vaekit.reproduce.bench import Bench, test_error
from vaekit.reproduce.experiment import Experiment, Findings, Row, Trial
from vaekit.spec import part

LABELS, CODES, ALPHA = 100, 50, 0.1


def train(bench: Bench) -> Findings:
    """The VAE of all images, then M2 on the means of its codes."""
    mnist = bench.mnist()
    first = VAE(
        CODES,
        likelihood="bernoulli",
        binarize="dynamic",
        network=part("mlp", hidden=(500, 500), activation="softplus"),
        max_epochs=bench.pick(30, 500),
        batch_size=100,
        learning_rate=bench.pick(1e-3, 3e-4),
        random_state=bench.seed,
    )
    bench.fit(first, mnist.X, share=0.5)
    codes, test = first.transform(mnist.X), first.transform(mnist.test)
    second = SemiSupervisedVAE(
        CODES,
        label_weight=ALPHA * LABELS,
        likelihood=part("gaussian", scale="learned"),
        network=part("mlp", hidden=(300,), activation="softplus"),
        max_epochs=bench.pick(30, 3000),
        batch_size=200,
        learning_rate=bench.pick(1e-3, 3e-4),
        random_state=bench.seed,
    )
    bench.fit(second, codes, kept_labels(mnist.y, LABELS, bench.rng("labels")), share=0.85)
    return {"test error, %": test_error(second.predict(test), mnist.test_y)}


m1_m2_100_labels = Experiment(
    name="m1-m2-100-labels",
    summary="Kingma's M1+M2: the semi-supervised model on codes of a VAE, 100 labels of MNIST.",
    paper="Kingma et al., 2014, Table 1, https://arxiv.org/abs/1406.5298; settings from "
    "https://github.com/dpkingma/nips14-ssl",
    protocol="MNIST, 100 labels, 10 choices of them; M1 784-500-500 softplus with 50 codes; M2 on draws of these "
    "codes, 300 softplus, 50 values of style, weight 0.1 N; Adam 3e-4, 3,000 passes; error on the test images",
    differences=(
        "M2 learns from the means of M1's codes, not from new draws of them",
        "pixels are drawn anew for each batch (dynamic binarisation)",
    ),
    short="short: 30 epochs of each model at 1e-3, one choice of labels",
    rows=(Row("test error, %", 3.33, "Table 1, M1+M2 with 100 labels, +- 0.14 over choices of labels"),),
    trials=(Trial("100 labels", train),),
    full_seeds=10,
    least_seconds=90.0,
)
