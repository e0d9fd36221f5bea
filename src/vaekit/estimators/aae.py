"""The adversarial autoencoder as an estimator: its codes follow a prior that need only be drawn from."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from vaekit.data.labels import as_written
from vaekit.errors import DataError, SpecError
from vaekit.estimators.adversarial import critics_of
from vaekit.estimators.labelled import LabelledEstimator
from vaekit.estimators.reconstructing import Reconstructs
from vaekit.kinds import Array
from vaekit.measure.discrepancy import mmd
from vaekit.measure.record import Measure, mean_of
from vaekit.measure.sliced import sliced_wasserstein
from vaekit.priors import LabelledPrior
from vaekit.spec import Part, Spec, as_part, is_name_or_part, lookup, part

EQUILIBRIUM = 2 * math.log(2)
"""The loss of a critic that cannot tell codes from draws, nats."""


class AAE(Reconstructs, LabelledEstimator):
    """An adversarial autoencoder: codes z = encoder(x) that a critic cannot tell from draws of the prior.

    The prior need only be drawn from, so that it may have any shape; the model has therefore no density, and no
    score_samples or log_likelihood. It reduces, reconstructs and samples.

    Parameters
    ----------
    latent_dim : int
        Values of a code.
    labels : None, "prior" or "decoder"
        None ignores y. "prior" gives each class its place in the prior, and y may be missing (-1) in part. "decoder"
        gives the decoder the label, so that the code holds what the label does not say.
    prior : "auto", str, part, module, function or array
        p(z): "normal", "petals", "swiss-roll", "rings", "sectors", "uniform" or another part; a function
        draws(n, rng), or an array of draws (n, latent_dim). "auto" takes "petals" for labels="prior", else "normal".
    critic : "auto", str or part
        What tells codes from draws: part("code-critic", hidden=...), which reads the label too for labels="prior".
    likelihood : str, part or module
        p(x | z); "auto" looks at the data and says why it chose.
    penalties : tuple of str or part
        What is added to the loss besides the critic.
    network : str, part, module or pair of modules
        The encoder and decoder; "auto" takes convolutions for images of at least 16 x 16, else layers of an mlp.
    image_shape : tuple or None
        (H, W) or (C, H, W) when images come as flat rows.
    scale_inputs : bool or "auto"
        Whether values are scaled inside; undone in every output.
    binarize : None, float, "static" or "dynamic"
        A threshold, one draw a row, or a new draw each time a row is seen.
    max_epochs : int or "auto"
        Passes over the data; "auto" takes about 6,000 steps, in 20 to 600 epochs.
    batch_size : int
        Rows a step.
    learning_rate : float
        Of the optimiser.
    optimizer : str or part
        "adversarial-adam", "adam" or "sgd"; of each player.
    schedule : str or part
        Of the learning rate: "constant", "cosine" or "steps".
    gradient_clip : float or None
        Largest norm of a gradient.
    ema : float or None
        Decay of a moving average of the weights, which is then what is kept.
    validation_fraction : float
        Part of the rows that is held out to watch; fewer than 20 rows are not held out. Two players have no
        objective that says when to stop, so all epochs are run.
    denoise : None, str or part
        Noise on what the encoder reads in training, the loss being that of the clean example: "salt-and-pepper",
        "gaussian" or "masking".
    missing : "error" or "mask"
        What NaN, None and pd.NA are: refused, or values that were not observed, of which the loss asks nothing.
    callbacks : tuple of Callback
        Told of eight moments of the training.
    device : str
        "auto", "cpu", "cuda".
    precision : "auto", "float32" or "bfloat16"
        Of the network in training; losses and draws stay float32.
    random_state : int, RandomState or None
        Same seed, same machine: the same weights to the bit.
    verbose : int
        0 is silent, 1 shows progress, 2 a line an epoch.

    Reference: Makhzani et al., 2015, https://arxiv.org/abs/1511.05644

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from vaekit import AAE
    >>> X, y = load_digits(return_X_y=True)
    >>> aae = AAE(prior="swiss-roll", labels="prior", random_state=0).fit(X, y)
    >>> aae.sample(3, c=7, random_state=0).shape
    (3, 64)
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        labels: str | None = None,
        prior: Any = "auto",
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
        validation_fraction: float = 0.1,
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
            prior=prior,
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
        self.labels = labels
        self.critic = critic

    @property
    def learns_condition(self) -> bool:
        return self.labels is not None

    def as_condition(self, labels: Any, class_names: Any = None) -> Any:
        """The labels as fit saw them, by their names where those were; None where no network reads them."""
        if self.labels != "decoder":
            return None
        by_name = self.classes_.dtype.kind == "U"
        return as_written(labels, class_names) if by_name else labels

    def _spec(self) -> Spec:
        return Spec(
            latent_dim=self.latent_dim,
            likelihood=self.likelihood,
            network=self.network,
            prior=self._prior(),
            posterior="point",
            bound="reconstruction",
            penalties=(*self._critics(), *self.penalties),
            condition=() if self.labels is None else (self.labels,),
        )

    def _prior(self) -> Any:
        """The prior with a place for each class, once they are known."""
        prior = part("sampled", draws=self.prior) if _is_draws(self.prior) else self.prior
        if isinstance(prior, str) and prior == "auto":
            prior = "petals" if self.labels == "prior" else "normal"
        shares = self._shares
        if self.labels != "prior" or shares is None or not is_name_or_part(prior):
            return prior
        chosen = as_part("prior", prior)
        if not getattr(lookup("prior", chosen.name), "labelled", False):
            return prior
        return Part(chosen.name, **{"components": len(shares), "weights": shares, **chosen.options})

    def _critics(self) -> tuple[Any, ...]:
        name = "labelled-critic" if self.labels == "prior" else "code-critic"
        return critics_of(self.critic, (name,), self.learning_rate)

    def _learn(self, X: Any, y: Any) -> tuple[Array, Array | None]:
        array = self._read(X, reset=True)
        self.__dict__.pop("condition_", None)
        if self.labels is None:
            return array, None
        c = self._learn_labels(y, len(array))
        missing = int((~c.any(1)).sum())
        if self.labels == "decoder" and missing:
            raise DataError(
                f"AAE(labels='decoder') needs every label, but {missing} of {len(c)} are missing; use labels='prior', "
                "or SemiSupervisedAAE, which finds the labels that are missing."
            )
        self.condition_ = replace(self.condition_, unlabelled=self.labels == "prior")
        return array, c

    def _condition(self, c: Any, n: int) -> Array | None:
        if self.labels is None:
            if c is not None:
                raise DataError(
                    "this AAE was fitted without labels, so it takes no c=; use AAE(labels='prior') or 'decoder'."
                )
            return None
        return super()._condition(c, n)

    def transform(self, X: Any, c: Any = None) -> Array:
        """encoder(x), (n, latent_dim); the encoder reads no label, so c is not needed."""
        check_is_fitted(self)
        codes = self._reader().encode(self._rows(self._read(X, reset=False)))
        return codes.astype(np.float32) if getattr(X, "dtype", None) == np.float32 else codes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = None  # a VAE is a density, an AAE has none
        tags.target_tags.required = self.labels is not None
        return tags

    def score(self, X: Any, y: Any = None) -> float:
        """The mean of log p(x | z = encoder(x)), nats per example in the units of X; y where the decoder reads it."""
        return -float(self.reconstruction_error(X, y if self.labels == "decoder" else None).mean())

    def label_of(self, X: Any) -> Array:
        """(n,) the class in whose place of the prior each code lies, or the number of the place without labels.

        Raises SpecError for a prior without places.
        """
        check_is_fitted(self)
        prior = self.model_.prior
        if not isinstance(prior, LabelledPrior):
            raise SpecError(
                f"prior '{prior.name}' has no place for each class; use 'petals', 'swiss-roll', 'rings' or 'sectors'."
            )
        codes = self.transform(X)
        with torch.no_grad():
            codes_ = torch.as_tensor(codes, dtype=prior.weights.dtype, device=prior.weights.device)
            places = prior.label_of(codes_).cpu().numpy()
        return self.classes_[places] if self.labels == "prior" else places

    def diagnose(self, X: Any, y: Any = None, *, random_state: int = 0) -> dict[str, Measure]:
        """How well the codes of X follow the prior, as many draws beside them: name -> Measure.

        critic_loss: of the last epoch, nats; 2 ln 2 = 1.386 where it tells nothing apart. mmd and
        sliced_wasserstein: between codes and draws; sliced_wasserstein_of_draws: between two halves of draws, what
        a perfect match looks like. label_recovery, with labels="prior" and y: the share of labelled rows whose code
        lies in the place of their class.
        """
        check_is_fitted(self)
        codes = self.transform(X)
        device = next(p.device for p in self.model_.parameters())
        generator = torch.Generator(device).manual_seed(random_state)
        with torch.no_grad():
            drawn = self.model_.prior.sample(3 * len(codes), generator).cpu().double().numpy()
        draws, others, again = np.split(drawn, 3)
        found = {
            "critic_loss": Measure(
                self.history_[-1][f"{self.penalties_[0].name.replace('-', '_')}_loss"],
                None,
                len(codes),
                f"loss of the critic in the last epoch; {EQUILIBRIUM:.4f} at equilibrium",
                "a mean over an epoch in which the players moved",
                "nats",
            ),
            "mmd": mmd(codes, draws, rng=random_state),
            "sliced_wasserstein": sliced_wasserstein(codes, draws, rng=random_state),
            "sliced_wasserstein_of_draws": sliced_wasserstein(others, again, rng=random_state),
        }
        if y is not None and self.labels == "prior":
            wanted = self.condition_.places(y, len(codes))
            known = wanted >= 0
            right = self.label_of(X)[known] == self.classes_[wanted[known]]
            found["label_recovery"] = mean_of(right, "share of codes in the place of their class")
        return found


def _is_draws(prior: Any) -> bool:
    """A function or an array of draws, and no part or module."""
    return not is_name_or_part(prior) and not isinstance(prior, torch.nn.Module)
