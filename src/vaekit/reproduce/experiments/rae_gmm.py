"""A plain autoencoder that samples well: a mixture of normals fitted to its codes in place of one normal."""

from __future__ import annotations

import numpy as np

from vaekit.estimators.ae import AE
from vaekit.kinds import Array
from vaekit.reproduce.bench import Bench
from vaekit.reproduce.digit_features import NAME, SAMPLES, DigitFeatures
from vaekit.reproduce.experiment import Experiment, Findings, Found, Row, Trial
from vaekit.spec import part

CODES, COMPONENTS, CODES_FITTED = 16, 10, 20_000


def train(bench: Bench) -> Findings:
    """One autoencoder; normals fitted to its codes, one and ten; the distance of what each decodes to."""
    from sklearn.mixture import GaussianMixture

    mnist = bench.mnist()
    model = AE(
        CODES,
        likelihood=part("gaussian", scale=1.0),
        network=bench.pick(part("mlp", hidden=(512, 512)), part("conv", channels=(128, 256, 512, 1024))),
        max_epochs=bench.pick(20, 100),
        batch_size=100,
        schedule="cosine",
        validation_fraction=0.0,
        random_state=bench.seed,
    )
    bench.fit(model, mnist.X, share=0.6)
    chosen = bench.rng("codes").permutation(len(mnist.X))[:CODES_FITTED]
    codes, features = model.transform(mnist.X[chosen]), DigitFeatures(mnist.X, mnist.y)

    def distance(components: int) -> Found:
        mixture = GaussianMixture(components, random_state=bench.seed).fit(codes)
        z: Array = mixture.sample(bench.draws(SAMPLES) * (25 if bench.glimpse else 1))[0]
        samples = np.clip(model.inverse_transform(z), 0, 255)
        return features.distance(bench, samples, mnist.test)

    one, ten = distance(1), distance(COMPONENTS)
    reconstructed = features.distance(bench, np.clip(model.reconstruct(mnist.test), 0, 255), mnist.test)
    return {ONE: one, TEN: ten, RECONSTRUCTED: reconstructed, RATIO: Found(ten.value / one.value)}


ONE, TEN = "Frechet distance, one normal", f"Frechet distance, mixture of {COMPONENTS}"
RECONSTRUCTED = "Frechet distance, reconstructions"
RATIO = "mixture / one normal"
_INCEPTION = "in Inception features, which are not ours"

rae_gmm = Experiment(
    name="rae-gmm",
    summary="Samples of a plain autoencoder: a mixture of normals on its codes against one normal.",
    paper="Ghosh et al., 2020, Table 1, https://arxiv.org/abs/1903.12436",
    protocol="MNIST padded to 32 x 32; convolutions 4 x 4 from 128 filters with batch-norm, 16 codes; batches of 100, "
    "100 epochs; Frechet distance of 10,000 decoded samples to the test images, in Inception features",
    differences=(
        f"the feature space is the {NAME}; only the ratio compares",
        "distances are extrapolated in 1/n",
        f"normals are fitted to the codes of {CODES_FITTED:,} training images",
        "kernels of 3, no batch-norm, 28 x 28",
    ),
    short="short: fully connected layers 512-512, 20 epochs with a cosine, in place of convolutions and 100 epochs",
    rows=(
        Row(ONE, None, f"the paper prints 58.73 {_INCEPTION}"),
        Row(TEN, None, f"the paper prints 10.66 {_INCEPTION}"),
        Row(RECONSTRUCTED, None, f"the paper prints 12.95 {_INCEPTION}"),
        Row(RATIO, 10.66 / 58.73, f"10.66 / 58.73, {_INCEPTION}", most=0.5, required=True, every_seed=True),
    ),
    trials=(Trial("AE", train),),
    seeds=3,
    full_seeds=3,
    least_seconds=180.0,
)
