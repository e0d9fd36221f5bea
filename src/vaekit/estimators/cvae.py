"""The conditional variational autoencoder as an estimator: p(x | c), where c is a label or whatever is known of x."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from vaekit.data.condition import Condition, Labels
from vaekit.data.labels import as_written
from vaekit.errors import ClashError, DataError, SpecError
from vaekit.estimators.abilities import unless, why_no_density
from vaekit.estimators.columns import positions_of, read_apart
from vaekit.estimators.vae import VAE
from vaekit.kinds import Array
from vaekit.priors.conditional_normal import ConditionalNormalPrior
from vaekit.spec import Spec, is_name_or_part

READERS = ("encoder", "decoder", "prior")
CORNER = 1.4
"""Where the styles of an analogy stand, as in the lecture: 0.7 of the reach 2 of its manifold."""
STYLES = 4


class CVAE(VAE):
    """A conditional variational autoencoder: p(x | c) = E_p(z)[p(x | z, c)] with an encoder q(z | x, c).

    The condition c is y of `fit(X, y)`, which scikit-learn demands to be called so: labels of any kind, several of
    them (n, k) or a frame, or real values. It is then given as c= to every other method: one for all rows, or one a
    row. With `condition=[columns]` it is taken from columns of X instead, and c= is refused where there is an X;
    reconstructions, samples and what codes decode to hold the other columns only.

    Fitted attributes beside those of VAE: condition_ (what was learned of c), condition_columns_ (their positions in
    X, or None).

    Parameters
    ----------
    latent_dim : int
        Values of a code.
    condition : None or list of columns
        None: y is the condition. Else the columns of X that are, by name or position.
    condition_in : tuple of "encoder", "decoder" or "prior"
        Who reads the condition. With "prior", prior "normal" has a mean and variance learned from c.
    likelihood : str, part or module
        p(x | z, c); "auto" looks at the data and says why it chose.
    prior : str, part or module
        p(z), or p(z | c) for "conditional-normal".
    posterior : str, part or module
        q(z | x, c).
    bound : str or part
        What is maximised.
    penalties : tuple of str or part
        What is added to the loss; a critic is a penalty that learns.
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
        "adam" or "sgd".
    schedule : str or part
        Of the learning rate: "constant", "cosine" or "steps".
    gradient_clip : float or None
        Largest norm of a gradient.
    ema : float or None
        Decay of a moving average of the weights, which is then what is kept.
    validation_fraction : float
        Part of the rows that is held out to watch; fewer than 20 rows are not held out.
    patience : int or None
        Epochs without a better held-out objective before fit stops and keeps the best weights.
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

    Reference: Kingma et al., 2014, https://arxiv.org/abs/1406.5298 (M2 with every label known)

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from vaekit import CVAE
    >>> X, y = load_digits(return_X_y=True)
    >>> cvae = CVAE(latent_dim=2, random_state=0).fit(X, y)
    >>> cvae.sample(3, c=7, random_state=0).shape
    (3, 64)
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        condition: Any = None,
        condition_in: tuple[str, ...] = ("encoder", "decoder"),
        likelihood: Any = "auto",
        prior: Any = "normal",
        posterior: Any = "normal",
        bound: Any = "elbo",
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
        validation_fraction: float = 0.1,
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
            prior=prior,
            posterior=posterior,
            bound=bound,
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
        self.condition = condition
        self.condition_in = condition_in

    def _spec(self) -> Spec:
        spec = super()._spec()
        by_name = isinstance(spec.prior, str) and spec.prior == "normal"
        prior = "conditional-normal" if by_name and "prior" in self.condition_in else spec.prior
        return spec.with_(prior=prior, condition=tuple(self.condition_in))

    def _learn(self, X: Any, y: Any) -> tuple[Array, Array | None]:
        self._refuse_readers()
        self.condition_columns_: list[int] | None = None
        if self.condition is None:
            array, given = self._read(X, reset=True), y
        else:
            array, given = read_apart(X, lambda X: self._read(X, reset=True), self._choose_columns)
        self.condition_ = Condition.learn(given, len(array), asked_by=type(self).__name__)
        self._log([f"condition: {self.condition_.told()}."])
        return array, self.condition_.to_model(given, len(array))

    def _choose_columns(self, width: int, names: list[str] | None) -> list[int]:
        """The positions of the condition in an X of so many columns, remembered."""
        columns = list(self.condition)
        if not columns:
            raise SpecError("condition=[] names no column; give columns of X, or None to give y to fit.")
        self.condition_columns_ = positions_of(columns, width, names)
        return self.condition_columns_

    def _refuse_readers(self) -> None:
        """SpecError for a condition that nobody reads, ClashError for a prior that would read it in vain."""
        readers = list(self.condition_in)
        unknown = [reader for reader in readers if reader not in READERS]
        if unknown or not {"decoder", "prior"} & set(readers) or len(set(readers)) < len(readers):
            wrong = f"knows no {unknown[0]!r}" if unknown else "must name the decoder, or the prior"
            raise SpecError(
                f"condition_in={self.condition_in!r} {wrong}; it is a tuple of some of {', '.join(READERS)}, each once."
            )
        prior = self._spec().prior
        name = prior if isinstance(prior, str) else getattr(prior, "name", "own")
        if "prior" in readers and is_name_or_part(prior) and name != "conditional-normal":
            raise ClashError(
                f"prior '{name}' reads no condition; use prior 'conditional-normal', or leave 'prior' out of "
                "condition_in."
            )

    @property
    def _takes_columns(self) -> bool:
        check_is_fitted(self)
        return self.condition_columns_ is not None

    def _apart(self, X: Any, holes: bool = False) -> tuple[Array, dict[str, Array]]:
        """The examples in X, and its columns that are the condition."""
        columns = self.condition_columns_
        assert columns is not None
        rest, values = read_apart(
            X, lambda X: self._read(X, reset=False, holes=holes), lambda width, names: columns
        )
        # An array has columns without names, whatever fit saw.
        known = [column.name for column in self.condition_.columns]
        return rest, {str(name): value for name, value in zip(known, values.values(), strict=True)}

    def _condition(self, c: Any, n: int) -> Array | None:
        check_is_fitted(self)
        return self.condition_.to_model(c, n)

    @property
    def learns_condition(self) -> bool:
        return True

    def as_condition(self, labels: Any, class_names: Any = None) -> Any:
        """The labels as fit saw them, by their names where those were; None where the condition is in X."""
        if self._takes_columns:
            return None
        seen = self.condition_.labels
        by_name = seen is not None and isinstance(seen.classes[0], str)
        return as_written(labels, class_names) if by_name else labels

    def conditions_of(self, X: Any, labels: Any = None, class_names: Any = None) -> Any:
        """The labels, or {name: values} of the columns of X that are the condition."""
        return self._apart(X)[1] if self._takes_columns else self.as_condition(labels, class_names)

    def _given(self, X: Any, c: Any, holes: bool = False) -> tuple[Array, Array | None]:
        if not self._takes_columns:
            return super()._given(X, c, holes)
        if c is not None:
            raise DataError(
                f"this CVAE takes its condition from columns of X (condition={self.condition!r}), so it takes no c= "
                "beside X; put it there."
            )
        rest, given = self._apart(X, holes)
        return self._rows(rest), self.condition_.to_model(given, len(rest))

    @property
    def example_names(self) -> Array | None:
        """The names of the values of one example: of the columns of X that are not the condition."""
        names = super().example_names
        taken = getattr(self, "condition_columns_", None)
        return names if names is None or taken is None else np.delete(names, taken)

    def _examples(self, X: Any) -> Array:
        return self._apart(X)[0] if self._takes_columns else super()._examples(X)

    def fit_transform(self, X: Any, y: Any = None, **options: Any) -> Array:
        """fit(X, y), then the codes of X under the same condition, (n, latent_dim)."""
        fitted = self.fit(X, y, **options)
        return fitted.transform(X) if fitted._takes_columns else fitted.transform(X, y)

    @unless(why_no_density)
    def score(self, X: Any, y: Any = None) -> float:
        """The mean bound on log p(x | c), nats per example; y is the condition, and is needed unless X has it."""
        return float(self.score_samples(X, self._given_as_y(y)).mean())

    def log_prior_of(self, c: Any) -> Array:
        """(n,) log p(c), nats: how frequent each label was in fit. One label is (1,).

        Raises DataError for a condition that is not one column of labels.
        """
        check_is_fitted(self)
        logs: Array = self.condition_.log_shares(c, 1 if np.ndim(c) == 0 else len(c))
        return logs

    @unless(why_no_density)
    def score_joint(self, X: Any, y: Any = None) -> float:
        """The mean bound on log p(x, c) = log p(x | c) + log p(c), nats per example: what compares with a VAE's score,
        whose log p(x) is at least as much. y as in `score`."""
        rows = self.score_samples(X, self._given_as_y(y))
        return float((rows + self.condition_.log_shares(self.conditions_of(X, y), len(rows))).mean())

    def _given_as_y(self, y: Any) -> Any:
        """The condition that a method was given as y: None where X has it."""
        if self._takes_columns:
            return None
        if y is None:
            raise DataError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: it is the condition, "
                f"{self.condition_.told()}."
            )
        return y

    def analogy(self, Z: Any = None, *, source: Any = None, random_state: int = 0) -> Array:
        """One style a row, every class a column: means of p(x | z, c), (rows, 1 + classes, *example).

        The first column is class `source` (the first class unless given), then come all classes in order. Z: (rows,
        latent_dim) styles, in the units of a standard normal prior; None takes 4: the corners (+-1.4, +-1.4) for two
        latent values, else draws. Raises DataError for a condition that is not one column of labels.
        """
        check_is_fitted(self)
        labels = self._labels_for("an analogy")
        styles = self._styles(random_state) if Z is None else np.asarray(Z, dtype=np.float64)
        targets = [labels.classes[0] if source is None else source, *labels.classes]
        return self._decoded_under(styles, targets)

    def style_transfer(self, X: Any, c: Any = None, *, to: Sequence[Any] | None = None) -> Array:
        """Each row of X in its own style under each other condition: means of p(x | z, c), (n, len(to), *example).

        c: the condition of X, as in `transform`. to: the conditions to show; None takes every class.
        """
        targets = self._labels_for("style transfer without to=").classes if to is None else list(to)
        rows, given = self._given(X, c)
        codes = self._reader(given).encode(rows)
        return self._decoded_under(self._styles_of(codes, given), targets)

    def _labels_for(self, asked: str) -> Labels:
        check_is_fitted(self)
        labels = self.condition_.labels
        if labels is None:
            raise DataError(
                f"{asked} needs one column of labels; this condition is {self.condition_.told()}."
            )
        return labels

    def _styles(self, seed: int) -> Array:
        if self._n_features_out == 2:
            return np.array(list(product((-CORNER, CORNER), repeat=2)))
        return np.random.default_rng(seed).standard_normal((STYLES, self._n_features_out))

    def _decoded_under(self, styles: Array, targets: Sequence[Any]) -> Array:
        """(rows, L) styles -> (rows, targets, *example)."""
        shown = []
        for target in targets:
            given = self._condition(target, len(styles))
            shown.append(self.inverse_transform(self._codes_of(styles, given), target))
        return np.stack(shown, axis=1)

    def _styles_of(self, codes: Array, given: Array | None) -> Array:
        """Codes as they stand to the prior: where a class has a prior of its own, in its standard deviations."""
        mean, scale = self._prior_of(given)
        styles: Array = (codes - mean) / scale
        return styles

    def _codes_of(self, styles: Array, given: Array | None) -> Array:
        mean, scale = self._prior_of(given)
        codes: Array = mean + scale * styles
        return codes

    def _prior_of(self, given: Array | None) -> tuple[Any, Any]:
        prior = self.model_.prior
        if not isinstance(prior, ConditionalNormalPrior):
            return 0.0, 1.0
        with torch.no_grad():
            p = prior(torch.as_tensor(given, device=prior.head.weight.device))
        return p.mean.cpu().double().numpy(), p.scale.cpu().double().numpy()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = self.condition is None
        return tags
