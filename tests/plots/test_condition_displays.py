"""Figures of models with a condition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from vaekit import CVAE, part
from vaekit.data.read import read
from vaekit.errors import DataError
from vaekit.plots import Analogy, KLPerUnit, LatentMap, PriorDraws, Reconstructions, Samples, StyleTransfer
from vaekit.report.gallery import gallery

quick: dict[str, Any] = {"max_epochs": 2, "random_state": 0, "network": part("mlp", hidden=(8,))}
digits = read("digits")


@pytest.fixture(scope="module")
def cvae() -> Any:
    return CVAE(**quick).fit(digits.X[:300], digits.y[:300])


@pytest.fixture(scope="module")
def table() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 3)), columns=["a", "b", "c"]).assign(kind=["x", "y"] * 30)
    return CVAE(condition=["kind"], **quick).fit(frame), frame


def test_an_analogy_shows_the_grid_with_its_classes_over_the_columns(cvae: Any) -> None:
    display = Analogy.from_estimator(cvae, source=3)
    np.testing.assert_array_equal(display.pictures, cvae.analogy(source=3))
    assert display.names == ["3", *map(str, range(10))]
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == display.names
    assert "4 styles, each decoded as class 3" in display.describe()
    # An empty column stands behind the source: 12 cells of 8 pixels with gaps of 1.
    assert display.ax_.images[0].get_array().shape[:2] == (4 * 9 - 1, 12 * 9 - 1)


def test_a_transfer_stands_beside_its_source(cvae: Any) -> None:
    display = StyleTransfer.from_estimator(cvae, digits.X[:5], digits.y[:5])
    np.testing.assert_allclose(display.pictures[:, 0], digits.X[:5], atol=1e-6)
    np.testing.assert_array_equal(display.pictures[:, 1:], cvae.style_transfer(digits.X[:5], digits.y[:5]))
    assert display.names == ["data", *map(str, range(10))]
    few = StyleTransfer.from_estimator(cvae, digits.X[:5], digits.y[:5], to=[7], n=2)
    assert few.pictures.shape == (2, 2, 1, 8, 8)
    assert "under 1 conditions" in few.describe()


def test_displays_take_the_condition_of_their_rows(cvae: Any) -> None:
    X, y = digits.X[:100], digits.y[:100]
    codes = LatentMap.from_estimator(cvae, X, y, c=y).codes
    np.testing.assert_array_equal(codes, cvae.transform(X, y))
    model = Reconstructions.from_estimator(cvae, X, n=10, c=y).model
    chosen = np.linspace(0, 99, 10).astype(int)
    np.testing.assert_array_equal(model, cvae.reconstruct(X[chosen], y[chosen]))
    np.testing.assert_array_equal(KLPerUnit.from_estimator(cvae, X, c=y).kl, cvae.kl_per_unit(X, y))
    samples = Samples.from_estimator(cvae, n=4, c=[1, 1, 2, 2], across=2)
    np.testing.assert_array_equal(samples.samples, cvae.sample(4, c=[1, 1, 2, 2], random_state=0, mean=True))
    with pytest.raises(DataError, match="give c="):
        LatentMap.from_estimator(cvae, X, y)


def test_a_prior_of_its_own_is_drawn_for_its_class() -> None:
    cvae = CVAE(condition_in=("decoder", "prior"), **quick).fit(digits.X[:300], digits.y[:300])
    cvae.model_.prior.head.bias.data += 5  # so that classes have priors that are not the standard one
    assert PriorDraws.from_estimator(cvae, n=400, c=3).draws.mean() > 3
    assert LatentMap.from_estimator(cvae, digits.X[:50], c=digits.y[:50]).prior is None


def test_a_gallery_has_a_row_of_samples_of_each_class(cvae: Any) -> None:
    drawn = gallery(cvae, digits.X[300:400], digits.y[300:400], digits.class_names)
    assert set(drawn) >= {"samples", "analogy", "reconstructions", "latent-map", "kl-per-unit"}
    samples = drawn["samples"].display
    asked = [label for label in range(10) for _ in range(8)]
    np.testing.assert_array_equal(samples.samples, cvae.sample(80, c=asked, random_state=0, mean=True))
    assert [text.get_text() for text in samples.ax_.texts] == [str(name) for name in digits.class_names]


def test_a_gallery_of_a_table_samples_under_the_conditions_of_its_rows(table: Any) -> None:
    fitted, frame = table
    drawn = gallery(fitted, frame)
    assert "analogy" not in drawn
    assert drawn["samples"].display.look.names == ("a", "b", "c")
    assert drawn["samples"].display.samples.shape == (2000, 3)


def test_a_real_condition_has_samples_and_no_analogy() -> None:
    ink = digits.X[:300].mean((1, 2, 3)).astype(float)
    cvae = CVAE(**quick).fit(digits.X[:300], ink)
    drawn = gallery(cvae, digits.X[:100], ink[:100])
    assert "analogy" not in drawn
    assert len(drawn["samples"].display.samples) == 64


def test_pictures_are_asked_for(table: Any) -> None:
    fitted, frame = table
    for ask in (lambda: Analogy.from_estimator(fitted), lambda: StyleTransfer.from_estimator(fitted, frame)):
        with pytest.raises(DataError, match="fitted on rows of a table"):
            ask()
