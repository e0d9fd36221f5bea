"""A VAE that finds strange rows: scores, calibrated p-values, and which values of a row make it strange."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import OutlierMixin
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import _num_samples, check_is_fitted

from vaekit.errors import DataError, DivergedError, SpecError
from vaekit.estimators.abilities import unless, why_no_density
from vaekit.estimators.calibrate import FOLDS, apart, p_values, scores_in_folds, threshold, way_of
from vaekit.estimators.columns import like
from vaekit.estimators.few_rows import suited
from vaekit.estimators.parameters import CONSTRAINTS
from vaekit.estimators.prepare import Prepared
from vaekit.estimators.vae import VAE
from vaekit.kinds import Array
from vaekit.measure.normality import NORMALITIES
from vaekit.measure.usual import usual_values
from vaekit.spec import Spec
from vaekit.train.timebox import seconds_of

USUAL_ROWS = 2000
"""Rows of fit that the usual parts of a score are averaged over, at most."""


class OutlierVAE(OutlierMixin, VAE):
    """A VAE of what is usual: predict says 1 of rows that are, -1 of those that are not.

    It learns the law p(x) of the rows of fit, a few of which may be outliers, and scores a row by how probable it is.

    The defaults were chosen on 19 tables of 24 to 178 rows, each a class of a data set of scikit-learn: the score
    "likelihood" had the best mean AUROC of the five there, and on tables this small one narrow hidden layer, as many
    latent values as principal components hold 90 % of the variance, and a scale for each column. The figures stand in
    benchmarks/README.md; `python -m benchmarks.outliers` makes them anew.

    Parameters
    ----------
    latent_dim : int or "auto"
        Values of a code; "auto" takes as many as principal components hold 90 % of the variance.
    score_by : "likelihood", "elbo", "reconstruction", "regret" or "typicality"
        What a row is scored by: log p(x) by importance sampling, the ELBO, how well it is given back, the ELBO less
        the best that any q of this row would give, or the distance of log p(x) from its mean over the training rows.
    contamination : float or "auto"
        The share of the rows of fit that are called outliers; "auto" calls the rows whose p-value is at most 0.05.
    calibration : "auto", "folds", "held-out" or None
        Where p-values come from: rows held out (a fifth), or five more fits that each leave out a fifth; "auto" takes
        folds for fewer than 500 rows. None: there are no p-values.
    likelihood : str, part or module
        p(x | z); "auto" looks at the data and says why it chose.
    prior : str, part or module
        p(z).
    posterior : str, part or module
        q(z | x).
    bound : str or part
        What is maximised.
    penalties : tuple of str or part
        What is added to the loss; a critic is a penalty that learns.
    network : str, part, module or pair of modules
        The encoder and decoder; "auto" takes one hidden layer that grows with the rows of a table of fewer than 2,000,
        else what VAE takes.
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
        Part of the rows that is held out to watch; fewer than 20 rows are not held out, so that a table of fewer than
        195 rows is learned from whole.
    patience : int or None
        Epochs without a better held-out objective before fit stops and keeps the best weights.
    denoise : None, str or part
        Noise on what the encoder reads in training, the loss being that of the clean example.
    missing : "mask" or "error"
        What NaN, None and pd.NA are: values that were not observed, of which nothing is asked, or refused.
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

    Fitted beside what a VAE has: offset_ (the score below which a row is an outlier), usual_ (the parts of the score,
    a value of an example each and then the code, as they are on average over the rows of fit), calibration_ (the
    scores that p-values compare with, sorted).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from vaekit import OutlierVAE
    >>> iris = load_iris()
    >>> found = OutlierVAE(max_epochs=300, random_state=0).fit(iris.data[:50])
    >>> found.predict(iris.data[[0, 149]])
    array([ 1, -1])
    """

    _own_constraints: ClassVar[dict[str, list[Any]]] = {
        "latent_dim": [*CONSTRAINTS["latent_dim"], StrOptions({"auto"})]
    }

    def __init__(
        self,
        latent_dim: int | str = "auto",
        *,
        score_by: str = "likelihood",
        contamination: float | str = "auto",
        calibration: str | None = "auto",
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
        missing: str = "mask",
        callbacks: tuple[Any, ...] = (),
        device: str = "auto",
        precision: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            latent_dim,  # type: ignore[arg-type]
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
        self.score_by = score_by
        self.contamination = contamination
        self.calibration = calibration

    def _spec(self) -> Spec:
        spec = super()._spec()
        # What "auto" is, the data say: see _suited.
        return spec.with_(latent_dim=1) if isinstance(self.latent_dim, str) else spec

    def _suited(self, ready: Prepared) -> Prepared:
        return suited(ready, self.get_params(deep=False))

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        max_time: float | str | None = None,
        checkpoint: str | Path | None = None,
    ) -> Self:
        """Learn what is usual from X, as `VAE.fit` does; y is ignored.

        Then p-values are calibrated (see `calibration`) and the threshold is set (see `contamination`). Where that
        takes folds, max_time is shared between the six fits.
        """
        self._way = way_of(self.calibration, _num_samples(X))
        in_folds = self._way == "folds"
        span = None if max_time is None else seconds_of(max_time) / (1 + FOLDS * in_folds)
        diverged = None
        try:
            super().fit(X, y, max_time=span, checkpoint=checkpoint)
        except DivergedError as error:  # the last good weights are kept, and they can judge
            diverged = error
        X = self._read(X, reset=False)
        x = self._rows(X)
        some = np.random.default_rng(0).permutation(len(x))[:USUAL_ROWS]
        self.usual_: Array = self._parts(x[np.sort(some)]).mean(0)
        self.calibration_: Array = np.empty(0)
        if len(self._set_apart):
            self.calibration_ = np.sort(self._scores(x[self._set_apart]))
        elif in_folds and diverged is None and not self.interrupted_:
            self.calibration_ = np.sort(scores_in_folds(self, X, span))
        self.offset_ = self._threshold(x)
        if diverged is not None:
            raise diverged
        return self

    def _trained_on(self, numbers: Array, c: Array | None) -> Array:
        self._set_apart = numbers[:0]
        if self._way == "held-out":
            numbers, self._set_apart = apart(numbers)
        return numbers

    def _threshold(self, x: Array) -> float:
        """The score below which a row is an outlier."""
        if self.contamination != "auto":
            return float(np.percentile(self._scores(x), 100 * float(self.contamination)))
        calibration = self.calibration_
        return threshold(calibration if len(calibration) else np.sort(self._scores(x)))

    @property
    def kept_arrays(self) -> dict[str, tuple[int, ...]]:
        return {"offset_": (), "usual_": (-1,), "calibration_": (-1,)}

    def _parts(self, x: Array) -> Array:
        """The parts of the scores of x (n, *event), (n, D + 1), in model units."""
        return NORMALITIES[self.score_by].of_rows(self._reader(), x)

    def _scores(self, x: Array) -> Array:
        """The scores of x (n, *event), (n,), log-densities in the units of X."""
        kind = NORMALITIES[self.score_by]
        values = kind.values(self._parts(x), self.usual_)
        shift = self.treatment_.log_jacobian_of(x) if kind.of_density else 0.0
        shifted: Array = values + shift
        return shifted

    @unless(why_no_density)
    def score_samples(self, X: Any, c: Any = None) -> Array:
        """(n,) float64: how normal each row is, in nats, higher for the more normal; by what, `score_by` says.

        Log-densities are in the units of X. The draws of a row belong to its values, so that its score is the same
        twice, in any order and in any batch. There is no condition: c is None.
        """
        return self._scores(self._scorable(X, c)[0])

    def decision_function(self, X: Any) -> Array:
        """(n,): score_samples less offset_; below 0 for outliers."""
        scores: Array = self.score_samples(X)
        return scores - self.offset_

    def predict(self, X: Any) -> Array:
        """(n,) int: 1 for rows that are usual, -1 for outliers."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def p_values(self, X: Any) -> Array:
        """(n,): how probable a score as low as that of the row is for a usual row, from 1 / (m + 1) to 1.

        m is the number of calibration_ scores. See `vaekit.estimators.calibrate` for what is promised. Raises SpecError
        when there are none.
        """
        check_is_fitted(self)
        if not len(self.calibration_):
            why = "it was fitted with calibration=None" if self.calibration is None else "its fit was cut off"
            raise SpecError(
                f"this {type(self).__name__} has no p-values: {why}; fit with calibration='auto'."
            )
        return p_values(self.score_samples(X), self.calibration_)

    def explain(self, X: Any, *, with_code: bool = False) -> Any:
        """Which values make a row strange: nats by which each is stranger than it is on average in the rows of fit.

        In the shape of X, a frame of its kind for a frame. A value is judged given the code of its row, that is, by
        what the other values lead to expect. The whole is exact: a row's nats and that of its code, which says how far
        the row lies from the others as a whole, sum to the mean score of the rows of fit less the score of the row
        (with score_by="typicality" to minus the score). with_code=True gives (nats, those of the code (n,)).

        Raises SpecError for a likelihood of your own that gives no log-probability value by value.
        """
        check_is_fitted(self)
        excess = NORMALITIES[self.score_by].excess(self._parts(self._scorable(X, None)[0]), self.usual_)
        if excess.shape[1] != self.sizes_.event_size + 1:
            raise SpecError(
                "this model's likelihood says how probable a row is and not its values, so none can be named; give it "
                "a method value_log_prob(x) -> (K, B, *event)."
            )
        nats = like(X, excess[:, :-1].reshape(-1, *self.treatment_.user_shape))
        return (nats, excess[:, -1]) if with_code else nats

    def usual(self, X: Any, columns: Any = None) -> Array:
        """What would be usual: the mean of each value given all others of its row, (n, columns) in the units of X.

        columns: places in the flattened example; None takes all. By importance sampling with 500 draws a value.
        """
        x, _ = self._scorable(X, None)
        size = self.sizes_.event_size
        at = np.arange(size) if columns is None else np.asarray(columns, dtype=int)
        if at.ndim != 1 or (len(at) and not (at.min() >= 0 and at.max() < size)):
            raise DataError(
                f"columns={columns!r} are no places of an example, which has {size}: 0 to {size - 1}."
            )
        found = np.empty((len(x), len(at)))
        for i, row in enumerate(x):
            filled = np.repeat(row.reshape(1, -1), len(at), 0).astype(np.float64)
            filled[np.arange(len(at)), at] = usual_values(self._reader(), row, at)
            shown = self._shown(filled.reshape(-1, *row.shape)).reshape(len(at), -1)
            found[i] = shown[np.arange(len(at)), at]
        return found
