"""What all estimators share: fit, codes and back, and the bookkeeping between the user's units and the model's."""

from __future__ import annotations

import copy
import sys
from abc import abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from vaekit.bounds import Bound
from vaekit.compatibility import refuse_clashes
from vaekit.data.holes import hidden_as_nan, refuse_empty
from vaekit.data.pieces import Pieces
from vaekit.data.sparse import SparseRows
from vaekit.errors import DataError, DivergedError, SpecError
from vaekit.estimators.allowance import Memory, in_training
from vaekit.estimators.fill import FillsHoles
from vaekit.estimators.given import as_array, told_of_holes
from vaekit.estimators.identity import identity_of
from vaekit.estimators.parameters import CONSTRAINTS
from vaekit.estimators.pieces import names_unsaid, read_pieces
from vaekit.estimators.prepare import (
    Prepared,
    check_sparse,
    check_support,
    chosen_rows,
    epochs_for,
    facts_of,
    prepare,
    rows_of,
    split_of,
)
from vaekit.kinds import Array
from vaekit.likelihoods import Likelihood
from vaekit.machine import choose_device
from vaekit.measure import Reader
from vaekit.model import make_model, make_penalties, seen_by_encoder
from vaekit.spec import Spec, build, is_name_or_part
from vaekit.train import Checkpoint, Outcome, Plan, Rows, Training
from vaekit.train.denoise import make_denoise, with_range
from vaekit.train.epochs import History
from vaekit.train.progress import progress
from vaekit.train.timebox import TimeBox, seconds_of

NON_NEGATIVE = ("binary", "unit", "positive", "counts", "categories", "levels")


@dataclass(frozen=True)
class Begun:
    """A fit that is ready to train: what the data decided, all their rows, and those held out."""

    ready: Prepared
    training: Training
    rows: Rows
    held_out: Array | None
    seed: int


class LatentEstimator(FillsHoles, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """An estimator whose model is p(z) p(x | z) with q(z | x).

    Fitted attributes: model_, spec_ (the parts after 'auto' was resolved), profile_, treatment_, history_ (one
    dict an epoch, nats), n_iter_, best_epoch_, interrupted_, held_out_ (row numbers or None), network_ (one line),
    log_ (what fit said), n_features_in_, and feature_names_in_ for frames.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}
    _own_constraints: ClassVar[dict[str, list[Any]]] = {}
    """What a parameter may be here, where that is not what it may be everywhere."""
    score_draws = 8
    """Evenly spread draws a row that scores are averaged over."""

    def __init__(
        self,
        latent_dim: int = 2,
        *,
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
        self.latent_dim = latent_dim
        self.likelihood = likelihood
        self.penalties = penalties
        self.network = network
        self.image_shape = image_shape
        self.scale_inputs = scale_inputs
        self.binarize = binarize
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.schedule = schedule
        self.gradient_clip = gradient_clip
        self.ema = ema
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.denoise = denoise
        self.missing = missing
        self.callbacks = callbacks
        self.device = device
        self.precision = precision
        self.random_state = random_state
        self.verbose = verbose

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        known = {**CONSTRAINTS, **cls._own_constraints}
        cls._parameter_constraints = {name: known[name] for name in cls._get_param_names()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters; `prior__components` reaches an option of the part that fills a place."""
        for key in params:
            place, _, option = key.partition("__")
            filled = params.get(place, getattr(self, place, None))
            if option and isinstance(filled, str):
                raise SpecError(
                    f"{place} is the name '{filled}', which has no options to set; use {place}=part('{filled}'), "
                    f"then {key}."
                )
        super().set_params(**params)
        return self

    @abstractmethod
    def _spec(self) -> Spec:
        """The parts that this estimator's parameters ask for."""

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        max_time: float | str | None = None,
        checkpoint: str | Path | None = None,
    ) -> Self:
        """Learn from X: (n, features), images (n, H, W) or (n, C, H, W), a frame, a tensor, a Dataset, or rows on disk
        (a memory map, `vaekit.open_shards(folder)`), of which a window is in memory.

        y is ignored. With missing="mask" NaN, None and pd.NA are values that were not observed: the bound is that of
        the values that were, which is right where being hidden does not depend on what is hidden (missing at random);
        a row without any value adds nothing.

        With max_time (seconds, or text such as "30s", "9min", "2h") the fit also ends when that
        time is over, with the best weights so far, and `log_` says what as much time again would have bought.
        How far it comes depends on the machine, so this is the one exception to "the same seed, the same weights".

        checkpoint names a file that gets the state of the training every minute. The same fit with the same file goes
        on from there, to the weights that it would have had without a break; callbacks of your own begin anew. It is
        left when the fit has ended.

        Raises ValueError in words for data or options that cannot work, and DivergedError when the loss stops
        being finite; the estimator then holds the last good weights.
        """
        box = None if max_time is None else TimeBox(seconds_of(max_time))
        begun = self._begin(X, y)
        if checkpoint is not None:
            self._go_on(begun, checkpoint)
        begun.training.callbacks += [*progress(int(self.verbose)), *([] if box is None else [box])]
        outcome = begun.training.run()
        self._keep(begun, outcome)
        if box is not None:
            self._log([box.sentence()])
        if outcome.diverged:
            raise DivergedError(why_diverged(outcome))
        return self

    def _go_on(self, begun: Begun, path: str | Path) -> None:
        """Let a training write checkpoints, and go on from the one that is there."""
        written = Checkpoint(path, identity_of(self, begun))
        if written.resume(begun.training):
            self._log(
                [f"goes on from '{path}': epoch {begun.training.epoch + 1}, step {begun.training.step + 1}."]
            )
        begun.training.callbacks.append(written)

    def _begin(self, X: Any, y: Any = None) -> Begun:
        """Everything that comes before the first step."""
        self._validate_params()
        X, c = self._learn(X, y)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        spec = self._spec().with_(denoise=self.denoise, missing=self.missing)
        if self.missing == "mask":
            refuse_empty(X, names=self.example_names)
        refuse_clashes(spec if c is not None else spec.with_(condition=()))
        ready = self._prepare(X, spec, seed, 0 if c is None else c.shape[1])
        ready = self._suited(ready)
        self._log(ready.said)
        device = choose_device(self.device)
        generator = torch.Generator().manual_seed(seed)
        with Memory():
            model = make_model(ready.spec, ready.sizes, generator)
            penalties = make_penalties(ready.spec, ready.sizes, generator)
        check_support(X, ready.treatment, model.likelihood)
        bounds = seen_by_encoder(model.likelihood, ready.sizes).facts.get("bounds")
        ready = replace(ready, spec=ready.spec.with_(denoise=with_range(ready.spec.denoise, bounds)))
        parameters = sum(p.numel() for p in model.parameters())
        self._log(
            [
                f"network: {model.description}; {parameters:,} parameters, {in_training(parameters)} in training."
            ]
        )
        bound: Bound = (
            build("bound", ready.spec.bound) if is_name_or_part(ready.spec.bound) else ready.spec.bound
        )
        adversarial = any(penalty.learns for penalty in penalties)
        numbers, held = split_of(X, self.validation_fraction, seed)
        if self.missing == "mask" and held is not None:
            refuse_empty(X, numbers, self.example_names)
        patience = None if held is None or adversarial else self.patience
        plan = Plan(
            max_epochs=epochs_for(len(numbers), self.batch_size)
            if isinstance(self.max_epochs, str)
            else self.max_epochs,
            batch_size=int(self.batch_size),
            learning_rate=self.learning_rate,
            optimizer=self.optimizer,
            schedule=self.schedule,
            gradient_clip=self.gradient_clip,
            ema=self.ema,
            patience=patience,
            seed=seed,
            device=device,
            bfloat16=self.precision == "bfloat16",
        )
        rows = rows_of(X, ready.treatment, device, c)
        training = Training(
            model.to(device),
            bound,
            [penalty.to(device) for penalty in penalties],
            chosen_rows(rows, self._trained_on(numbers, c)),
            None if held is None else chosen_rows(rows, held),
            plan,
            self.callbacks,
            make_denoise(ready.spec.denoise),
        )
        begun = Begun(ready, training, rows, held, seed)
        training.so_far = lambda: self._so_far(begun)
        return begun

    def _so_far(self, begun: Begun) -> Self:
        """The estimator that this one would be if its training were interrupted now; its weights are a copy."""
        now, training = copy.copy(self), begun.training
        now.verbose = 0
        now._keep(begun, Outcome(list(training.history), training.best_epoch, True, False, None))
        now.model_, now.penalties_ = copy.deepcopy((training.model, training.penalties))
        now.model_.eval()
        return now

    def _keep(self, begun: Begun, outcome: Outcome) -> None:
        """Take what a training came to as the fitted attributes."""
        ready, training = begun.ready, begun.training
        self.__dict__.pop("source_", None)  # known of a model that was loaded, and is fitted again
        self.spec_, self.profile_, self.treatment_ = ready.spec, ready.profile, ready.treatment
        self.sizes_ = ready.sizes.without_examples()
        self.model_, self.bound_, self.penalties_ = training.model, training.bound, training.penalties
        self.network_ = training.model.description
        self.history_ = History(outcome.history)
        self.n_iter_ = max(1, len(outcome.history))
        self.best_epoch_ = outcome.best_epoch or len(outcome.history)
        self.interrupted_ = outcome.interrupted
        self.diverged_ = outcome.diverged
        self.held_out_ = begun.held_out
        self.seed_ = begun.seed
        self._n_features_out = ready.spec.latent_dim
        if outcome.interrupted:
            self._log([f"interrupted in epoch {len(outcome.history)}; the best weights so far are kept."])
        elif outcome.stopped_early:
            epochs = f"{self.n_iter_} epoch{'s' if self.n_iter_ > 1 else ''}"
            self._log([f"stopped after {epochs}; the weights of epoch {self.best_epoch_} are kept."])

    def _prepare(self, X: Array, spec: Spec, seed: int, condition_dim: int) -> Prepared:
        """What X decides of the model and its units."""
        return prepare(X, spec, self.get_params(deep=False), seed, condition_dim)

    def _learn(self, X: Any, y: Any) -> tuple[Array, Array | None]:
        """(X as an array, the condition (n, C) of its rows or None), both remembered as what fit saw."""
        return self._read(X, reset=True), None

    def _suited(self, ready: Prepared) -> Prepared:
        """What the data decided, with what this estimator decides from it."""
        return ready

    @property
    def kept_arrays(self) -> dict[str, tuple[int, ...]]:
        """The fitted attributes, float64 beside the model, that belong into its file: name -> shape, -1 for any
        length."""
        return {}

    def _trained_on(self, numbers: Array, c: Array | None) -> Array:
        """The numbers of the rows that an epoch sees, some more than once where that is what is wanted; those held
        out are not among `numbers`, and c (n, C) is the condition of all rows."""
        return numbers

    def _condition(self, c: Any, n: int) -> Array | None:
        """What a method was given as c= for n rows, as the model reads it: (n, C), or None without a condition."""
        if c is not None:
            raise DataError(
                f"this {type(self).__name__} was fitted without a condition, so it takes no c=; use CVAE."
            )
        return None

    @property
    def learns_condition(self) -> bool:
        """Whether fit learns a condition (`condition_`), which then belongs into the file of the model."""
        return False

    def as_condition(self, labels: Any, class_names: Any = None) -> Any:
        """What c= of rows with these labels is, which may count class_names as those of a `Source` do.

        None for a model that reads no condition beside X.
        """
        return None

    def conditions_of(self, X: Any, labels: Any = None, class_names: Any = None) -> Any:
        """The condition of the rows of X with these labels, as c= takes it without an X."""
        return self.as_condition(labels, class_names)

    def _given(self, X: Any, c: Any, holes: bool = False) -> tuple[Array, Array | None]:
        """(X as model values (n, *event), binarised as fit did; the condition of its rows).

        holes: whether NaN is a hidden value although fit saw none.
        """
        check_is_fitted(self)
        rows = self._rows(self._read(X, reset=False, holes=holes))
        return rows, self._condition(c, len(rows))

    @property
    def example_names(self) -> Array | None:
        """The names of the values of one example, where the columns of X had names."""
        return getattr(self, "feature_names_in_", None)

    def _examples(self, X: Any) -> Array:
        """X as an array of examples, as the user wrote them: what `_shown` gives back."""
        return np.asarray(X)

    def _log(self, sentences: list[str]) -> None:
        """Remember what fit says, and say it when asked to."""
        self.log_: list[str] = [*getattr(self, "log_", []), *sentences]
        if self.verbose:
            for sentence in sentences:
                print(sentence, file=sys.stderr)

    def _read(self, X: Any, reset: bool, holes: bool = False) -> Array:
        """X as a numeric array in the user's shape, finite or NaN where a value is hidden, with its columns remembered
        or compared. holes: whether NaN is let by although missing="error"."""
        if reset:
            self.log_ = []
            self._takes_rows_without_names = False
        X = as_array(X)
        if isinstance(X, Pieces):
            if reset and type(self)._trained_on is not LatentEstimator._trained_on:
                raise DataError(
                    f"{type(self).__name__} chooses rows by their labels, and rows on disk come as they stand there; "
                    "give an array."
                )
            pieces: Array = read_pieces(self, X, reset)
            return pieces
        if issparse(X):
            return self._read_sparse(X, reset)
        holes = holes or self.missing == "mask"
        if holes:
            X = hidden_as_nan(X)
        rules: dict[str, Any] = {
            "dtype": "numeric",
            "ensure_all_finite": "allow-nan" if holes else True,
            "ensure_min_samples": 2 if reset else 1,
        }
        with told_of_holes(), names_unsaid(getattr(self, "_takes_rows_without_names", False)):
            if getattr(X, "ndim", 2) < 3:
                table: Array = validate_data(self, X, reset=reset, **rules)
                return table
            array: Array = check_array(X, allow_nd=True, estimator=self, **rules)
        if reset:
            self.n_features_in_ = int(np.prod(array.shape[1:]))
            if hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
        return array

    def _read_sparse(self, X: Any, reset: bool) -> Array:
        """Sparse X as rows that become arrays where they are taken; refused where the likelihood is not of counts."""
        if not self.__sklearn_tags__().input_tags.sparse:
            raise DataError(
                f"X is sparse, and likelihood {self.likelihood!r} takes none; sparse rows are counts, for likelihood "
                "'poisson', 'negative-binomial' and their zero-inflated kind. Use one of these, or give X.toarray()."
            )
        fewest = 2 if reset else 1
        table = validate_data(
            self, X, reset=reset, accept_sparse="csr", dtype="numeric", ensure_min_samples=fewest
        )
        return SparseRows(table)  # type: ignore[return-value]

    def _rows(self, X: Array) -> Array:
        """An array that was read as model values (n, *event), binarised as fit did."""
        x = self.treatment_.to_model(X)
        return self.treatment_.fixed_draw(x) if self.treatment_.binarize == "dynamic" else x

    def _scorable(self, X: Any, c: Any) -> tuple[Array, Array | None]:
        """As `_given`, with the support of the likelihood checked."""
        x, c = self._given(X, c)
        if isinstance(x, SparseRows):
            check_sparse(x, self.model_.likelihood)
        else:
            self.model_.likelihood.check(x)
        return x, c

    def _reader(self, c: Array | None = None) -> Reader:
        check_is_fitted(self)
        return Reader(self.model_, self.treatment_.event_shape, self.seed_).given(c)

    def transform(self, X: Any, c: Any = None) -> Array:
        """The mean of q(z | x), (n, latent_dim); the same for a row whatever stands beside it."""
        rows, given = self._given(X, c)
        codes = self._reader(given).encode(rows)
        return codes.astype(np.float32) if getattr(X, "dtype", None) == np.float32 else codes

    def inverse_transform(self, Z: Any, c: Any = None) -> Any:
        """Codes (n, latent_dim) -> the mean of p(x | z), shaped like the data, in its units."""
        check_is_fitted(self)
        codes = check_array(Z, dtype=[np.float64, np.float32], input_name="Z")
        if codes.shape[1] != self._n_features_out:
            raise DataError(
                f"Z has {codes.shape[1]} values a row; codes of this model have latent_dim={self._n_features_out}."
            )
        return self._shown(self._reader(self._condition(c, len(codes))).decode(codes))

    def reconstruct(self, X: Any, c: Any = None) -> Any:
        """The mean of p(x | z) at the mean of q(z | x), shaped like the data, in its units."""
        rows, given = self._given(X, c)
        reader = self._reader(given)
        return self._shown(reader.decode(reader.encode(rows)), like=X)

    def _shown(self, x: Array, *, like: Any = None) -> Any:
        """Model values (n, *event) shaped like the data, in its units; like: the X that they belong to row by row."""
        return self._as_table(self.treatment_.to_user(x), like)

    def _as_table(self, numbers: Array, like: Any = None, drawn: int | None = None) -> Any:
        """Numbers (n, *shape) in the user's units as a table of what the user gave to fit: as they are, unless that has
        columns of many kinds. drawn: the seed of draws, None for means."""
        return numbers

    def _numbers(self, given_back: Any) -> Array:
        """The inverse: what `_shown` gave back as numbers."""
        return np.asarray(given_back)

    def corrupt(self, X: Any, *, random_state: Any = None) -> Any:
        """X with the noise that this model was trained under, shaped like the data, in its units.

        Raises SpecError for a model that is not denoising, or whose encoder reads another thing than values of X.
        """
        check_is_fitted(self)
        noise = make_denoise(self.spec_.denoise)
        if noise is None:
            raise SpecError(
                "this model was trained without noise; fit with denoise='salt-and-pepper', for example."
            )
        if type(self.model_.likelihood).represent is not Likelihood.represent:
            raise SpecError(
                f"the noise of this model is on what likelihood '{self.model_.likelihood.name}' makes of X for the "
                "encoder, so no X has it."
            )
        seed = int(check_random_state(random_state).randint(2**31 - 1))
        rows = torch.from_numpy(self._rows(self._examples(X)))
        return self._shown(noise(rows, torch.Generator().manual_seed(seed)).numpy())

    def save(self, path: Any, force: bool = False) -> None:
        """Write the fitted estimator to a new folder `path`; `vaekit.load(path)` reads it back.

        The folder appears whole or not at all. Raises OutputExists when it is there already, unless force=True
        and it is such a folder.
        """
        from vaekit.estimators.files import save

        check_is_fitted(self)
        save(self, path, force=force)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        tags.input_tags.allow_nan = self.missing == "mask"
        likelihood = self.likelihood
        if isinstance(likelihood, str) and likelihood == "auto":
            return tags
        domain = facts_of(likelihood)[0]
        tags.input_tags.positive_only, tags.input_tags.sparse = domain in NON_NEGATIVE, domain == "counts"
        return tags


def why_diverged(outcome: Outcome) -> str:
    """What became of a training whose loss stopped being finite, and what may help."""
    return (
        f"the term '{outcome.diverged}' stopped being finite in epoch {len(outcome.history) + 1}; the weights "
        "of the last good epoch were kept. Use a smaller learning_rate, gradient_clip=1.0, or look at the "
        "data for extreme values."
    )
