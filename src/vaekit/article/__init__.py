"""The experiments of the article on variational autoencoders, an experiment a file.

    from vaekit.article import shifted_pixel

    shifted_pixel(picture, patch=4).break_even

Each computes what it says when it is called, on any data, and gives a record or a `Table`; none holds a result.
Names are lazy, as in `vaekit`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same table as _HOME, in the form that type checkers read
    from vaekit.article.ablation import ablate
    from vaekit.article.elbo import elbo_by_three_methods
    from vaekit.article.information import divergences, surprises
    from vaekit.article.mse import ShiftedPixel, paradox_shares, shifted_pixel
    from vaekit.article.perturbation import latent_perturb
    from vaekit.article.review import DecoderAgainstMean, decoder_against_mean
    from vaekit.article.ridge import ridge_is_map
    from vaekit.article.table import Table
    from vaekit.data.mean_image import MeanImage, mean_image
    from vaekit.data.shift import shift_invariant_mse, shifted
    from vaekit.data.style import style_features
    from vaekit.measure.decomposition import ElboDecomposition
    from vaekit.measure.mean_distance import MeanDistanceTable, mean_distance_table
    from vaekit.plots.manifold import Manifold
    from vaekit.plots.mean_distances import MeanDistances

__all__ = [
    "DecoderAgainstMean",
    "ElboDecomposition",
    "Manifold",
    "MeanDistanceTable",
    "MeanDistances",
    "MeanImage",
    "ShiftedPixel",
    "Table",
    "ablate",
    "decoder_against_mean",
    "divergences",
    "elbo_by_three_methods",
    "latent_perturb",
    "mean_distance_table",
    "mean_image",
    "paradox_shares",
    "ridge_is_map",
    "shift_invariant_mse",
    "shifted",
    "shifted_pixel",
    "style_features",
    "surprises",
]

_HOME = {
    "DecoderAgainstMean": "vaekit.article.review",
    "ElboDecomposition": "vaekit.measure.decomposition",
    "Manifold": "vaekit.plots.manifold",
    "MeanDistanceTable": "vaekit.measure.mean_distance",
    "MeanDistances": "vaekit.plots.mean_distances",
    "MeanImage": "vaekit.data.mean_image",
    "ShiftedPixel": "vaekit.article.mse",
    "Table": "vaekit.article.table",
    "ablate": "vaekit.article.ablation",
    "decoder_against_mean": "vaekit.article.review",
    "divergences": "vaekit.article.information",
    "elbo_by_three_methods": "vaekit.article.elbo",
    "latent_perturb": "vaekit.article.perturbation",
    "mean_distance_table": "vaekit.measure.mean_distance",
    "mean_image": "vaekit.data.mean_image",
    "paradox_shares": "vaekit.article.mse",
    "ridge_is_map": "vaekit.article.ridge",
    "shift_invariant_mse": "vaekit.data.shift",
    "shifted": "vaekit.data.shift",
    "shifted_pixel": "vaekit.article.mse",
    "style_features": "vaekit.data.style",
    "surprises": "vaekit.article.information",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vaekit.article' has no name '{name}'; it has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
