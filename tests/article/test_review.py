"""Acceptance test 27, the laws behind 28 and 29, and style (35) on strokes whose style is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.stats import norm, spearmanr

from vaekit import VAE, part
from vaekit.article import decoder_against_mean
from vaekit.data.mean_image import mean_image
from vaekit.data.read import read
from vaekit.data.shift import shift_invariant_mse, shifted
from vaekit.data.style import style_features
from vaekit.errors import DataError
from vaekit.measure.mean_distance import mean_distance_table
from vaekit.measure.plane import axis, plane

DIGITS = read("digits")


@pytest.fixture(scope="module")
def vae() -> VAE:
    return VAE(
        2,
        likelihood="bernoulli",
        binarize=0.5,
        network=part("mlp", hidden=(32,)),
        max_epochs=5,
        random_state=0,
    ).fit(DIGITS.X)


def test_27_the_grid_of_the_manifold_runs_over_quantiles(accept: Any) -> None:
    even, odd = axis(20), axis(21)
    accept(27, "last position of the grid", even[-1], least=1.644853, most=1.644855)
    nearest = np.abs(even).min()
    accept(27, "nearest to the centre of an even grid", nearest, least=0.059401, most=0.059403)
    accept(27, "centre of an odd grid", odd[10], least=0, most=0)
    np.testing.assert_allclose(norm.cdf(even), np.linspace(0.05, 0.95, 20), atol=1e-14)
    assert (even == -even[::-1]).all()
    np.testing.assert_allclose(axis(5, "linear"), [-2, -1, 0, 1, 2])
    assert axis(5, "quantile", reach=3.0)[-1] == pytest.approx(3.0, rel=1e-15)


def test_27_columns_are_the_first_latent_value_and_rows_the_second_from_the_most_negative_on_top() -> None:
    codes = plane(axis(3)).reshape(3, 3, 2)
    end = axis(3)[-1]
    assert codes[0, 2].tolist() == [end, -end]  # upper right
    assert codes[2, 0].tolist() == [-end, end]  # lower left
    assert codes[1, 1].tolist() == [0, 0]
    assert plane(axis(2), 4, (3, 1))[1].tolist() == [0, -axis(2)[1], 0, axis(2)[1]]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: axis(1), "n=1 is not possible"),
        (lambda: axis(5, "quantil"), "Did you mean 'quantile'"),
        (lambda: axis(5, reach=-1.0), "reach=-1.0"),
        (lambda: plane(axis(3), 1), "a plane shows two latent values"),
        (lambda: plane(axis(3), 3, (1, 3)), "units="),
        (lambda: mean_distance_table(np.zeros((9, 4)), np.zeros((5, 4)), axis(3), "msee"), "Did you mean 'mse'"),
        (lambda: mean_distance_table(np.zeros((9, 5)), np.zeros((5, 4)), axis(3)), "wanted are 9 pictures"),
        (lambda: mean_image(np.zeros((3, 2)), 4), "count=4"),
        (lambda: style_features(np.zeros((3, 7))), "pictures of one channel"),
        (lambda: shift_invariant_mse(np.zeros((4, 4)), np.zeros((4, 5))), "same shape"),
        (lambda: shift_invariant_mse(np.zeros((4, 4)), np.zeros((4, 4)), 4), "reach=4"),
        (lambda: shifted(np.zeros(4), 0, 1), "a picture has height and width"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said(ask: Any, said: str) -> None:
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        ask()


@pytest.mark.parametrize("binary", [False, True])
def test_28_a_table_of_squared_errors_is_the_spread_plus_the_distance_to_the_mean(binary: bool) -> None:
    rng = np.random.default_rng(0)
    rows = rng.uniform(size=(500, 12)).astype(np.float32)
    rows = (rows > 0.5).astype(np.float32) if binary else rows
    pictures = rng.uniform(size=(25, 12))
    found = mean_distance_table(pictures, rows, axis(5))
    brute = (cdist(pictures, rows) ** 2).mean(1).reshape(5, 5)
    np.testing.assert_allclose(found.values * 12, brute, rtol=1e-10)
    identity = found.floor * 12 + found.from_mean
    np.testing.assert_allclose(found.values * 12, identity, rtol=1e-6)
    assert (found.values >= found.floor).all()
    assert found.floor * 12 == pytest.approx(rows.astype(np.float64).var(0).sum(), rel=1e-6)
    z = plane(axis(5))
    assert found.rank_correlation == pytest.approx(
        spearmanr(np.linalg.norm(z, axis=1), brute.ravel()).statistic
    )
    at = brute.ravel().argmin()
    np.testing.assert_allclose(found.minimum_code, z[at])
    assert found.centre_rank == 1 + (brute.ravel() < brute[2, 2]).sum()


def test_28_absolute_errors_and_lengths_are_means_over_all_rows() -> None:
    rng = np.random.default_rng(1)
    rows, pictures = np.round(rng.uniform(size=(301, 2, 3)) * 4) / 4, rng.uniform(size=(4, 2, 3))
    pictures[0] = rows[0]
    flat, shown = rows.reshape(301, 6), pictures.reshape(4, 6)
    mae = mean_distance_table(pictures, rows, axis(2), "mae")
    np.testing.assert_allclose(mae.values.ravel(), cdist(shown, flat, "cityblock").mean(1) / 6, rtol=1e-12)
    assert mae.floor == pytest.approx(np.abs(flat - np.median(flat, 0)).mean(), rel=1e-12)
    l2 = mean_distance_table(pictures, rows, axis(2), "l2")
    np.testing.assert_allclose(l2.values.ravel(), cdist(shown, flat).mean(1), rtol=1e-12)
    assert l2.floor is None


def test_29_the_weighted_mean_weighs_every_row_by_its_posterior(vae: VAE) -> None:
    found = decoder_against_mean(vae, DIGITS.X, n=4, reach=6.0)
    rows = (DIGITS.X > 0.5).astype(np.float64)
    with torch.no_grad():
        q = vae.model_.double().encode(torch.tensor(rows))
        mean, scale = q.mean.numpy(), q.scale.numpy()
    for code, weighted in zip(plane(axis(4, reach=6.0)), found.weighted, strict=True):
        logs = norm.logpdf(code, mean, scale).sum(1)
        weights = np.exp(logs - logs.max())
        wanted = np.tensordot(weights / weights.sum(), rows, 1)
        np.testing.assert_allclose(weighted, wanted, atol=1e-6)
    np.testing.assert_allclose(found.mean, rows.mean(0), atol=1e-12)
    np.testing.assert_allclose(
        found.to_weighted.ravel(), ((found.decoded - found.weighted) ** 2).mean((1, 2, 3)), rtol=1e-12
    )


def stroke(width: float, degrees: float, size: int = 28, finer: int = 8) -> np.ndarray:
    """A straight stroke with round ends, drawn by the share of each pixel that it covers."""
    at = (np.arange(size * finer) + 0.5) / finer - size / 2
    y, x = at[:, None], at[None]
    lean = np.radians(degrees)
    along = np.clip(x * np.sin(lean) - y * np.cos(lean), -8, 8)
    away = np.hypot(x - along * np.sin(lean), y + along * np.cos(lean))
    return (away <= width / 2).reshape(size, finer, size, finer).mean((1, 3))


@pytest.mark.parametrize("width", [2.0, 3.0, 4.0, 5.0])
def test_35_style_gives_the_thickness_of_strokes(width: float, accept: Any) -> None:
    drawn = [stroke(width, degrees) for degrees in (-30, -15, 0, 10, 25)]
    off = np.abs(style_features(np.stack(drawn))[:, 0] - width).max()
    accept(35, f"thickness of strokes {width} px wide, largest error", off, most=0.3)


def test_35_style_gives_the_slant_of_sheared_digits(mnist: Any, accept: Any) -> None:
    from scipy.ndimage import affine_transform

    pictures = np.pad(mnist.test.X[:60, 0] / 255, ((0, 0), (8, 8), (8, 8)))
    before = np.tan(np.radians(style_features(pictures)[:, 1]))
    worst = 0.0
    for degrees in (-20.0, -10.0, 10.0, 20.0):
        lean = np.tan(np.radians(degrees))
        # Output (y, x) is taken from x + lean (y - middle): rows above the middle move to the right by lean.
        matrix, offset = np.array([[1.0, 0.0], [lean, 1.0]]), np.array([0.0, -lean * 21.5])
        sheared = np.stack([affine_transform(each, matrix, offset, order=1) for each in pictures])
        wanted = np.degrees(np.arctan(before + lean))
        worst = max(worst, float(np.abs(style_features(sheared)[:, 1] - wanted).max()))
    accept(35, "slant of sheared digits, largest error in degrees", worst, most=2)


def test_style_of_nothing_is_zero_and_of_a_mirrored_picture_is_mirrored() -> None:
    drawn = stroke(3, 20)
    assert style_features(np.zeros((1, 28, 28))).tolist() == [[0.0, 0.0]]
    (thick, lean), (thick_too, lean_too) = style_features(np.stack([drawn, drawn[:, ::-1]]))
    assert thick == pytest.approx(thick_too, rel=1e-9)
    assert lean == pytest.approx(-lean_too, abs=1e-9)
    assert 15 < lean < 25
    np.testing.assert_allclose(style_features(drawn.reshape(1, -1)), style_features(drawn[None, None]))


def test_moving_a_picture_by_whole_pixels_moves_it_and_by_half_a_pixel_blurs_it() -> None:
    picture = np.zeros((6, 6))
    picture[2, 2] = 1
    assert shifted(picture, 1, 2)[3, 4] == 1
    half = shifted(picture, 0, 0.5)
    assert half[2, 2:4].tolist() == [0.5, 0.5]
    assert shift_invariant_mse(picture, shifted(picture, -1, 1), 1) == 0
    assert shift_invariant_mse(picture, shifted(picture, 2, 0), 1) == pytest.approx(2 / 36)
