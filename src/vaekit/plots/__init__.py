"""Figures of fitted estimators, as Display objects in the manner of scikit-learn.

    from vaekit.plots import Samples

    Samples.from_estimator(vae).figure_.savefig("samples.png")

A display a file: it computes in `from_estimator`, draws in `plot`, and `describe` says in words what it
shows. Nothing here touches pyplot or matplotlib's global settings, and nothing opens a window. Names are
lazy, so that matplotlib is read when the first figure is made.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same table as _HOME, in the form that type checkers read
    from vaekit.plots.aggregated_posterior import AggregatedPosterior
    from vaekit.plots.analogy import Analogy
    from vaekit.plots.anomaly_scores import AnomalyScores
    from vaekit.plots.correlations import Correlations
    from vaekit.plots.display import Display
    from vaekit.plots.imputation_intervals import ImputationIntervals
    from vaekit.plots.interpolation import Interpolation
    from vaekit.plots.kl_per_unit import KLPerUnit
    from vaekit.plots.latent_map import LatentMap
    from vaekit.plots.learning_curves import LearningCurves
    from vaekit.plots.manifold import Manifold
    from vaekit.plots.mean_distances import MeanDistances
    from vaekit.plots.pictures_compared import PicturesCompared
    from vaekit.plots.prior_draws import PriorDraws
    from vaekit.plots.rate_distortion import RateDistortionCurve
    from vaekit.plots.reconstructions import Reconstructions
    from vaekit.plots.samples import Samples
    from vaekit.plots.style import png
    from vaekit.plots.style_transfer import StyleTransfer
    from vaekit.plots.traversals import Traversals
    from vaekit.plots.two_samples import TwoSamples

__all__ = [
    "AggregatedPosterior",
    "Analogy",
    "AnomalyScores",
    "Correlations",
    "Display",
    "ImputationIntervals",
    "Interpolation",
    "KLPerUnit",
    "LatentMap",
    "LearningCurves",
    "Manifold",
    "MeanDistances",
    "PicturesCompared",
    "PriorDraws",
    "RateDistortionCurve",
    "Reconstructions",
    "Samples",
    "StyleTransfer",
    "Traversals",
    "TwoSamples",
    "png",
]

_HOME = {
    "AggregatedPosterior": "aggregated_posterior",
    "Analogy": "analogy",
    "AnomalyScores": "anomaly_scores",
    "Correlations": "correlations",
    "Display": "display",
    "ImputationIntervals": "imputation_intervals",
    "Interpolation": "interpolation",
    "KLPerUnit": "kl_per_unit",
    "LatentMap": "latent_map",
    "LearningCurves": "learning_curves",
    "Manifold": "manifold",
    "MeanDistances": "mean_distances",
    "PicturesCompared": "pictures_compared",
    "PriorDraws": "prior_draws",
    "RateDistortionCurve": "rate_distortion",
    "Reconstructions": "reconstructions",
    "Samples": "samples",
    "StyleTransfer": "style_transfer",
    "Traversals": "traversals",
    "TwoSamples": "two_samples",
    "png": "style",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vaekit.plots' has no name '{name}'; it has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"vaekit.plots.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
