"""Classifiers that learn from few labels and many rows without: an adversarial autoencoder and Kingma's M2.

A code is [class, style]: C class probabilities, then `latent_dim` values of style.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from vaekit.estimators.abilities import unless
from vaekit.estimators.adversarial import critics_of
from vaekit.estimators.labelled import LabelledEstimator, repeated
from vaekit.estimators.layers import (
    first_model,
    half_of,
    put_together,
    refuse_checkpoint,
    refuse_other_likelihoods,
    second_model,
    seeded,
    stacked_network,
)
from vaekit.estimators.reconstructing import Reconstructs
from vaekit.kinds import Array
from vaekit.measure import LogLikelihood
from vaekit.spec import Spec, part
from vaekit.train import Outcome

LEAST_PROBABILITY = 1e-12


def _class_is_summed(spec: Spec) -> str:
    return (
        "a code holds a class, which is summed over, so there is no KL of single values; use score_samples."
    )


class SemiSupervisedEstimator(ClassifierMixin, LabelledEstimator):
    """A classifier whose codes are a class and a style; rows with -1 for a label are learned from too."""

    @property
    def _n_classes(self) -> int:
        return 2 if self._labels is None else self._labels.width

    def _learn(self, X: Any, y: Any) -> tuple[Array, Array | None]:
        array = self._read(X, reset=True)
        return array, self._learn_labels(y, len(array))

    def _trained_on(self, numbers: Array, c: Array | None) -> Array:
        assert c is not None
        return repeated(numbers, c)

    def predict_proba(self, X: Any) -> Array:
        """(n, C): q(class | x), in the order of `classes_`."""
        check_is_fitted(self)
        codes = self._reader().encode(self._rows(self._read(X, reset=False)))
        share = codes[:, : self._n_classes]
        whole: Array = share / share.sum(1, keepdims=True)
        return whole

    def predict_log_proba(self, X: Any) -> Array:
        """(n, C): log q(class | x)."""
        logs: Array = np.log(np.maximum(self.predict_proba(X), LEAST_PROBABILITY))
        return logs

    def predict(self, X: Any) -> Array:
        """(n,): the most probable class."""
        places = self.predict_proba(X).argmax(1)
        labels: Array = self.classes_[places]
        return labels

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy of `predict` on rows of X that all have a label."""
        return float(ClassifierMixin.score(self, X, y, sample_weight))


class SemiSupervisedAAE(Reconstructs, SemiSupervisedEstimator):
    """An adversarial autoencoder that classifies: one critic draws the class of codes towards one-hot classes,
    another the style towards N(0, I), and the few rows with labels name the classes.

    It learns from all rows of X; y is -1 where there is no label. `sample(n, c=7)` draws examples of a class.

    Parameters
    ----------
    latent_dim : int
        Values of the style; a code has one more for each class, before them.
    label_weight : float
        The pace at which the encoder follows the labels, beside that at which it follows the critics.
    critic : "auto", str or part
        part("code-critic", hidden=..., noise=...): the options of both critics.
    likelihood : str, part or module
        p(x | class, style); "auto" looks at the data and says why it chose.
    Others
        As those of AAE.

    Reference: Makhzani et al., 2015, https://arxiv.org/abs/1511.05644
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        label_weight: float = 2.0,
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
        self.label_weight = label_weight
        self.critic = critic

    def _spec(self) -> Spec:
        classes = self._n_classes
        return Spec(
            latent_dim=self.latent_dim + classes,
            likelihood=self.likelihood,
            network=self.network,
            prior=part("class-and-normal", components=classes, weights=self._shares),
            posterior=part("class-and-style", classes=classes),
            bound="reconstruction",
            penalties=(
                *critics_of(
                    self.critic, ("class-critic", "style-critic"), self.learning_rate, classes=classes
                ),
                part("label-loss", encoder_rate=self.label_weight * self.learning_rate),
                *self.penalties,
            ),
            condition=("prior",),
        )


class SemiSupervisedVAE(SemiSupervisedEstimator):
    """Kingma's M2: p(x) = sum_y p(y) E_p(z)[p(x | y, z)] with q(y | x) for a classifier, which rows without a label
    train too, because their bound on log p(x) sums over all classes.

    It learns from all rows of X; y is -1 where there is no label. `score_samples(X)` bounds log p(x), and with c=y
    log p(x | y); `sample(n, c=7)` draws examples of a class. A step costs about one decoder pass a class.

    Parameters
    ----------
    latent_dim : int
        Values of the style z; a code has one more for each class, before them.
    first : int or None
        Kingma's M1+M2: so many codes of a VAE that is fitted first, on all rows and with the options given here, and
        whose codes the classes are then told from. Fewer labels are enough where its codes say more than the values
        of x do. p(x | y, z) is then the VAE's p(x | codes) at the mean code of (y, z). None: x itself, M2 alone.
    label_weight : float
        Of the cross-entropy on labelled rows, Kingma's alpha: mean nats of a labelled row beside the bound of a row.
    likelihood : str, part or module
        p(x | y, z); "auto" looks at the data and says why it chose.
    Others
        As those of VAE.

    Reference: Kingma et al., 2014, https://arxiv.org/abs/1406.5298
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        first: int | None = None,
        label_weight: float = 10.0,
        likelihood: Any = "auto",
        penalties: tuple[Any, ...] = (),
        network: Any = "auto",
        image_shape: Any = None,
        scale_inputs: str | bool = "auto",
        binarize: float | str | None = None,
        max_epochs: int | str = "auto",
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        optimizer: Any = "adam",
        schedule: Any = "constant",
        gradient_clip: float | None = None,
        ema: float | None = None,
        validation_fraction: float = 0.0,
        patience: int | None = 10,
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
            patience=patience,
            denoise=denoise,
            missing=missing,
            callbacks=callbacks,
            device=device,
            precision=precision,
            random_state=random_state,
            verbose=verbose,
        )
        self.first = first
        self.label_weight = label_weight

    def _spec(self) -> Spec:
        classes = self._n_classes
        return Spec(
            latent_dim=self.latent_dim + classes,
            likelihood=self.likelihood,
            network=self.network if self.first is None else stacked_network(self.first, self.network),
            prior=part("class-and-normal", components=classes, weights=self._shares),
            posterior=part("class-then-style", classes=classes),
            bound=part("m2", classes=classes),
            penalties=(part("label-loss", weight=self.label_weight), *self.penalties),
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
        """Learn from X and y, which is -1 where a row has no label; see VAE.

        With `first` two models are fitted, each for at most half of max_time; `history_` is that of the second, and
        there is no checkpoint (SpecError).
        """
        if self.first is None:
            return super().fit(X, y, max_time=max_time, checkpoint=checkpoint)
        refuse_checkpoint(self.first, checkpoint)
        half = half_of(max_time)
        with seeded(self) as seed:
            whole = self._begin(X, y)
            refuse_other_likelihoods(self.first, whole.training.model.likelihood)
            first = first_model(self, seed).fit(X, max_time=half)
            second = second_model(self, seed).fit(first.transform(X), y, max_time=half)
        put_together(whole.training.model, first, second)
        whole.training.model.eval()
        interrupted = first.interrupted_ or second.interrupted_
        self._keep(whole, Outcome(second.history_, second.best_epoch_, interrupted, False, second.diverged_))
        self._log([f"first model: {first.network_}; {first.n_iter_} epochs."])
        return self

    def log_likelihood(self, X: Any, n_samples: int = 5000, *, c: Any = None) -> LogLikelihood:
        """Mean log p(x) of X by importance sampling, with its errors, in nats per example in the units of X; with c
        log p(x | c). The draws go round the classes, so as many more are taken as make whole rounds."""
        rounds = -(-int(n_samples) // self._n_classes)
        found: LogLikelihood = super().log_likelihood(X, rounds * self._n_classes, c=c)
        return found

    def ledger(self, X: Any, c: Any = None) -> dict[str, float]:
        """Where the nats go on X: the bound on log p(x), with its standard error."""
        values = self.score_samples(X, c)
        error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan
        bits = -float(values.mean()) / (np.log(2) * self.sizes_.event_size)
        return {
            "rows": float(len(values)),
            "elbo": float(values.mean()),
            "elbo_se": error,
            "bits_per_value": bits,
        }

    @unless(_class_is_summed)
    def kl_per_unit(self, X: Any, c: Any = None) -> Array:
        """Not here: see the reason."""
        raise NotImplementedError

    @unless(_class_is_summed)
    def elbo_decomposition(self, X: Any, *args: Any, **kwargs: Any) -> Any:
        """Not here: see the reason."""
        raise NotImplementedError
