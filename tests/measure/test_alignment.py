"""Codes of models that differ by their seed: alike but for a turn, or not alike."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import procrustes as scipy_procrustes
from scipy.stats import ortho_group

from vaekit.errors import DataError
from vaekit.measure import aligned, cka, procrustes, recurring_units, stability

rng = np.random.default_rng(0)
Z = rng.normal(size=(200, 3)) * [3, 1, 0.5]
TURNED = 2.5 * Z @ ortho_group.rvs(3, random_state=1) + 7
OTHER = Z + 0.7 * rng.normal(size=Z.shape)


def test_a_turned_scaled_and_moved_copy_is_the_same():
    np.testing.assert_allclose(aligned(TURNED, Z), Z, atol=1e-10)
    assert procrustes(TURNED, Z).value == pytest.approx(0, abs=1e-12)
    assert cka(TURNED, Z).value == pytest.approx(1)


def test_the_distance_is_that_of_scipy():
    assert procrustes(OTHER, Z).value == pytest.approx(scipy_procrustes(Z, OTHER)[2])


def test_cka_is_that_of_centred_kernels():
    centre = np.eye(200) - 1 / 200
    K, L = (centre @ one @ one.T @ centre for one in (Z, OTHER))
    expected = (K * L).sum() / np.sqrt((K * K).sum() * (L * L).sum())
    assert cka(Z, OTHER).value == pytest.approx(expected)


def test_unrelated_codes_are_not_alike():
    noise = rng.normal(size=(200, 3))
    assert cka(Z, noise).value < 0.1
    assert procrustes(noise, Z).value > 0.8


def test_a_model_with_fewer_units_is_aligned_too():
    assert procrustes(Z[:, :2], Z).value == pytest.approx(
        ((Z[:, 2] - Z[:, 2].mean()) ** 2).sum() / ((Z - Z.mean(0)) ** 2).sum(), rel=0.05
    )


def test_units_recur_under_any_order_sign_and_scale():
    copy = Z[:, [2, 0, 1]] * [-1, 5, 0.1]
    new = np.column_stack([Z[:, 0], rng.normal(size=(200, 2))])
    found = recurring_units([Z, copy, new])
    np.testing.assert_allclose(found, [[1, 0.5, 0.5], [0.5, 1, 0.5], [1, 0, 0]])


def test_a_unit_that_does_not_move_recurs_nowhere():
    still = np.column_stack([Z[:, 0], np.zeros(200)])
    np.testing.assert_allclose(recurring_units([still, still]), [[1, 0], [1, 0]])
    assert stability([still, still])["recurring"].value == 1  # of those that move


def test_stability_has_an_error_from_three_models_on():
    models = [Z + 0.2 * rng.normal(size=Z.shape) for _ in range(5)]
    found = stability(models)
    pairs = [cka(models[i], models[j]).value for i in range(5) for j in range(i)]
    assert found["cka"].value == pytest.approx(np.mean(pairs))
    assert found["cka"].standard_error > 0
    assert stability(models[:2])["cka"].standard_error is None


def test_one_model_has_nothing_to_be_compared_with():
    with pytest.raises(DataError, match="two or more"):
        stability([Z])
    with pytest.raises(DataError, match="same three rows"):
        cka(Z, Z[:10])
