"""Figures of codes: densities, ellipses, holes, what a latent value does, and what lies between two codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from scipy.stats import norm
from sklearn.datasets import load_digits, load_wine

from vaekit import AE, CVAE, VAE, part
from vaekit.errors import DataError, SpecError
from vaekit.measure.record import Measure
from vaekit.plots import (
    AggregatedPosterior,
    AnomalyScores,
    Interpolation,
    KLPerUnit,
    LatentMap,
    Traversals,
    TwoSamples,
    png,
)
from vaekit.plots.code_draws import posterior_covariances, posterior_draws
from vaekit.plots.code_plane import CodePlane
from vaekit.plots.density import density, levels_holding

DIGITS = load_digits()
X, Y = DIGITS.data[:300], DIGITS.target[:300]
SMALL: dict[str, Any] = {"network": part("mlp", hidden=(16,)), "max_epochs": 3, "random_state": 0}
rng = np.random.default_rng(0)


@pytest.fixture(scope="module")
def vae() -> VAE:
    return VAE(latent_dim=4, **SMALL).fit(X)


@pytest.fixture(scope="module")
def cvae() -> Any:
    return CVAE(latent_dim=2, **SMALL).fit(X, Y)


@pytest.mark.parametrize("make", [AggregatedPosterior, Traversals, Interpolation, TwoSamples, AnomalyScores])
def test_a_display_stays_on_the_axes_that_it_is_given(make: Any, vae: VAE) -> None:
    drawn_on, beside = Figure().subplots(1, 2)
    display = make.from_estimator(vae, X, ax=drawn_on)
    assert display.ax_ is drawn_on
    assert not beside.has_data()
    assert drawn_on.has_data() or drawn_on.child_axes
    assert png(display.plot().figure_).startswith(b"\x89PNG")
    assert display.describe().endswith(".")


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_a_prior_that_codes_follow_has_no_holes(latent_dim: int) -> None:
    display = AggregatedPosterior(rng.normal(size=(2000, latent_dim)), rng.normal(size=(2000, latent_dim)))
    assert display.in_holes < 0.02


def test_the_half_of_a_prior_that_no_code_reaches_is_a_hole() -> None:
    codes = rng.normal(size=(2000, 2))
    codes[:, 0] = np.abs(codes[:, 0]) + 0.5
    display = AggregatedPosterior(rng.normal(size=(2000, 2)), codes).plot()
    # Kernels blur the edge by a fifth of a standard deviation or so, and 0.69 of the prior lie below 0.5.
    assert norm.cdf(0.5 - 0.8) < display.in_holes < norm.cdf(0.5) + 4 * np.sqrt(0.25 / 2000)
    assert "hole" in [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert f"{display.in_holes:.0%}" in display.describe()


def test_codes_on_a_line_have_no_density_and_say_so() -> None:
    codes = np.repeat(rng.normal(size=(50, 1)), 2, axis=1)
    display = AggregatedPosterior(rng.normal(size=(50, 2)), codes).plot()
    assert display.in_holes is None
    assert "no density can be told" in display.ax_.get_title(loc="left")
    LatentMap(codes, lines=True).plot()


def test_the_units_with_the_largest_kl_are_drawn(vae: VAE) -> None:
    kl = vae.kl_per_unit(X)
    assert set(AggregatedPosterior.from_estimator(vae, X).units) == set(np.argsort(kl)[-2:].tolist())
    assert AggregatedPosterior.from_estimator(vae, X, units=(3, 0)).units == (3, 0)


def test_a_model_without_a_prior_has_no_holes_to_show() -> None:
    with pytest.raises(SpecError, match="AE has no prior"):
        AggregatedPosterior.from_estimator(AE(latent_dim=2, **SMALL).fit(X), X)


def test_lines_enclose_the_shares_that_they_name() -> None:
    points = rng.normal(size=(1000, 2))
    values = density(points, points)
    assert values is not None
    for share, level in zip((0.95, 0.5), levels_holding(values, (0.5, 0.95)), strict=True):
        assert (values >= level).mean() == pytest.approx(share, abs=0.002)
    assert len(LatentMap(points, lines=True).plot().ax_.collections) > len(
        LatentMap(points).plot().ax_.collections
    )


def test_a_density_is_that_of_its_points() -> None:
    points = rng.normal(size=(4000, 2)) * [1.0, 3.0]
    found = density(points, np.array([[0.0, 0.0], [1.0, 0.0]]))
    wanted = norm.pdf([0.0, 1.0]) * norm.pdf(0, scale=3)
    np.testing.assert_allclose(found, wanted, rtol=0.15)  # the blur of the kernels


def test_the_spread_of_q_is_that_of_its_draws(vae: VAE) -> None:
    known = posterior_covariances(vae, X[:5])
    x = torch.as_tensor(vae._given(X[:5], None)[0], dtype=torch.float32)
    variance = vae.model_.encode(x).variance.detach().numpy()
    np.testing.assert_allclose(known, np.stack([np.diag(each) for each in variance]), rtol=1e-4)
    bent = VAE.from_recipe("flow_posterior_vae", latent_dim=2, **SMALL).fit(X)
    found = posterior_covariances(bent, X[:3])
    q = bent.model_.encode(torch.as_tensor(bent._given(X[:3], None)[0], dtype=torch.float32))
    noise = torch.randn(20000, 3, bent.model_.noise_size, generator=torch.Generator().manual_seed(0))
    draws = q.draw(noise).z.detach().numpy()
    for row in range(3):
        wanted = np.cov(draws[:, row].T)
        assert np.abs(found[row] - wanted).max() < 0.25 * np.trace(wanted)
    with pytest.raises(SpecError, match="certain"):
        LatentMap.from_estimator(AE(latent_dim=2, **SMALL).fit(X), X, ellipses=3)


def test_an_ellipse_is_two_standard_deviations_wide() -> None:
    turn = np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    covariance = turn @ np.diag([9.0, 1.0]) @ turn.T
    display = LatentMap(np.array([[1.0, 2.0]]), covariances=covariance[None]).plot()
    (ellipse,) = [patch for patch in display.ax_.patches if isinstance(patch, Ellipse)]
    outline = ellipse.get_patch_transform().transform(ellipse.get_path().vertices) - [1.0, 2.0]
    lengths = np.einsum("ni,ij,nj->n", outline, np.linalg.inv(covariance), outline)
    on_curve = np.isclose(lengths, 4.0, rtol=1e-3)
    assert on_curve.sum() >= 8  # the ends of its curves; between them stand their controls
    assert "1 rows as ellipses" in display.describe()


def test_codes_are_drawn_from_q(vae: VAE) -> None:
    draws, means = posterior_draws(vae, X), vae.transform(X)
    spread = np.sqrt(posterior_covariances(vae, X)[:, np.arange(4), np.arange(4)])
    standard = (draws - means) / spread
    assert abs(standard.mean()) < 4 / np.sqrt(standard.size)
    assert abs(standard.std() - 1) < 4 / np.sqrt(2 * standard.size)
    np.testing.assert_allclose(posterior_draws(vae, X[3:4]), draws[3:4], rtol=1e-6)


def test_a_plane_keeps_lengths_and_turns_covariances_with_its_codes() -> None:
    codes = rng.normal(size=(500, 5)) * [5, 3, 1, 1, 1]
    plane = CodePlane.of_codes(codes)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    covariance = np.cov(codes.T)
    np.testing.assert_allclose(
        plane.covariances(covariance[None])[0], np.cov(plane.points(codes).T), atol=1e-9
    )


def test_activity_is_the_variance_of_the_codes(vae: VAE) -> None:
    display = KLPerUnit.from_estimator(vae, X)
    above, below = display.ax_.child_axes
    order = np.argsort(-display.kl, kind="stable")
    np.testing.assert_allclose([bar.get_height() for bar in above.patches], display.kl[order])
    np.testing.assert_allclose(below.lines[0].get_ydata(), vae.transform(X).var(0, ddof=1)[order])


def test_a_traversal_moves_one_latent_value(vae: VAE) -> None:
    display = Traversals.from_estimator(vae, X, n=3, steps=5, row=7)
    kl = vae.kl_per_unit(X)
    assert display.units == np.argsort(-kl)[:3].tolist()
    np.testing.assert_allclose(display.kl, np.sort(kl)[::-1][:3])
    codes = vae.transform(X)
    for at, unit in enumerate(display.units):
        np.testing.assert_allclose(
            display.values[at], np.quantile(codes[:, unit], np.linspace(0.01, 0.99, 5))
        )
        moved = codes[7].copy()
        moved[unit] = display.values[at, 3]
        np.testing.assert_allclose(display.pictures[at, 3], vae.inverse_transform(moved[None])[0], atol=1e-5)
    mean = Traversals.from_estimator(vae, X, n=1, steps=3)
    middle = codes.mean(0)
    middle[mean.units[0]] = np.median(codes[:, mean.units[0]])
    np.testing.assert_allclose(mean.pictures[0, 1], vae.inverse_transform(middle[None])[0], atol=1e-5)


def test_a_row_that_there_is_not_is_refused(vae: VAE) -> None:
    with pytest.raises(DataError, match="row=300 is no row of X, which has 300"):
        Traversals.from_estimator(vae, X, row=300)


def test_without_a_kl_the_widest_spread_comes_first() -> None:
    ae = AE(latent_dim=3, **SMALL).fit(X)
    display = Traversals.from_estimator(ae, X, n=3, steps=3)
    assert display.kl is None
    assert display.units == np.argsort(-ae.transform(X).std(0)).tolist()


def test_a_path_begins_and_ends_at_its_pictures(vae: VAE) -> None:
    display = Interpolation.from_estimator(vae, X, n=2, steps=4)
    chosen = np.linspace(0, 299, 4).astype(int)
    np.testing.assert_allclose(display.pictures[:, 0], X[chosen[:2]], atol=1e-5)
    np.testing.assert_allclose(display.pictures[:, -1], X[chosen[2:]], atol=1e-5)
    np.testing.assert_allclose(display.pictures[:, 1], vae.reconstruct(X[chosen[:2]]), atol=1e-5)
    np.testing.assert_allclose(display.pictures[:, -2], vae.reconstruct(X[chosen[2:]]), atol=1e-5)
    # Six columns of 8 pixels and two empty ones, with gaps of 1.
    assert display.ax_.images[0].get_array().shape[:2] == (2 * 9 - 1, 8 * 9 - 1)


def test_conditions_go_with_their_codes(cvae: Any) -> None:
    path = Interpolation.from_estimator(cvae, X, n=2, steps=3, c=Y)
    chosen = np.linspace(0, 299, 4).astype(int)
    np.testing.assert_allclose(path.pictures[:, 1], cvae.reconstruct(X[chosen[:2]], Y[chosen[:2]]), atol=1e-5)
    moved = Traversals.from_estimator(cvae, X, row=5, steps=3, c=Y)
    code = cvae.transform(X[5:6], Y[5:6])
    code[0, moved.units[0]] = moved.values[0, 0]
    np.testing.assert_allclose(moved.pictures[0, 0], cvae.inverse_transform(code, c=Y[5])[0], atol=1e-5)
    assert AggregatedPosterior.from_estimator(cvae, X, c=Y).codes.shape == (300, 2)
    assert TwoSamples.from_estimator(cvae, X, c=Y).samples.shape == (300, 64)
    np.testing.assert_array_equal(AnomalyScores.from_estimator(cvae, X, c=Y).scores, cvae.score_samples(X, Y))


def test_pictures_of_a_table_are_refused() -> None:
    table = VAE(latent_dim=2, **SMALL).fit(load_wine().data)
    for make in (Traversals, Interpolation):
        with pytest.raises(DataError, match="rows of a table"):
            make.from_estimator(table, load_wine().data)


def test_the_strangest_rows_are_those_with_the_lowest_scores(vae: VAE) -> None:
    display = AnomalyScores.from_estimator(vae, X, n=4)
    scores = vae.score_samples(X)
    assert display.numbers.tolist() == np.argsort(scores)[:4].tolist()
    np.testing.assert_allclose(display.rows, X[display.numbers], atol=1e-5)
    counts = [bar.get_height() for bar in display.ax_.child_axes[0].patches]
    assert sum(counts) == 300
    assert display.outliers is None
    assert str(display.numbers[0]) in display.describe()


def test_two_samples_say_how_well_they_are_told_apart(vae: VAE) -> None:
    display = TwoSamples(X, X[::-1], Measure(0.512, 0.02, 300, "told apart"))
    assert "0.51 ± 0.02" in display.plot().ax_.get_title(loc="left")
    drawn = TwoSamples.from_estimator(vae, X)
    assert drawn.area.value > 0.9  # three epochs
    line = TwoSamples(X[:, :1], X[:, 1:2], Measure(0.5, 0.02, 300, "told apart")).plot()
    assert line.ax_.patches
