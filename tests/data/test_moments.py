"""Moments in one pass are those of all rows at once."""

from __future__ import annotations

import numpy as np
import pytest

from vaekit.data.moments import Moments

RNG = np.random.default_rng(0)


def moments_of(X: np.ndarray, cuts: list[int]) -> Moments:
    found = Moments(X.shape[1:])
    for block in np.split(X, cuts):
        found.add(block)
    return found


@pytest.mark.parametrize(
    "cuts", [[], [1, 2, 3], [500], [0, 0, 999], list(range(1, 1000))], ids=lambda c: str(len(c))
)
@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_blocks_of_any_size_give_the_moments_of_numpy(cuts: list[int], offset: float) -> None:
    X = RNG.normal(size=(1000, 3, 2)) * [1.0, 1e-3] + offset
    X[RNG.random(X.shape) < 0.3] = np.nan
    found = moments_of(X, cuts)
    np.testing.assert_array_equal(found.count, (~np.isnan(X)).sum(0))
    np.testing.assert_allclose(found.mean, np.nanmean(X, 0), rtol=1e-13, atol=1e-13)
    # A number near 1e8 is known to 1.5e-8, and so is each difference from the mean.
    np.testing.assert_allclose(found.variance, np.nanvar(X, 0), rtol=1e-11 + offset * 1e-12)


def test_whole_numbers_and_constants_are_exact() -> None:
    X = RNG.integers(0, 256, (100, 4), dtype=np.uint8)
    X[:, 2] = 7
    found = moments_of(X, [30, 31])
    assert (found.mean[2], found.variance[2]) == (7.0, 0.0)
    np.testing.assert_allclose(found.variance, X.var(0), rtol=1e-12)


def test_a_column_without_a_value_has_no_spread() -> None:
    found = moments_of(np.full((5, 2), np.nan), [2])
    assert (found.count.tolist(), found.variance.tolist()) == ([0, 0], [0.0, 0.0])
