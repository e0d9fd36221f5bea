"""What if: draws under known values, rows with a value changed, and how much more probable one row is than another."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from vaekit.errors import DataError, SpecError
from vaekit.estimators.abilities import unless, why_no_density
from vaekit.estimators.known_values import KnownValues, read_known_values
from vaekit.kinds import Array
from vaekit.measure.counterfactual import expected_rows
from vaekit.measure.given import ENOUGH, GivenReport, draw_given


@dataclass(frozen=True)
class LikelihoodRatio:
    """log p(x) - log p(x other) of pairs of rows, (n,), in nats.

    rows       above 0 where x is the more probable one
    errors     Monte Carlo standard error of each
    n_samples  draws a row
    """

    rows: Array
    errors: Array
    n_samples: int

    def __repr__(self) -> str:
        return (
            f"LikelihoodRatio(mean {self.rows.mean():.3g} nats, Monte Carlo errors up to {self.errors.max():.2g}, "
            f"{len(self.rows)} rows, {self.n_samples} draws a row)"
        )


@dataclass(frozen=True)
class Counterfactual:
    """Rows as they would look with some columns changed, in the user's units, (n, *shape) each.

    rows    the changed columns as asked; the others moved by `after - before` where values are real numbers, so that
            a row keeps what sets it apart and a change to its own value changes nothing; else as in `after`. In a table
            positive columns move in proportion, a name changes where the most probable one does, and the kind of the
            table is that of X
    before  what the model expects of the row as it is: the mean of p(x | z) over p(z | row), of names in a table the
            most probable one
    after   the same of the row with the columns changed
    effective_sample_size  (n,) the smaller one of the codes that `before` and `after` are means over
    """

    rows: Any
    before: Any
    after: Any
    effective_sample_size: Array

    def __repr__(self) -> str:
        return (
            f"Counterfactual({len(self.rows)} rows, effective sample sizes from "
            f"{self.effective_sample_size.min():,.0f})"
        )


class WhatIf:
    """The methods of an estimator that answer what if. Fitted attribute: given_report_, of the last sample(given=)."""

    given_report_: GivenReport

    def _known_values(self: Any, given: Any, asked: str = "given") -> KnownValues:
        """What is known of an example, in the user's units."""
        check_is_fitted(self)
        columns = getattr(self, "condition_columns_", None)
        named = set(getattr(self, "feature_names_in_", [])) - set(self.example_names if columns else [])
        for column in given if isinstance(given, dict) and columns else ():
            if column in named:
                raise DataError(
                    f"{asked} names '{column}', which is a condition of this model; give it as c=."
                )
        return read_known_values(given, self.treatment_.user_shape, self.example_names, asked)

    def _known_row(self: Any, given: KnownValues, asked: str = "given") -> Array:
        """They as model values (1, *event), NaN where not known. DataError for values outside the domain."""
        row = self._model_row(given.values)
        try:
            self.model_.likelihood.check(row)
        except DataError:
            for at in np.flatnonzero(given.known):
                alone = np.where(np.arange(len(given.values)) == at, given.values, np.nan)
                try:
                    self.model_.likelihood.check(self._model_row(alone))
                except DataError as error:
                    raise DataError(f"{asked} has {given.told(int(at))}: {error}") from error
            raise
        return np.asarray(row)

    def _model_row(self: Any, values: Array) -> Array:
        drawn = self.treatment_.binarize in ("static", "dynamic")
        top = float(np.max(self.treatment_.scale))
        if drawn and not np.all(np.isnan(values) | ((values >= 0) & (values <= top))):
            raise DataError(f"values are drawn as probabilities, so they lie from 0 to {top:g}.")
        return np.asarray(self._rows(values.reshape(1, *self.treatment_.user_shape)))

    def _sample_given(
        self: Any, n: int, given: Any, c: Any, method: str, random_state: Any, mean: bool
    ) -> Any:
        """n draws of p(x | given values), the given ones as they were given: see `sample`."""
        said = self._known_values(given)
        if said.known.all():
            raise DataError("given says every value of the example, so nothing is left to draw.")
        row = self._known_row(said)
        seed = int(check_random_state(random_state).randint(2**31 - 1))
        found = draw_given(
            self._reader(self._condition(c, 1)),
            row,
            int(n),
            method=method,
            seed=seed,
            masked=self.missing == "mask",
            mean=mean,
        )
        self.given_report_ = found.report
        if found.impossible is not None:
            warnings.warn(
                f"the given values are practically impossible under this model: {found.report.strain:.0f} nats less "
                f"probable than what it makes itself, {said.told(found.impossible)} above all; the draws are "
                "extrapolations.",
                stacklevel=3,
            )
        elif found.report.effective_sample_size < ENOUGH:
            warnings.warn(
                f"the draws are worth few independent ones, so trust them little: {found.report.sentence}",
                stacklevel=3,
            )
        numbers = self.treatment_.to_user(found.x).reshape(int(n), -1)
        numbers[:, said.known] = said.values[said.known]
        numbers = numbers.reshape(int(n), *self.treatment_.user_shape)
        return self._holding(given)._as_table(numbers, drawn=None if mean else seed)

    def _holding(self: Any, given: Any) -> Any:
        """The estimator that gives rows back with known values as they were given."""
        return self

    @unless(why_no_density)
    def log_likelihood_ratio(
        self: Any, X: Any, X_other: Any, n_samples: int = 1000, *, c: Any = None, c_other: Any = None
    ) -> LikelihoodRatio:
        """log p(x) - log p(x other) of each row of X and its partner in X_other, nats, by importance sampling.

        X_other has as many rows as X, or one that all are compared with. c and c_other are the conditions of each,
        c_other that of X unless it is given. n_samples: draws a row.
        """
        ours = self.log_likelihood(X, n_samples, c=c)
        other = self.log_likelihood(X_other, n_samples, c=c if c_other is None else c_other)
        if len(other.rows) not in (1, len(ours.rows)):
            raise DataError(
                f"X_other has {len(other.rows)} rows and X has {len(ours.rows)}; give as many, or one row."
            )
        errors = np.sqrt(ours.errors**2 + other.errors**2)
        return LikelihoodRatio(ours.rows - other.rows, errors, int(n_samples))

    @unless(why_no_density)
    def counterfactual(
        self: Any, X: Any, change: Any, n_samples: int = 1000, *, c: Any = None
    ) -> Counterfactual:
        """The rows of X as they would look with some columns changed: see `Counterfactual` for what is returned.

        change is {column: value}, by name or number, the same for all rows. For each row codes are drawn from
        p(z | row) and from p(z | row with the change), by importance sampling with the encoder and the same noise,
        n_samples each; the difference of the means of p(x | z) is what the change says of the other columns. That is
        an association which the model learned, and no effect of an intervention.

        Raises DataError for columns that do not exist, SpecError where values are categories, which have no mean.
        """
        _check_number("n_samples", n_samples)
        self._refuse_relaxed("counterfactual")
        domain = self.model_.likelihood.domain
        if domain not in ("real", "unit", "binary", "counts", "levels", "mixed"):
            raise SpecError(
                f"counterfactual has no answer for values that are {domain}, since they have no mean; use "
                "sample(n, given=...) with the values that stay."
            )
        changed = self._known_values(change, "change")
        self._known_row(changed, "change")
        x, given = self._scorable(X, c)
        own = self._examples(X).astype(np.float64).reshape(len(x), -1)
        asked = np.where(changed.known, changed.values, own).reshape(len(x), *self.treatment_.user_shape)
        reader = self._reader(given)
        (before, size), (after, size_after) = (
            expected_rows(reader, each, int(n_samples), most_probable=domain == "mixed")
            for each in (x, self._rows(asked))
        )
        expected = [self.treatment_.to_user(each).reshape(len(x), -1) for each in (before, after)]
        moved = np.where(np.isnan(own), expected[1], self._moved(own, *expected))
        rows = np.where(changed.known, changed.values, moved)
        return Counterfactual(
            self._holding(change)._rewritten(X, rows.reshape(asked.shape), own.reshape(asked.shape)),
            self._shown(before, like=X),
            self._shown(after, like=X),
            np.minimum(size, size_after),
        )

    def _moved(self: Any, own: Array, before: Array, after: Array) -> Array:
        """Rows (n, size) in the user's units, moved as what is expected of them moves."""
        return own + (after - before) if self.model_.likelihood.domain == "real" else after

    def _rewritten(self: Any, X: Any, rows: Array, own: Array) -> Any:
        """Numbers `rows` (n, *shape) of X, which were `own`, as they are given back."""
        return rows


def _check_number(name: str, value: Any) -> None:
    if not isinstance(value, Integral) or value < 1 or not math.isfinite(value):
        raise DataError(f"{name}={value!r} is not possible; give the number of draws a row, 1 or more.")
