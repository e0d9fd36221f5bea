"""Grey pixels under their own density: decoders trained by the Bernoulli formula, and by that density."""

from __future__ import annotations

from functools import partial
from typing import Any

from vaekit.estimators.vae import VAE
from vaekit.kinds import Array
from vaekit.measure import Reader, log_likelihood
from vaekit.model import LatentModel, make_network
from vaekit.reproduce.bench import Bench, flat
from vaekit.reproduce.experiment import Experiment, Findings, Found, Row, Trial
from vaekit.spec import build, part

CODES, WIDTH, DRAWS = 20, 500, 100
LIKELIHOODS: dict[str, Any] = {
    "continuous Bernoulli": "continuous-bernoulli",
    "Bernoulli formula": part("bernoulli", relaxed=True),
    "normal, one learned scale": part("gaussian", scale="learned"),
}
OURS, FORMULA, NORMAL = LIKELIHOODS
GAIN = f"{OURS} less {FORMULA}"


def train(likelihood: str, bench: Bench) -> Findings:
    """One decoder, and log p of the test images as a density of pixels from 0 to 1."""
    mnist = bench.mnist()
    X, test = (flat(pictures).reshape(-1, 1, 28, 28) for pictures in (mnist.X, mnist.test))
    model = VAE(
        CODES,
        likelihood=LIKELIHOODS[likelihood],
        network=part("mlp", hidden=(WIDTH,)),
        max_epochs=bench.pick(15, 100),
        batch_size=bench.pick(100, 50),
        validation_fraction=0.0,
        random_state=bench.seed,
    )
    bench.fit(model, X, share=0.8)
    reader = Reader(as_density(model), model.treatment_.event_shape, model.seed_)

    def density(rows: Array) -> Array:
        return log_likelihood(reader, model.treatment_.to_model(rows), bench.draws(DRAWS)).rows

    return {f"log p, {likelihood}": bench.mean(density, test)}


def as_density(model: VAE) -> LatentModel:
    """The model, a decoder of the Bernoulli formula being read as that of a continuous Bernoulli."""
    found: LatentModel = model.model_
    if found.likelihood.normalised:
        return found
    sizes = model.sizes_
    likelihood = build(
        "likelihood", OURS.lower().replace(" ", "-"), sizes, make_network(model.network, sizes)
    )
    likelihood.decoder = found.likelihood.decoder
    return LatentModel(found.posterior, likelihood, found.prior, found.description, found.condition)


def gain(found: Findings) -> Findings:
    """What training by the density brings."""
    one, other = found.get(f"log p, {OURS}"), found.get(f"log p, {FORMULA}")
    return {} if one is None or other is None else {GAIN: Found(one.value - other.value)}


continuous_bernoulli = Experiment(
    name="continuous-bernoulli",
    summary="Grey MNIST: the Bernoulli formula against the continuous Bernoulli, under one density.",
    paper="Loaiza-Ganem and Cunningham, 2019, https://arxiv.org/abs/1907.06845",
    protocol="MNIST, grey pixels in [0, 1]; 784-500-20; Adam 1e-3, batches of 50; log p(x) of the test images by 100 "
    "importance samples, every Bernoulli decoder read as a continuous Bernoulli",
    differences=(
        "the numbers of the paper are not in our sources, so the rows are our own comparison under one density",
        "pixels are not dequantised",
    ),
    short="short: 15 epochs of batches of 100 in place of 100 of batches of 50",
    rows=(
        Row(f"log p, {OURS}", None, "ours"),
        Row(f"log p, {FORMULA}", None, "ours"),
        Row(f"log p, {NORMAL}", None, "ours; a density on the whole line"),
        Row(GAIN, None, "the claim of the paper: above 0", least=0.0),
    ),
    trials=tuple(Trial(likelihood, partial(train, likelihood)) for likelihood in LIKELIHOODS),
    combined=gain,
    least_seconds=90.0,
)
