"""Noise that is a function of a seed and the row's own values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vaekit.data.noise import even_points, row_keys, row_normals, row_uniforms

ROWS = np.random.default_rng(0).normal(size=(4000, 6)).astype(np.float32)


@given(seed=st.integers(-(2**63), 2**64), picked=st.lists(st.integers(0, 3999), min_size=1, max_size=20))
def test_a_key_depends_on_the_seed_and_its_own_row_only(seed: int, picked: list[int]) -> None:
    assert (row_keys(ROWS[picked], seed) == row_keys(ROWS, seed)[picked]).all()


def test_rows_that_differ_in_one_bit_or_in_order_have_other_keys() -> None:
    row = np.array([1, 2, 3], dtype=np.float32)
    rows = np.stack([row, row[::-1], [np.nextafter(row[0], np.float32(2)), 2, 3], [1, 2, 0], [1, 2, 1e-45]])
    assert len(set(row_keys(rows.astype(np.float32), 0).tolist())) == 5
    assert row_keys(np.float32([[0.0]]), 0) == row_keys(np.float32([[-0.0]]), 0)
    assert row_keys(row[None], 0) != row_keys(row[None], 1)


@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_uniforms_of_rows_are_uniform_and_unrelated_across_rows_and_places(seed: int) -> None:
    u = row_uniforms(row_keys(ROWS, seed), 8)
    assert stats.kstest(u.ravel(), "uniform").pvalue > 1e-4
    n = len(u)
    related = [
        np.corrcoef(u.T)[np.triu_indices(8, 1)],
        [np.corrcoef(u[:-1, j], u[1:, j])[0, 1] for j in range(8)],
    ]
    assert np.abs(np.concatenate(related)).max() < 5 / np.sqrt(n)


def test_neighbouring_seeds_give_unrelated_uniforms() -> None:
    u, v = (row_uniforms(row_keys(ROWS, seed), 1).ravel() for seed in (0, 1))
    assert abs(np.corrcoef(u, v)[0, 1]) < 5 / np.sqrt(len(u))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_even_points_are_more_even_than_random_ones(size: int) -> None:
    random = np.random.default_rng(0).random((256, size))
    assert stats.qmc.discrepancy(even_points(256, size)) < 0.2 * stats.qmc.discrepancy(random)


def test_each_draw_is_standard_normal_over_rows_and_draws_of_a_row_are_spread() -> None:
    noise = row_normals(row_keys(ROWS, 0), 64, 3)
    assert noise.shape == (64, 4000, 3)
    for k in (0, 1, 63):
        assert stats.kstest(noise[k].ravel(), "norm").pvalue > 1e-4
    # 64 independent draws would have a mean with standard deviation 1/8
    assert noise.mean(0).std() < 0.5 / 8
