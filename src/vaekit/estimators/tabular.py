"""The variational autoencoder of tables: columns of many kinds, with holes, in the user's own units and types."""

from __future__ import annotations

import sys
from copy import copy
from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from vaekit.data.codec import Codec
from vaekit.data.column import Column
from vaekit.data.frame import Frame, as_frame
from vaekit.data.schema import Schema
from vaekit.data.sparse import SparseColumns
from vaekit.data.suspicion import doubtful_values
from vaekit.data.translate import nearest, to_numbers
from vaekit.errors import DataError
from vaekit.estimators.known_values import KnownValues, mapping_of
from vaekit.estimators.prepare import Prepared, epochs_for, prepare
from vaekit.estimators.table import read_table, refuse_columns, schema_of, told
from vaekit.estimators.vae import VAE
from vaekit.kinds import Array
from vaekit.spec import Part, Spec

MOST_LATENT = 16
WARM_UP = 0.1
"""The share of the epochs over which the KL weighs in."""
_AS_THEY_COME = {"image_shape": None, "binarize": None, "scale_inputs": False}


class TabularVAE(VAE):
    """A variational autoencoder of tables: each column has a likelihood that suits its kind, and cells may be missing.

    X is a frame of pandas, polars or pyarrow, or an array; what comes back is of that kind, with its columns, units and
    types. Of a sparse matrix a batch of rows at a time becomes an array, and arrays come back. What the columns are is
    inferred, shown by `print(model.schema_)`, and can be said: see `Schema` and `vaekit.inspect`. A column that names
    rows (an identifier) is refused until the schema declares it as one, which leaves it out, or as something else.
    Columns are compared with those of fit by their names, in their order.

    For rows that others learn from, `TabularVAE(bound=part("elbo", beta=0.5), prior=part("mixture", components=50),
    network=part("mlp", hidden=(256, 256)), ema=0.995)` keeps more of which values go together, and is a little worse
    at log p(x): benchmarks/README.md has both beside another toolkit.

    Fitted attributes beside those of VAE: schema_ (a Schema), codec_ (the way between tables and matrices).

    Parameters
    ----------
    latent_dim : int or "auto"
        Values of a code; "auto" takes about half as many as the encoder reads, from 1 to 16.
    schema : None, Schema or str
        What the columns are; a path is that of a file which `vaekit inspect DATA --schema FILE` wrote. None: inferred.
    likelihood : str, part or module
        p(x | z); "auto" gives each column the one that its schema names.
    prior : str, part or module
        p(z).
    posterior : str, part or module
        q(z | x).
    bound : "auto", str or part
        What is maximised; "auto" is the ELBO, whose KL weighs in over the first tenth of the epochs, so that no value
        of the code is given up before the decoder knows it.
    penalties : tuple of str or part
        What is added to the loss; a critic is a penalty that learns.
    network : str, part, module or pair of modules
        The encoder and decoder; "auto" takes two layers, as wide as the columns ask for.
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
        What NaN, None and pd.NA are: refused, or values that were not observed, of which the bound asks nothing.
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

    Reference: Nazabal et al., 2020, https://arxiv.org/abs/1807.03653

    Examples
    --------
    >>> import numpy as np
    >>> from vaekit import TabularVAE
    >>> X = np.array([["tea", 3.5], ["coffee", None], ["tea", 4.0]] * 20, dtype=object)
    >>> model = TabularVAE(random_state=0, max_epochs=2).fit(X)
    >>> [column.kind for column in model.schema_]
    ['binary', 'binary']
    >>> model.sample(4, random_state=0).shape
    (4, 2)
    """

    _own_constraints: ClassVar[dict[str, list[Any]]] = {
        "latent_dim": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})]
    }

    def __init__(
        self,
        latent_dim: int | str = "auto",
        *,
        schema: Any = None,
        likelihood: Any = "auto",
        prior: Any = "normal",
        posterior: Any = "normal",
        bound: Any = "auto",
        penalties: tuple[Any, ...] = (),
        network: Any = "auto",
        max_epochs: int | str = "auto",
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        optimizer: Any = "adam",
        schedule: Any = "constant",
        gradient_clip: float | None = None,
        ema: float | None = None,
        validation_fraction: float = 0.1,
        patience: int | None = 20,
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
        self.schema = schema

    def _spec(self) -> Spec:
        spec = super()._spec()
        if isinstance(spec.bound, str) and spec.bound == "auto":
            spec = spec.with_(bound=Part("elbo", warm_up=WARM_UP * self._epochs))
        if not hasattr(self, "schema_"):
            return spec
        if isinstance(self.latent_dim, str):
            spec = spec.with_(latent_dim=_latent_dim(self.schema_))
        if isinstance(spec.likelihood, str) and spec.likelihood == "auto":
            spec = spec.with_(likelihood=Part("mixed", columns=tuple(map(_family, self.schema_.modelled))))
        return spec

    @property
    def _epochs(self) -> int:
        """The most epochs of fit, as far as they are known."""
        if not isinstance(self.max_epochs, str):
            return int(self.max_epochs)
        return epochs_for(self.schema_.rows, self.batch_size) if hasattr(self, "schema_") else 1

    def _learn(self, X: Any, y: Any) -> tuple[Array, Array | None]:
        self.log_ = []
        declared = schema_of(self.schema)
        names, holes = None if declared is None else declared.names, self.missing == "mask"
        frame = read_table(self, X, reset=True, names=names, holes=holes)
        self.schema_ = Schema.infer(frame) if declared is None else declared.learn(frame)
        refuse_columns(self.schema_, declared is not None)
        self.codec_ = Codec(self.schema_)
        if self.verbose:
            print(self.schema_, file=sys.stderr)
        self._log(told(self.schema_))
        if declared is None and not isinstance(frame.columns, SparseColumns):
            self._log(doubtful_values(frame))
        return self._known(self.codec_.numbers(frame)), None

    def _prepare(self, X: Array, spec: Spec, seed: int, condition_dim: int) -> Prepared:
        ready = prepare(X, spec, _AS_THEY_COME, seed, condition_dim, self.codec_.units(X))
        kinds = [column.kind for column in self.codec_.columns]
        counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        return replace(ready, profile=replace(ready.profile, kind="real", reason=f"columns: {counted}"))

    def _known(self, numbers: Array, holes: bool = False) -> Array:
        """The numbers, when what is missing may be."""
        if not holes and self.missing == "error" and np.isnan(numbers).any():
            at = int(np.flatnonzero(np.isnan(numbers).any(0))[0])
            raise DataError(
                f"Input X contains NaN: column '{self.codec_.columns[at].name}' has missing cells; use missing='mask' "
                "to learn from those that are there, or leave these rows out."
            )
        return numbers

    def _table(self, X: Any, holes: bool = True) -> Frame:
        """X as columns that are those of fit."""
        check_is_fitted(self)
        return read_table(self, X, reset=False, names=self.schema_.names, holes=holes)

    def _read(self, X: Any, reset: bool, holes: bool = False) -> Array:
        frame = self._table(X, holes or self.missing == "mask")
        return self._known(self.codec_.numbers(frame), holes)

    def _examples(self, X: Any) -> Array:
        numbers: Array = self.codec_.numbers(self._table(X))[:]  # of sparse rows an array
        return numbers

    def _numbers(self, given_back: Any) -> Array:
        frame = as_frame(given_back)
        columns = self.codec_.columns
        if not frame.named:
            returned = [column.name for column in self.schema_ if column.kind != "identifier"]
            frame = replace(frame, columns=dict(zip(returned, frame.columns.values(), strict=True)))
        return np.column_stack([to_numbers(column, frame.columns[column.name]) for column in columns])

    def _as_table(self, numbers: Array, like: Any = None, drawn: int | None = None) -> Any:
        frame = None if like is None else self._table(like)
        rng = None if drawn is None else np.random.default_rng(drawn)
        return self.codec_.table(numbers, frame, rng).native()

    def _known_values(self, given: Any, asked: str = "given") -> KnownValues:
        """{column: value} in the words of the user, or one row, as the numbers of the codec."""
        check_is_fitted(self)
        values = mapping_of(given)
        if values is not None:
            return super()._known_values(self.codec_.row(values), asked)
        table = self._table([given] if np.ndim(given) == 1 else given)
        return super()._known_values(self.codec_.numbers(table), asked)

    def _holding(self, given: Any) -> TabularVAE:
        values = mapping_of(given)
        if values is None:
            frame = self._table([given] if np.ndim(given) == 1 else given)
            values = dict(zip(frame.names, next(frame.rows()), strict=True))
        held = copy(self)
        held.codec_ = self.codec_.holding(values)
        return held

    def _moved(self, own: Array, before: Array, after: Array) -> Array:
        moved = [
            nearest(column, _MOVES.get(column.kind, _same_unless_it_changes)(*columns))
            for column, *columns in zip(self.codec_.columns, own.T, before.T, after.T, strict=True)
        ]
        return np.column_stack(moved)

    def _rewritten(self, X: Any, rows: Array, own: Array) -> Any:
        return self.codec_.overwritten(self._table(X), rows, rows != own).native()

    def _put(self, X: Any, x: Array, holed: Array, values: Array) -> Any:
        numbers = self.treatment_.to_user(x)
        numbers[holed] = self.treatment_.to_user(values)
        return self.codec_.filled(self._table(X), numbers).native()

    @property
    def example_names(self) -> Array | None:
        """The names of the columns that are modelled."""
        return np.array([column.name for column in self.codec_.columns], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = tags.input_tags.categorical = True
        tags.input_tags.sparse = True
        return tags


def _by_difference(own: Array, before: Array, after: Array) -> Array:
    moved: Array = own + (after - before)
    return moved


def _in_proportion(own: Array, before: Array, after: Array) -> Array:
    moved: Array = own * (after / before)
    return moved


def _same_unless_it_changes(own: Array, before: Array, after: Array) -> Array:
    kept: Array = np.where(before == after, own, after)
    return kept


_MOVES = dict.fromkeys(("real", "datetime", "count", "bounded"), _by_difference) | {
    "positive": _in_proportion
}
"""kind -> how a number (n,) moves when what is expected of its row does; names are the others."""


def _latent_dim(schema: Schema) -> int:
    """About half of what the encoder reads, and no more than there are columns."""
    columns = schema.modelled
    width = sum(column.width for column in columns)
    return max(1, min(MOST_LATENT, (width + 1) // 2, len(columns)))


def _family(column: Column) -> Part:
    """The likelihood of a column as a part."""
    name = str(column.likelihood)
    if name == "categorical":
        return Part(name, categories=max(2, column.width))
    return Part(name, categories=len(column.categories)) if name == "ordinal" else Part(name)
