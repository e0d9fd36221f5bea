"""The displays of the MNIST review: where cells lie, what is framed, and what is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.datasets import load_digits, load_wine

from vaekit import AE, VAE, part
from vaekit.data.mean_image import mean_image
from vaekit.errors import DataError, SpecError
from vaekit.measure.plane import axis, plane
from vaekit.plots import Manifold, MeanDistances, PicturesCompared, PriorDraws, png

X = load_digits().data[:300]
SMALL: dict[str, Any] = {"network": part("mlp", hidden=(16,)), "max_epochs": 2, "random_state": 0}


@pytest.fixture(scope="module")
def vae() -> VAE:
    return VAE(latent_dim=2, **SMALL).fit(X)


def test_a_cell_of_the_manifold_is_the_decoded_code(vae: VAE) -> None:
    display = Manifold.from_estimator(vae, 5)
    drawn = display.ax_.images[0].get_array()[..., 0]
    assert drawn.shape == (40, 40)
    wanted = np.clip(vae.inverse_transform(plane(axis(5))).reshape(25, 8, 8) / 16, 0, 1)
    np.testing.assert_allclose(drawn[8:16, 24:32], wanted[1 * 5 + 3], atol=1e-7)  # row 1, column 3
    assert display.centre == 2
    assert "the middle cell is z = 0" in display.describe()
    assert len(display.ax_.lines) == 1


def test_an_even_manifold_has_no_centre_and_says_how_far_off_it_is(vae: VAE) -> None:
    display = Manifold.from_estimator(vae, 20)
    assert display.centre is None
    assert "0.0594" in display.describe()
    assert not display.ax_.lines
    assert "even steps" in Manifold.from_estimator(vae, 3, "linear").describe()


def test_a_manifold_of_other_units_holds_the_rest_at_zero() -> None:
    three = VAE(latent_dim=3, **SMALL).fit(X)
    display = Manifold.from_estimator(three, 3, units=(2, 0))
    end = axis(3)[-1]
    wanted = three.inverse_transform(np.array([[-end, 0, end]]))
    np.testing.assert_allclose(display.pictures[2], wanted[0], atol=1e-6)
    with pytest.raises(DataError, match="a plane shows two"):
        Manifold.from_estimator(VAE(latent_dim=1, **SMALL).fit(X))


def test_a_table_has_no_manifold() -> None:
    table = VAE(latent_dim=2, **SMALL).fit(load_wine().data)
    with pytest.raises(DataError, match="rows of a table"):
        Manifold.from_estimator(table)


@pytest.mark.parametrize("metric", ["mse", "mae", "l2"])
def test_the_map_of_distances_frames_its_smallest_cell(metric: str, vae: VAE) -> None:
    display = MeanDistances.from_estimator(vae, X, 5, metric=metric)
    row, column = np.unravel_index(display.table.values.argmin(), (5, 5))
    (frame,) = display.ax_.lines
    assert np.mean(frame.get_xdata()[:4]) == pytest.approx(column)
    assert np.mean(frame.get_ydata()[:4]) == pytest.approx(row)
    np.testing.assert_array_equal(display.ax_.images[0].get_array(), display.table.values)
    assert "300 examples" in display.describe()
    assert len(display.ax_.texts) == 25


def test_the_prior_is_drawn_under_the_codes(vae: VAE) -> None:
    display = PriorDraws.from_estimator(vae, X, n=4000)
    assert display.draws.shape == (4000, 2)
    # Four standard errors of a standard deviation of 4,000 draws.
    assert np.abs(display.draws.std(0) - 1).max() < 4 / np.sqrt(2 * 4000)
    drawn = [cloud.get_offsets() for cloud in display.ax_.collections]
    np.testing.assert_allclose(drawn[1], vae.transform(X))
    assert "codes of 300 rows" in display.describe()
    with pytest.raises(SpecError, match="AE has no prior"):
        PriorDraws.from_estimator(AE(latent_dim=2, **SMALL).fit(X))
    line = PriorDraws.from_estimator(VAE(latent_dim=1, prior="mixture", **SMALL).fit(X))
    assert line.draws.shape == (5000, 1)


def test_means_say_their_counts() -> None:
    pictures = X.reshape(-1, 8, 8)
    display = PicturesCompared.of_means([mean_image(pictures, 10), mean_image(pictures)])
    assert "mean of 10; mean of 300" in display.describe()
    assert [panel.get_xlabel() for panel in display.ax_.child_axes] == ["mean of 10", "mean of 300"]


@pytest.mark.parametrize("which", [Manifold, MeanDistances, PriorDraws])
def test_a_display_of_the_review_draws_on_given_axes(which: Any, vae: VAE) -> None:
    ax, beside = Figure().subplots(1, 2)
    rows = [X] if which is MeanDistances else []
    display = which.from_estimator(vae, *rows, ax=ax)
    assert display.ax_ is ax
    assert not beside.has_data()
    assert png(display.plot().figure_).startswith(b"\x89PNG")
