"""Rows of the data beside as many draws from the model, under the same conditions."""

from __future__ import annotations

from typing import Any

from vaekit.kinds import Array
from vaekit.plots.examples import seen, some_of, some_rows


def data_and_samples(
    estimator: Any, X: Any, most: int, *, c: Any = None, random_state: Any = 0
) -> tuple[Array, Array]:
    """(data (n, D), samples (n, D)) of at most `most` rows, evenly spread over X, whose condition is c.

    Values are flat and in the user's units. Raises AttributeError where the estimator cannot sample.
    """
    rows, numbers = some_rows(X, most)
    data = seen(estimator, rows).reshape(len(numbers), -1)
    given = estimator.conditions_of(rows, some_of(c, numbers))
    drawn = estimator.sample(len(data), c=given, random_state=random_state)
    return data, estimator._numbers(drawn).reshape(len(data), -1)
