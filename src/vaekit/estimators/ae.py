"""The autoencoder as an estimator: certain codes, no distribution over data."""

from __future__ import annotations

from typing import Any

from vaekit.estimators.base import LatentEstimator
from vaekit.estimators.reconstructing import Reconstructs
from vaekit.recipes import ae
from vaekit.spec import Spec

_WHY_NOT = "an autoencoder has no distribution over codes, so it cannot {}; use VAE."


class AE(Reconstructs, LatentEstimator):
    """An autoencoder: codes z = encoder(x) from which p(x | z) reconstructs x.

    It has no prior and no density: it reduces, and cannot sample or score; use VAE for that.

    Parameters
    ----------
    Those of VAE without prior, posterior and bound.
    """

    def _spec(self) -> Spec:
        return ae(Spec()).with_(
            latent_dim=self.latent_dim,
            likelihood=self.likelihood,
            network=self.network,
            penalties=tuple(self.penalties),
        )

    def __getattr__(self, name: str) -> Any:
        if name in ("sample", "score_samples", "log_likelihood", "impute_interval"):
            told = {"sample": "sample", "impute_interval": "give intervals"}
            raise AttributeError(_WHY_NOT.format(told.get(name, "score")))
        raise AttributeError(f"'AE' object has no attribute '{name}'")

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of log p(x | z = encoder(x)), nats per example in the units of X."""
        return -float(self.reconstruction_error(X).mean())
