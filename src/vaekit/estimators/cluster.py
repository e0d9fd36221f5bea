"""A clusterer: an adversarial autoencoder whose class of codes has no labels to name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import ClusterMixin
from sklearn.utils.validation import check_is_fitted

from vaekit.data.condition import Condition, Labels
from vaekit.estimators.adversarial import critics_of
from vaekit.estimators.cluster_start import clusters_of_codes
from vaekit.estimators.labelled import LabelledEstimator
from vaekit.estimators.layers import half_of, refuse_checkpoint, seeded
from vaekit.estimators.reconstructing import Reconstructs
from vaekit.kinds import Array
from vaekit.spec import Spec, part

PACE = 2.0
"""How much faster than the critic the encoder follows the clusters that it starts from."""


class ClusterAAE(ClusterMixin, Reconstructs, LabelledEstimator):
    """An adversarial autoencoder that clusters: a code is a cluster and a style. A critic draws the style towards
    N(0, I), so that the cluster has to say what the style cannot.

    What a critic of clusters would ask for, that each row is certain of its cluster and all are used alike, is known
    in closed form and asked for so (penalty 'class-information'): the game of one-hot codes rarely comes to an end.

    y is ignored. `labels_` are the clusters of the rows of X, `predict` gives those of others, and `sample(n, c=3)`
    draws examples of a cluster.

    Parameters
    ----------
    n_clusters : int
        How many clusters; more than there are kinds is safer, since kinds then fall into several.
    latent_dim : int
        Values of the style; a code has one more for each cluster, before them.
    first : int or None
        So many codes of a VAE that is fitted first, with the options given here; a mixture of normal densities over
        its codes is what the clusters start from. Worth its time on pictures, whose clusters are then far more
        often those of what is shown. None: clusters from nothing, as published.
    critic : "auto", str or part
        part("code-critic", hidden=..., noise=...): the options of the critic of styles.
    likelihood : str, part or module
        p(x | cluster, style); "auto" looks at the data and says why it chose.
    Others
        As those of AAE.

    Reference: Makhzani et al., 2015, https://arxiv.org/abs/1511.05644
    """

    def __init__(
        self,
        n_clusters: int = 10,
        latent_dim: int = 2,
        *,
        first: int | None = None,
        critic: Any = "auto",
        likelihood: Any = "auto",
        penalties: tuple[Any, ...] = (),
        network: Any = "auto",
        image_shape: Any = None,
        scale_inputs: str | bool = "auto",
        binarize: float | str | None = None,
        max_epochs: int | str = "auto",
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        optimizer: Any = "adversarial-adam",
        schedule: Any = "cosine",
        gradient_clip: float | None = None,
        ema: float | None = None,
        validation_fraction: float = 0.0,
        denoise: Any = None,
        missing: str = "error",
        callbacks: tuple[Any, ...] = (),
        device: str = "auto",
        precision: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            latent_dim,
            likelihood=likelihood,
            penalties=penalties,
            network=network,
            image_shape=image_shape,
            scale_inputs=scale_inputs,
            binarize=binarize,
            max_epochs=max_epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            schedule=schedule,
            gradient_clip=gradient_clip,
            ema=ema,
            validation_fraction=validation_fraction,
            denoise=denoise,
            missing=missing,
            callbacks=callbacks,
            device=device,
            precision=precision,
            random_state=random_state,
            verbose=verbose,
        )
        self.n_clusters = n_clusters
        self.first = first
        self.critic = critic

    def _spec(self) -> Spec:
        clusters = int(self.n_clusters)
        return Spec(
            latent_dim=self.latent_dim + clusters,
            likelihood=self.likelihood,
            network=self.network,
            prior=part("class-and-normal", components=clusters),
            posterior=part("class-and-style", classes=clusters),
            bound="reconstruction",
            penalties=(
                part("class-information", encoder_rate=self.learning_rate),
                *critics_of(self.critic, ("style-critic",), self.learning_rate, classes=clusters),
                *(
                    ()
                    if self.first is None
                    else (part("label-loss", encoder_rate=PACE * self.learning_rate),)
                ),
                *self.penalties,
            ),
            condition=("prior",),
        )

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        max_time: float | str | None = None,
        checkpoint: str | Path | None = None,
    ) -> Self:
        """Learn from X, as the other estimators do; y is ignored. `labels_` then has the cluster of each row.

        With `first` two models are fitted, each for at most half of max_time, and there is no checkpoint (SpecError).
        """
        if self.first is None:
            super().fit(X, None, max_time=max_time, checkpoint=checkpoint)
        else:
            refuse_checkpoint(self.first, checkpoint)
            half = half_of(max_time)
            with seeded(self) as seed:
                start, told = clusters_of_codes(self, X, seed, half)
                super().fit(X, start, max_time=half)
            self._log([told])
        self.condition_ = numbered(self._internal_shares(X))
        self.labels_ = self.predict(X)
        return self

    def _learn(self, X: Any, y: Any) -> tuple[Array, Array | None]:
        """y: the cluster that each row starts in, -1 for none; None for none at all."""
        array = self._read(X, reset=True)
        clusters = np.arange(int(self.n_clusters))
        self.condition_ = numbered(np.eye(len(clusters)))  # until the rows are clustered
        start = np.full(len(array), -1) if y is None else y
        return array, (start[:, None] == clusters).astype(np.float32)

    @property
    def classes_(self) -> Array:
        """(n_clusters,): the numbers of the clusters."""
        return np.arange(int(self.n_clusters))

    def _internal_shares(self, X: Any) -> Array:
        """(n, n_clusters): q(cluster | x), in the order of the code."""
        check_is_fitted(self)
        codes = self._reader().encode(self._rows(self._read(X, reset=False)))
        share = codes[:, : int(self.n_clusters)]
        whole: Array = share / share.sum(1, keepdims=True)
        return whole

    def predict_proba(self, X: Any) -> Array:
        """(n, n_clusters): q(cluster | x)."""
        shares = self._internal_shares(X)
        ordered: Array = np.empty_like(shares)
        assert self._labels is not None
        ordered[:, list(self._labels.classes)] = shares
        return ordered

    def predict(self, X: Any) -> Array:
        """(n,) int64: the most probable cluster. Cluster 0 is the largest of the rows of fit; those that no row fell
        into come last."""
        clusters: Array = self.predict_proba(X).argmax(1)
        return clusters

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of log p(x | z = encoder(x)), nats per example in the units of X."""
        x, given = self._scorable(X, None)
        return float((self._reader(given).log_px(x, 1) + self.treatment_.log_jacobian_of(x)).mean())


def numbered(shares: Array) -> Condition:
    """The clusters as classes, numbered from the largest of rows with these shares (n, C) to the smallest."""
    sizes = np.bincount(shares.argmax(1), minlength=shares.shape[1])
    numbers = np.empty(len(sizes), dtype=np.int64)
    numbers[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    # One row more in each, so that a cluster without rows has a share above 0.
    frequent = (sizes + 1) / (sizes + 1).sum()
    return Condition((Labels(None, tuple(numbers.tolist()), tuple(frequent.tolist())),), unlabelled=True)
