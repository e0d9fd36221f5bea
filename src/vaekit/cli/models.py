"""The models of `vaekit fit --model`: the names of estimators as they are typed, in one table."""

from __future__ import annotations

import importlib
from typing import Any

MODELS = {
    "ae": "AE",
    "vae": "VAE",
    "cvae": "CVAE",
    "aae": "AAE",
    "semi-supervised-vae": "SemiSupervisedVAE",
    "semi-supervised-aae": "SemiSupervisedAAE",
    "cluster-aae": "ClusterAAE",
    "outlier": "OutlierVAE",
    "tabular": "TabularVAE",
}
DEFAULT = "vae"
OF_TABLES = "tabular"


def model_class(name: str) -> Any:
    """The estimator that a model's name stands for."""
    return getattr(importlib.import_module("vaekit.estimators"), MODELS[name])
