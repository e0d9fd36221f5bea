"""The feature space that samples of digits are compared in: the last hidden layer of a small classifier.

It is trained here, from a fixed seed, on training images; distances in it are never compared with those in Inception's.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from vaekit.kinds import Array
from vaekit.measure import frechet
from vaekit.reproduce.bench import Bench, flat
from vaekit.reproduce.experiment import Found

WIDTHS = (256, 64)
EPOCHS, ROWS, SAMPLES = 10, 20_000, 10_000
NAME = f"last hidden layer of an MLP 784-{WIDTHS[0]}-{WIDTHS[1]} that classifies MNIST, seed 0"


class DigitFeatures:
    """`features(pictures (n, ...) from 0 to 255)` -> (n, 64)."""

    def __init__(self, X: Any, y: Any) -> None:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        numbers = np.random.default_rng(0).permutation(len(X))[:ROWS]
        classifier = MLPClassifier(
            WIDTHS, batch_size=200, max_iter=EPOCHS, n_iter_no_change=EPOCHS, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # so few epochs need not have converged
            classifier.fit(flat(X[numbers]), np.asarray(y)[numbers])
        self.layers = list(zip(classifier.coefs_, classifier.intercepts_, strict=True))[:-1]

    def __call__(self, pictures: Any) -> Array:
        h = flat(pictures)
        for weight, bias in self.layers:
            h = np.maximum(h @ weight + bias, 0)
        return h

    def distance(self, bench: Bench, samples: Array, test: Array) -> Found:
        """The squared Frechet distance between samples and test images, extrapolated in 1/n."""
        found = frechet(samples, test, features=self, feature_name=NAME, rng=bench.rng("frechet"))
        return Found(found.value, found.standard_error, len(samples), len(samples))
