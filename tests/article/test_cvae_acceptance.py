"""Acceptance tests 32 to 35 of the CVAE on MNIST, on a short schedule: 8 epochs, binarised at one half, d = 2."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from digit_classifier import classes_of, classifier
from scipy.stats import spearmanr
from sklearn.neighbors import KNeighborsClassifier

from vaekit import CVAE, VAE, part
from vaekit.data.style import style_features

CLASS_MEANS = (
    -169.80
)  # the bound of a model that knows the class alone: test images under the means of their class
SCHEDULE: dict[str, Any] = {
    "likelihood": "bernoulli",
    "binarize": 0.5,
    # Where there is a condition the encoder reads it beside x; without one this is an mlp of the same widths.
    "network": part("conditional-mlp", hidden=(500, 500), activation=("elu", "tanh")),
    "max_epochs": 8,
    "validation_fraction": 0.0,
    "random_state": 0,
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cvae(mnist: Any, trained: Any) -> Any:
    fits = SimpleNamespace(fit=lambda X: CVAE(2, **SCHEDULE).fit(X, mnist.y))
    return trained("cvae-2-8", lambda: fits, mnist.X)


@pytest.fixture(scope="module")
def vae(mnist: Any, trained: Any) -> Any:
    return trained("vae-2-8", lambda: VAE(2, **SCHEDULE), mnist.X)


@pytest.fixture(scope="module")
def judge(mnist: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = Path(os.environ.get("VAEKIT_ACCEPTANCE") or tmp_path_factory.mktemp("judge"))
    model = classifier(mnist, folder / "digit-classifier.safetensors")
    return lambda pictures: classes_of(model, pictures)


def test_32_the_label_is_worth_more_than_it_costs(mnist: Any, cvae: Any, vae: Any, accept: Any) -> None:
    X, y = mnist.test.X, mnist.test.y
    alone, given = vae.score_samples(X), cvae.score_samples(X, y)
    joint = given + cvae.condition_.log_shares(y, len(y))
    assert joint.mean() == pytest.approx(cvae.score_joint(X, y), abs=1e-9)
    accept(32, "VAE: bound on log p(x), d = 2, 8 epochs", alone.mean())
    accept(32, "CVAE: bound on log p(x | c)", given.mean(), least=CLASS_MEANS)
    accept(32, "CVAE: bound on log p(x | c) + log p(c)", joint.mean())
    gain = joint - alone
    error = gain.std(ddof=1) / np.sqrt(len(gain))
    accept(
        32, "gain of the joint bound over the VAE's, less 3 standard errors", gain.mean() - 3 * error, least=0
    )


def test_33_samples_are_of_the_class_that_was_asked(mnist: Any, cvae: Any, judge: Any, accept: Any) -> None:
    right = float((judge(mnist.test.X / 255) == mnist.test.y).mean())
    accept(33, "accuracy of the classifier on the test images", right, least=0.985)
    asked = np.repeat(np.arange(10), 1000)
    shares = {}
    for what, mean in (("means of p(x | z, c)", True), ("draws from p(x | z, c)", False)):
        found = judge(cvae.sample(len(asked), c=asked, random_state=0, mean=mean) / 255)
        shares[what] = float((found == asked).mean())
        worst = min(float((found[asked == digit] == digit).mean()) for digit in range(10))
        accept(33, f"least share of one class, {what}", worst)
    accept(
        33,
        "share of samples of the class asked, means of p(x | z, c)",
        shares["means of p(x | z, c)"],
        least=0.9,
    )
    accept(
        33, "share of samples of the class asked, draws from p(x | z, c)", shares["draws from p(x | z, c)"]
    )


def test_34_codes_say_little_of_the_label(mnist: Any, cvae: Any, vae: Any, accept: Any) -> None:
    few, test = slice(0, 5000), slice(0, 2000)
    y, tested = mnist.y[few], mnist.test.y[test]
    found = {}
    for name, codes, others in (
        ("CVAE", cvae.transform(mnist.X[few], y), cvae.transform(mnist.test.X[test], tested)),
        ("VAE", vae.transform(mnist.X[few]), vae.transform(mnist.test.X[test])),
    ):
        probe = KNeighborsClassifier(15).fit(codes, y)
        found[name] = 100 * float((probe.predict(others) == tested).mean())
        accept(34, f"accuracy of a probe of the label from {name} codes, percent", found[name])
    accept(34, "difference of the two, points", found["VAE"] - found["CVAE"], least=30)


def test_34_analogies_and_transfers_keep_the_digit(mnist: Any, cvae: Any, judge: Any, accept: Any) -> None:
    grid = cvae.analogy(source=3)
    assert grid.shape == (4, 11, 1, 28, 28)
    wanted = np.tile([3, *range(10)], 4)
    kept = float((judge(grid / 255) == wanted).mean())
    accept(34, "share of the 4 x 11 analogy grid that shows its digit", kept, least=0.8)
    few = slice(0, 200)
    moved = cvae.style_transfer(mnist.test.X[few], mnist.test.y[few])
    assert moved.shape == (200, 10, 1, 28, 28)
    kept = float((judge(moved / 255).reshape(200, 10) == np.arange(10)).mean())
    accept(34, "share of style transfers that show their digit", kept, least=0.8)


def test_35_the_style_of_a_source_is_that_of_its_transfers(mnist: Any, cvae: Any, accept: Any) -> None:
    few = slice(0, 2000)
    source = style_features(mnist.test.X[few] / 255)
    moved = cvae.style_transfer(mnist.test.X[few], mnist.test.y[few]) / 255
    transfers = style_features(moved.reshape(-1, 1, 28, 28)).reshape(2000, 10, 2).mean(1)
    # Two latent values hold the slant and how wide a digit is; of the thickness they tell little, as the figures say.
    for at, name in enumerate(("thickness", "slant")):
        found = spearmanr(source[:, at], transfers[:, at])
        accept(
            35,
            f"rank correlation of the {name} of 2,000 sources and their transfers",
            found.statistic,
            least=0,
        )
        accept(35, f"its p-value, {name}", found.pvalue, most=0.01)
    ink = spearmanr(mnist.test.X[few].mean((1, 2, 3)), moved.mean((1, 2, 3, 4)))
    accept(35, "the same of the ink", ink.statistic)
