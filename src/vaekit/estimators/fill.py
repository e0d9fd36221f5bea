"""Tables with holes in, whole tables out: what every estimator fills hidden values with."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse

from vaekit.data.holes import filled
from vaekit.errors import DataError, SpecError
from vaekit.estimators.abilities import unless, why_no_density
from vaekit.kinds import Array
from vaekit.measure.imputation import DRAWS, conditional_draws, conditional_interval, conditional_mean
from vaekit.measure.reader import Reader

if TYPE_CHECKING:
    from vaekit.data.treatment import Treatment
    from vaekit.model import LatentModel
    from vaekit.spec import Spec


class FillsHoles:
    """`impute` and `impute_interval`, of a fitted estimator.

    A hidden value is NaN (None, pd.NA) in X, whatever `missing` was in fit. What is said of it is right where being
    hidden does not depend on the value that is hidden, given those of its row that are not (missing at random), and as
    far as the model is. It belongs to its row: the same twice, in any order and whatever stands beside it.
    """

    if TYPE_CHECKING:
        model_: LatentModel
        n_features_in_: int
        treatment_: Treatment

        def _given(self, X: Any, c: Any, holes: bool = False) -> tuple[Array, Array | None]: ...
        def _reader(self, c: Array | None = None) -> Reader: ...
        def _shown(self, x: Array) -> Array: ...
        def _spec(self) -> Spec: ...

    def impute(self, X: Any, n: int | None = None, *, c: Any = None) -> Any:
        """X with its hidden values filled, of the kind, shape and columns of X; observed values are as they were.

        A hidden value becomes E[x | the observed values of its row], averaged over 1,000 codes that are weighted by
        importance; where values are names it becomes the most probable one: a category, or 0 or 1 under likelihood
        'bernoulli'. Missing at random is assumed. An estimator without a density of codes (AE, AAE) fills with its
        reconstruction.

        n: instead n tables with draws of the hidden values, an array (n, *X.shape) or, for a frame, a list of n frames.
        Their spread is what is not known. c: the condition, for models that have one.
        """
        if n is not None and (not isinstance(n, Integral) or isinstance(n, bool) or n < 1):
            raise DataError(
                f"n={n!r} is not possible; give the number of tables, 1 or more, or None for one of means."
            )
        why_not = None if n is None else why_no_density(self._spec())
        if why_not:
            raise SpecError(f"n={n} draws cannot be made: {why_not} impute(X) fills with the reconstruction.")
        x, reader, holed = self._holed(X, c)
        if n is None:
            return self._put(X, x, holed, conditional_mean(reader, x[holed], self._draws))
        drawn = conditional_draws(reader, x[holed], int(n), DRAWS)
        tables = [self._put(X, x, holed, values) for values in drawn]
        return np.stack(tables) if isinstance(tables[0], np.ndarray) else tables

    @unless(why_no_density)
    def impute_interval(self, X: Any, level: float = 0.9, *, c: Any = None) -> tuple[Any, Any]:
        """(low, high), each of the kind and shape of X: a hidden value lies between them with probability `level`.

        Quantiles of 1,000 draws of x that are weighted by importance; an observed value is its own low and high.
        Missing at random is assumed, and the probability is that of the model: `vaekit.measure.interval_coverage`
        compares it with values hidden on purpose.
        """
        if not isinstance(level, Real) or not 0 < float(level) < 1:
            raise DataError(
                f"level={level!r} is not possible; give a probability between 0 and 1, such as 0.9."
            )
        x, reader, holed = self._holed(X, c)
        low, high = conditional_interval(reader, x[holed], float(level), DRAWS)
        return self._put(X, x, holed, low), self._put(X, x, holed, high)

    def _holed(self, X: Any, c: Any) -> tuple[Array, Reader, Array]:
        """(X as model values (n, *event), a reader of the rows with holes, their numbers)."""
        if issparse(X):
            raise DataError(
                "X is sparse: what it does not store is 0 and not missing, so there is nothing to fill."
            )
        x, given = self._given(X, c, holes=True)
        self.model_.likelihood.check(x)
        holed = np.flatnonzero(np.isnan(x).reshape(len(x), -1).any(1))
        return x, self._reader(None if given is None else given[holed]), holed

    def _put(self, X: Any, x: Array, holed: Array, values: Array) -> Any:
        """X with the model values of the rows `holed` where these hide something."""
        shown = np.zeros((len(x), *self.treatment_.user_shape))
        if len(holed):
            shown[holed] = self._shown(values)
        return filled(X, np.isnan(x).reshape(len(x), -1), shown.reshape(len(x), -1), self._example_columns)

    @property
    def _example_columns(self) -> Array | None:
        """The positions in X of the values of an example; None: all of them."""
        taken = getattr(self, "condition_columns_", None)
        return None if taken is None else np.delete(np.arange(self.n_features_in_), taken)

    @property
    def _draws(self) -> int:
        """Codes a row: of a certain code one is enough."""
        return DRAWS if self.model_.noise_size else 1
