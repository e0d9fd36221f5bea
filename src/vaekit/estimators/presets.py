"""Presets: a model of the literature with its data treatment and schedule, exactly as its source has them.

A preset is an estimator with its parameters set; any of them may be overridden. To add one: a row in PRESETS.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vaekit.errors import UnknownOption, UnknownPart, suggestion
from vaekit.estimators.aae import AAE
from vaekit.estimators.cvae import CVAE
from vaekit.estimators.semi_supervised import SemiSupervisedAAE
from vaekit.estimators.vae import VAE
from vaekit.spec import part


@dataclass(frozen=True)
class Preset:
    """A named estimator with the parameters of its source."""

    name: str
    summary: str
    reference: str
    data: str
    """The data set of the source, as `vaekit fit` takes it."""
    estimator: type[Any]
    parameters: Mapping[str, Any]


PIXEL_MEAN = math.sqrt(784 / 2)
"""The scale at which the nats of a normal have the slope of a squared error that is a mean over 784 pixels."""

_TUTORIAL: dict[str, Any] = {
    "latent_dim": 2,
    "likelihood": "bernoulli",
    "binarize": 0.5,
    "network": part("conv", channels=(32, 64), padding="valid", init="glorot"),
    "bound": part("elbo", kl="draws"),
    "max_epochs": 10,
    "batch_size": 32,
    "learning_rate": 1e-4,
    "optimizer": part("adam", epsilon=1e-7),
    "validation_fraction": 0.0,
    "patience": None,
}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="tf2-tutorial",
            summary="The convolutional VAE of the TensorFlow tutorial: 69,989 parameters, 2 codes, 10 epochs.",
            reference="https://www.tensorflow.org/tutorials/generative/cvae",
            data="mnist",
            estimator=VAE,
            parameters=_TUTORIAL,
        ),
        Preset(
            name="tf2-tutorial-2019",
            summary="The TensorFlow tutorial of 2019: the same networks with 50 codes, batches of 100, 100 epochs.",
            reference="https://github.com/tensorflow/docs/blob/fe3bddd/site/en/r2/tutorials/generative/cvae.ipynb",
            data="mnist",
            estimator=VAE,
            parameters={**_TUTORIAL, "latent_dim": 50, "max_epochs": 100, "batch_size": 100},
        ),
        Preset(
            name="mlp-500",
            summary="The lecture's VAE: two layers of 500 with dropout, grey pixels scored by the formula for 0 and 1.",
            reference="https://github.com/hwalsuklee/tensorflow-mnist-VAE",
            data="mnist",
            estimator=VAE,
            parameters={
                "latent_dim": 2,
                "likelihood": part("bernoulli", relaxed=True),
                "posterior": part("normal", scale="softplus"),
                "network": part("mlp", hidden=(500, 500), activation=("elu", "tanh"), dropout=0.1, init="he"),
                "max_epochs": 20,
                "batch_size": 128,
                "learning_rate": 1e-3,
                # The source sets 5,000 of 60,000 rows aside and never looks at them.
                "validation_fraction": 1 / 12,
                "patience": None,
            },
        ),
        Preset(
            name="cvae-500",
            summary="The lecture's CVAE: the label beside the picture and beside the code, else its VAE.",
            reference="https://github.com/hwalsuklee/tensorflow-mnist-CVAE",
            data="mnist",
            estimator=CVAE,
            parameters={
                "latent_dim": 2,
                "likelihood": part("bernoulli", relaxed=True),
                "posterior": part("normal", scale="softplus"),
                # The source's encoder has 510 units in its first layer, for the 10 labels; its decoder has not.
                "network": part(
                    "conditional-mlp",
                    hidden=(510, 500),
                    decoder=(500, 500),
                    activation=("elu", "tanh"),
                    dropout=0.1,
                    init="he",
                ),
                "max_epochs": 20,
                "batch_size": 128,
                "learning_rate": 1e-3,
                "validation_fraction": 1 / 12,
                "patience": None,
            },
        ),
        Preset(
            name="aae-1000",
            summary="The lecture's label-informed AAE: layers of 1000 with dropout, ten petals, one for each digit.",
            reference="https://github.com/hwalsuklee/tensorflow-mnist-AAE",
            data="mnist",
            estimator=AAE,
            parameters={
                "latent_dim": 2,
                "labels": "prior",
                "prior": "petals",
                "likelihood": part("gaussian", scale=PIXEL_MEAN),
                "network": part("mlp", hidden=(1000, 1000), dropout=0.1, init="glorot"),
                # The source's encoder takes two steps of 1e-3 against its critic in each batch; here it takes one.
                "critic": part(
                    "code-critic",
                    hidden=(1000, 1000),
                    learning_rate=2e-4,
                    encoder_rate=2e-3,
                    dropout=0.1,
                    init="glorot",
                ),
                "max_epochs": 20,
                "batch_size": 128,
                "learning_rate": 1e-3,
                "optimizer": "adam",
                "schedule": "constant",
                "validation_fraction": 1 / 12,
            },
        ),
        Preset(
            name="semi-supervised-aae",
            summary="An AAE that classifies: layers of 1000, ten classes and ten values of style, noisy critics.",
            reference="https://github.com/musyoku/adversarial-autoencoder",
            data="mnist",
            estimator=SemiSupervisedAAE,
            parameters={
                "latent_dim": 10,
                # The source's pixels lie in [-1, 1], where the same error is four times as large.
                "likelihood": part("gaussian", scale=PIXEL_MEAN / 2),
                "network": part("mlp", hidden=(1000, 1000)),
                "critic": part(
                    "code-critic", hidden=(1000, 1000), learning_rate=1e-4, encoder_rate=1e-4, noise=0.3
                ),
                "max_epochs": 100,
                "batch_size": 64,
                "learning_rate": 1e-4,
                "optimizer": part("adam", betas=(0.1, 0.999)),
                "schedule": "constant",
            },
        ),
    )
}


def find_preset(name: str) -> Preset:
    """The preset of that name, or UnknownPart with those that exist."""
    if name not in PRESETS:
        raise UnknownPart(
            f"no preset is called '{name}'; there are: {', '.join(sorted(PRESETS))}.{suggestion(name, PRESETS)}"
        )
    return PRESETS[name]


def preset(name: str, **overrides: Any) -> Any:
    """The unfitted estimator of a preset; any parameter may be given anew: preset("tf2-tutorial", max_epochs=1)."""
    found = find_preset(name)
    known = found.estimator._get_param_names()
    for option in overrides:
        if option not in known:
            raise UnknownOption(
                f"preset '{name}' ({found.estimator.__name__}) has no option '{option}'.{suggestion(option, known)}"
            )
    return found.estimator(**{**found.parameters, **overrides})
