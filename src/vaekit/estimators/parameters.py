"""What each parameter of an estimator may be, as scikit-learn's validation reads it.

A parameter is checked when `fit` is called, never before; what a part may be is checked by the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from sklearn.utils._param_validation import Interval, StrOptions
from torch import nn

from vaekit.data.schema import Schema
from vaekit.spec import Part

PLACE: list[Any] = [str, Part, nn.Module]
AUTO_OR_BOOL: list[Any] = [StrOptions({"auto"}), "boolean"]

CONSTRAINTS: dict[str, list[Any]] = {
    "latent_dim": [Interval(Integral, 1, None, closed="left")],
    "likelihood": PLACE,
    "prior": [*PLACE, callable, "array-like"],
    "posterior": PLACE,
    "bound": [str, Part],
    "penalties": ["array-like"],
    "network": [*PLACE, tuple],
    "image_shape": ["array-like", None],
    "scale_inputs": AUTO_OR_BOOL,
    "binarize": [Real, StrOptions({"static", "dynamic"}), None],
    "max_epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    "batch_size": [Interval(Integral, 1, None, closed="left")],
    "learning_rate": [Interval(Real, 0, None, closed="neither")],
    "optimizer": [str, Part],
    "schedule": [str, Part],
    "gradient_clip": [Interval(Real, 0, None, closed="neither"), None],
    "ema": [Interval(Real, 0, 1, closed="left"), None],
    "validation_fraction": [Interval(Real, 0, 1, closed="left")],
    "patience": [Interval(Integral, 1, None, closed="left"), None],
    "denoise": [str, Part, None],
    "missing": [StrOptions({"error", "mask"})],
    "callbacks": ["array-like"],
    "device": [str],
    "precision": [StrOptions({"auto", "float32", "bfloat16"})],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
    "schema": [Schema, Mapping, str, Path, None],
    "condition": ["array-like", None],
    "condition_in": ["array-like"],
    "labels": [StrOptions({"prior", "decoder"}), None],
    "critic": [str, Part],
    "first": [Interval(Integral, 1, None, closed="left"), None],
    "label_weight": [Interval(Real, 0, None, closed="neither")],
    "score_by": [StrOptions({"likelihood", "elbo", "reconstruction", "regret", "typicality"})],
    "contamination": [Interval(Real, 0, 0.5, closed="right"), StrOptions({"auto"})],
    "calibration": [StrOptions({"auto", "folds", "held-out"}), None],
    "n_clusters": [Interval(Integral, 1, None, closed="left")],
}
