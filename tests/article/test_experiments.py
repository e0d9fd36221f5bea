"""Acceptance test 40 and the laws of the article's experiments: they compute what they say, with seeds and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from vaekit import AE, VAE, part
from vaekit.article import (
    ablate,
    divergences,
    elbo_by_three_methods,
    latent_perturb,
    paradox_shares,
    ridge_is_map,
    shifted_pixel,
    surprises,
)
from vaekit.article.table import mean_and_error
from vaekit.data.read import read
from vaekit.errors import DataError

DIGITS = read("digits")
X, Y = DIGITS.X[:400], DIGITS.y[:400]
TEST, TEST_Y = DIGITS.X[400:520], DIGITS.y[400:520]
SMALL: dict[str, Any] = {"network": part("mlp", hidden=(32,)), "max_epochs": 3}


@pytest.fixture(scope="module")
def moved_codes() -> Any:
    return latent_perturb(X, Y, TEST, TEST_Y, scales=(0.0, 1.0), seeds=2, options=SMALL)


def test_40_moved_codes_are_judged_for_both_models_with_errors_over_seeds(moved_codes: Any) -> None:
    rows = moved_codes.as_dicts()
    assert [(row["model"], row["scale"]) for row in rows] == [
        ("AE", 0.0), ("AE", 1.0), ("VAE", 0.0), ("VAE", 1.0)
    ]  # fmt: skip
    for row in rows:
        assert row["seeds"] == 2
        assert 0 < row["invariant_mse"] <= row["mse"]
        assert 0 <= row["agreement"] <= 1
        assert np.isfinite([row[f"{name}_se"] for name in ("mse", "invariant_mse", "agreement")]).all()


def test_40_codes_that_are_not_moved_have_the_error_of_the_reconstruction(moved_codes: Any) -> None:
    errors = []
    for seed in range(2):
        model = AE(random_state=seed, **SMALL).fit(X)
        errors.append(float(((model.reconstruct(TEST) - TEST) ** 2).mean()))
    row = moved_codes.as_dicts()[0]
    assert row["mse"] == pytest.approx(np.mean(errors), rel=1e-5)
    assert row["mse_se"] == pytest.approx(abs(errors[0] - errors[1]) / 2, rel=1e-3)


def test_40_another_seed_gives_another_number() -> None:
    several = [
        latent_perturb(X, Y, TEST, TEST_Y, scales=(0.5,), seeds=n, options=SMALL).column("mse")
        for n in (1, 2)
    ]
    assert (several[0] != several[1]).all()


def test_40_the_ablation_is_a_grid_of_bounds_with_two_errors() -> None:
    binary = {"likelihood": "bernoulli", "binarize": 0.5}
    found = ablate(X, TEST, fractions=(0.25, 1.0), widths=(8, 16), seeds=2, epochs=2, options=binary)
    rows = found.as_dicts()
    assert [(row["rows"], row["width"]) for row in rows] == [(100, 8), (100, 16), (400, 8), (400, 16)]
    options = {"network": part("mlp", hidden=(16, 16)), "max_epochs": 2, **binary}
    scores = [VAE(random_state=seed, **options).fit(X).score_samples(TEST) for seed in range(2)]
    assert rows[3]["elbo"] == pytest.approx(np.mean(scores), rel=1e-6)
    assert rows[3]["elbo_se_seeds"] == pytest.approx(abs(scores[0].mean() - scores[1].mean()) / 2, rel=1e-4)
    assert rows[3]["elbo_se_rows"] == pytest.approx(scores[0].std(ddof=1) / np.sqrt(len(TEST)), rel=1e-6)
    assert "Over the sizes of the data" in found.notes[0]


def test_the_decomposition_of_three_models_holds_by_each_method() -> None:
    found = elbo_by_three_methods(X, TEST[:10], latent_dim=3, max_epochs=2)
    assert found.column("method").tolist() == ["exact", "quadrature", "importance"]
    assert np.abs(found.column("off")).max() < 2e-3
    assert (found.column("gap") > 0).all()
    lost = found.column("reconstruction") - found.column("kl_to_prior") - found.column("elbo")
    assert np.abs(lost).max() < 1e-9


def test_erasing_costs_its_ink_and_moving_costs_what_it_costs() -> None:
    picture = X[3, 0]
    found = shifted_pixel(picture, patch=(1, 2, 3, 2), shift=(0, 0.5))
    by_hand = picture.copy()
    by_hand[1:4, 2:4] = 0
    np.testing.assert_array_equal(found.erased, by_hand)
    assert found.erased_fraction == pytest.approx((picture[1:4, 2:4] ** 2).sum() / (picture**2).sum())
    half = 0.5 * (picture + np.c_[np.zeros(8), picture[:, :-1]])
    assert found.mse_moved == pytest.approx(((picture - half) ** 2).mean())
    assert found.break_even == pytest.approx(found.mse_moved / (picture**2).mean())
    assert found.invariant_moved <= found.mse_moved
    assert "Squared error prefers (b)" in found.sentence() or "prefers (c)" in found.sentence()


def test_the_inkiest_block_is_the_best_of_all_blocks() -> None:
    picture = X[7, 0].astype(float)
    found = shifted_pixel(picture, patch=3)
    sums = {
        (top, left): (picture[top : top + 3, left : left + 3] ** 2).sum()
        for top in range(6)
        for left in range(6)
    }
    assert found.patch[:2] == max(sums, key=sums.__getitem__)
    shares = paradox_shares(X[:50, 0], (2, 5)).as_dicts()
    prefers = [shifted_pixel(each[0], patch=5).prefers_erased for each in X[:50]]
    assert shares[1]["share_of_pictures"] == pytest.approx(np.mean(prefers))


def test_ridge_of_scikit_learn_is_the_map_row() -> None:
    found = ridge_is_map(np.random.default_rng(4), rows=25, features=3, sigma2=0.5, tau2=2.0)
    weights = np.array([[row[f"a{at}"] for at in range(4)] for row in found.as_dicts()])
    names = found.column("estimate").tolist()
    at, beside = names.index("MAP, normal prior"), names.index("scikit-learn's Ridge")
    assert np.abs(weights[at] - weights[beside]).max() < 1e-10
    assert found.as_dicts()[at]["alpha"] == 0.25
    assert np.abs(weights[names.index("MLE (flat prior)")] - weights[at]).max() > 1e-3
    # The rows were drawn from the seed, so the weights can be found again from there.
    rng = np.random.default_rng(4)
    true = np.r_[1.0, rng.normal(scale=np.sqrt(2), size=3)]
    A = rng.normal(size=(25, 3))
    y = true[0] + A @ true[1:] + rng.normal(scale=np.sqrt(0.5), size=25)
    np.testing.assert_allclose(weights[at][1:], Ridge(alpha=0.25).fit(A, y).coef_, atol=1e-12)


def test_surprise_adds_and_kl_has_a_direction() -> None:
    bits = dict(zip(surprises().column("event"), surprises().column("information_bits"), strict=True))
    assert float(bits["two dice show sixes"]) == pytest.approx(2 * float(bits["a die shows a six"]))
    found = divergences((0.9, 0.1), (0.5, 0.5)).column("kl")
    np.testing.assert_allclose(found, [0.531004, 0.736966], atol=1e-6)


def test_a_standard_error_is_that_of_a_mean() -> None:
    values = [1.0, 2.0, 4.0]
    assert mean_and_error(values) == (
        pytest.approx(7 / 3),
        pytest.approx(np.std(values, ddof=1) / np.sqrt(3)),
    )
    assert np.isnan(mean_and_error([1.0])[1])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: shifted_pixel(np.zeros((5, 5))), "one picture"),
        (lambda: shifted_pixel(np.ones((5, 5)), patch=6), "patch=6 is not possible"),
        (lambda: shifted_pixel(np.ones((5, 5)), patch=(4, 4, 2, 2)), "not inside"),
        (lambda: shifted_pixel(np.ones((5, 5)), patch=(1, 1)), "top, left, height, width"),
        (lambda: ablate(X, TEST, fractions=(0.0,)), "fractions="),
        (lambda: latent_perturb(X, Y, TEST, TEST_Y, seeds=0), "seeds=0"),
        (lambda: ridge_is_map(np.random.default_rng(0), rows=3, features=6), "too few"),
        (lambda: surprises().column("nothing"), "no column 'nothing'"),
    ],
)
def test_what_cannot_be_asked_is_said(ask: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        ask()


EXPERIMENTS: dict[str, Callable[[], Any]] = {
    "ablate": lambda: ablate(X, TEST, seeds=1, epochs=1),
    "latent_perturb": lambda: latent_perturb(X, Y, TEST, TEST_Y, seeds=1),
    "elbo_by_three_methods": lambda: elbo_by_three_methods(X, TEST),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_ends_with_the_fit_that_was_cut_off(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a fit in peace; no table is made of half a training."""
    fits = []

    def cut_off(estimator: Any, X: Any, y: Any = None) -> Any:
        fits.append(estimator)
        estimator.interrupted_ = True
        return estimator

    for kind in (AE, VAE):
        monkeypatch.setattr(kind, "fit", cut_off)
    with pytest.raises(KeyboardInterrupt):
        EXPERIMENTS[name]()
    assert len(fits) == 1


@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.75])
def test_the_ablation_gives_fewer_rows_as_many_steps(
    fraction: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []

    def count(estimator: Any, X: Any, y: Any = None) -> Any:
        trained = len(X) - round(len(X) * estimator.validation_fraction)
        steps.append(estimator.max_epochs * int(np.ceil(trained / estimator.batch_size)))
        estimator.interrupted_ = False
        return estimator

    monkeypatch.setattr(VAE, "fit", count)
    monkeypatch.setattr(VAE, "score_samples", lambda *given: np.arange(3.0))
    rows = np.zeros((1438, 4))
    ablate(rows, rows, fractions=(fraction, 1.0), widths=(8,), seeds=1, epochs=45)
    assert steps[0] == pytest.approx(steps[1], rel=0.1)
