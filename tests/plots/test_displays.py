"""What each display computes and draws, on axes of its own and on given ones."""

from __future__ import annotations

import warnings
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from scipy.sparse import csc_array, csr_array
from sklearn.datasets import load_digits, load_wine
from sklearn.decomposition import PCA

from vaekit import AE, VAE, part
from vaekit.errors import DataError
from vaekit.plots import KLPerUnit, LatentMap, LearningCurves, Reconstructions, Samples, png
from vaekit.plots.examples import Look
from vaekit.plots.samples import _columns, _enough

DIGITS = load_digits()
X, Y = DIGITS.data[:300], DIGITS.target[:300]
WINE = load_wine()
HOSTILE = ["$x^{$", "<script>", "a\nb\x00c", "☃ 漢字 \U0001f600", "x" * 300]


@pytest.fixture(scope="module")
def vae() -> VAE:
    return VAE(latent_dim=2, max_epochs=3, random_state=0).fit(X)


@pytest.fixture(scope="module")
def of_a_table() -> VAE:
    return VAE(latent_dim=3, max_epochs=3, random_state=0).fit(WINE.data)


@pytest.mark.parametrize("display", [LatentMap, Reconstructions, Samples])
@pytest.mark.parametrize("form", [csr_array, csc_array])
def test_sparse_counts_are_drawn_as_the_same_dense_ones(display: Any, form: Any) -> None:
    counts = np.random.default_rng(0).poisson(2.0, size=(40, 6))
    network = part("mlp", hidden=(8,))
    fitted = VAE(2, likelihood="poisson", network=network, max_epochs=1, random_state=0).fit(counts)
    assert png(display.from_estimator(fitted, form(counts)).figure_) == png(
        display.from_estimator(fitted, counts).figure_
    )


def all_displays(estimator: Any, rows: Any, labels: Any) -> list[Any]:
    return [
        LearningCurves.from_estimator(estimator),
        Reconstructions.from_estimator(estimator, rows),
        Samples.from_estimator(estimator, rows),
        LatentMap.from_estimator(estimator, rows, labels),
        KLPerUnit.from_estimator(estimator, rows),
    ]


def clouds(display: LatentMap) -> list[np.ndarray]:
    """The points of every scatter of a map."""
    found = [item for item in display.ax_.collections if isinstance(item, PathCollection)]
    return [np.asarray(cloud.get_offsets()) for cloud in found if len(cloud.get_offsets())]


def test_displays_draw_without_pyplot_windows_and_leave_the_settings_alone(vae: VAE, of_a_table: VAE) -> None:
    from matplotlib import pyplot as plt

    before = dict(matplotlib.rcParams)
    for display in [*all_displays(vae, X, Y), *all_displays(of_a_table, WINE.data, WINE.target)]:
        assert isinstance(display.figure_, Figure)
        assert display.ax_ in display.figure_.axes
        assert png(display.figure_).startswith(b"\x89PNG")
        assert display.describe().endswith(".")
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("make", [LearningCurves, Reconstructions, Samples, LatentMap, KLPerUnit])
def test_a_display_draws_on_axes_that_it_is_given(make: Any, vae: VAE) -> None:
    drawn_on, beside = Figure().subplots(1, 2)
    display = make.from_estimator(vae, *([] if make is LearningCurves else [X]), ax=drawn_on)
    assert display.ax_ is drawn_on
    assert display.figure_ is drawn_on.figure
    assert not beside.has_data()
    assert drawn_on.has_data() or drawn_on.child_axes


def test_a_display_can_be_drawn_again_elsewhere(vae: VAE) -> None:
    display = KLPerUnit(vae.kl_per_unit(X)).plot()
    first = display.ax_
    axes = Figure().subplots(1, 2)
    assert display.plot(axes[1]) is display
    assert display.ax_ is axes[1]
    assert [bar.get_height() for bar in axes[1].patches] == [bar.get_height() for bar in first.patches]
    assert not axes[0].patches


def test_a_notebook_shows_a_display_as_its_picture(vae: VAE) -> None:
    assert KLPerUnit(np.array([1.0, 2.0]))._repr_png_().startswith(b"\x89PNG")


def test_the_curves_are_the_history(vae: VAE) -> None:
    display = LearningCurves.from_estimator(vae)
    assert display.terms == ["reconstruction", "kl"]
    panels = display.ax_.child_axes
    for panel, name in zip(panels, ["loss", "reconstruction", "kl"], strict=True):
        np.testing.assert_array_equal(panel.lines[0].get_ydata(), [row[name] for row in vae.history_])
    held = panels[0].lines[1]
    np.testing.assert_array_equal(held.get_ydata(), [row["val_loss"] for row in vae.history_])
    assert held.get_linestyle() != panels[0].lines[0].get_linestyle()


def test_a_term_that_is_the_whole_loss_is_drawn_once() -> None:
    rows = [
        {"epoch": i + 1.0, "loss": 1.0 / i1, "iwae": 1.0 / i1, "weight_iwae": 1.0}
        for i, i1 in ((0, 1), (1, 2))
    ]
    assert LearningCurves(rows).terms == []
    assert LearningCurves([row | {"weight_iwae": 2.0} for row in rows]).terms == ["iwae"]


@pytest.mark.parametrize("ending", ["interrupted", "diverged"])
def test_an_untimely_end_is_marked(ending: str) -> None:
    rows = [{"epoch": e, "loss": -e, "a": -e, "weight_a": 1.0} for e in (1.0, 2.0, 3.0)]
    display = LearningCurves(rows, ending=ending).plot()
    assert f"{ending} here" in [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert ending in display.describe()


def test_a_steep_first_fall_leaves_the_frame_and_nothing_else_does() -> None:
    loss = [1000.0] + [10 - 0.01 * epoch for epoch in range(100)]
    rows = [{"epoch": i + 1.0, "loss": value, "a": value, "weight_a": 1.0} for i, value in enumerate(loss)]
    low, high = LearningCurves(rows).plot().ax_.get_ylim()
    assert low < min(loss)
    assert sorted(loss)[-7] < high < 1000
    assert LearningCurves(rows[:10]).plot().ax_.get_ylim()[1] > 1000  # few epochs are all shown
    low, high = LearningCurves(rows[5:]).plot().ax_.get_ylim()
    assert low < min(loss[5:])
    assert high > max(loss[5:])


def test_a_fit_without_a_finished_epoch_is_told() -> None:
    display = LearningCurves([]).plot()
    assert "no epoch was finished" in display.describe()
    assert [text.get_text() for text in display.ax_.texts] == ["no epoch was finished"]


def test_samples_are_the_mean_for_pictures_and_say_so(vae: VAE) -> None:
    display = Samples.from_estimator(vae, n=9, random_state=3)
    np.testing.assert_array_equal(display.samples, vae.sample(9, random_state=3, mean=True))
    assert "the mean of p(x | z)" in display.ax_.get_title(loc="left")
    drawn = Samples.from_estimator(vae, n=9, random_state=3, mean=False)
    np.testing.assert_array_equal(drawn.samples, vae.sample(9, random_state=3))
    assert "draws from p(x | z)" in drawn.ax_.get_title(loc="left")


def test_columns_of_a_table_are_compared_by_draws(of_a_table: VAE) -> None:
    display = Samples.from_estimator(of_a_table, WINE.data)
    assert not display.mean
    np.testing.assert_allclose(display.data, WINE.data, rtol=1e-5)
    first = display.ax_.child_axes[0]
    filled = [patch for patch in first.patches if hasattr(patch, "get_height")]
    widths, heights = [bar.get_width() for bar in filled], [bar.get_height() for bar in filled]
    assert np.dot(widths, heights) == pytest.approx(1)
    assert filled[0].get_x() <= WINE.data[:, 0].min()
    assert filled[-1].get_x() + widths[-1] >= WINE.data[:, 0].max()


def test_constant_columns_of_a_table_get_no_histogram() -> None:
    table = np.column_stack([np.full(178, 5.0), WINE.data[:, :2]])
    display = Samples.from_estimator(VAE(max_epochs=1, random_state=0).fit(table), table)
    shown = [panel for panel in display.ax_.child_axes if panel.get_visible()]
    assert [panel.get_title() or panel.get_title(loc="left") for panel in shown] == ["column 1", "column 2"]


def test_pictures_of_any_shape_fill_their_block() -> None:
    for shape in ((3, 20, 16), (1, 8, 30), (2, 4, 4)):
        look = Look(shape, 0.0, 1.0, (), True)
        n = _enough(look)
        columns = _columns(look.picture, n)
        assert n % columns == 0
        assert 40 <= n <= 64


def test_one_row_can_be_looked_at(vae: VAE, of_a_table: VAE) -> None:
    for estimator, rows in ((vae, X[:1]), (of_a_table, WINE.data[:1])):
        for display in all_displays(estimator, rows, [0]):
            assert display.ax_.has_data() or display.ax_.child_axes


def test_a_model_that_cannot_sample_says_so() -> None:
    with pytest.raises(AttributeError, match="use VAE"):
        Samples.from_estimator(AE(max_epochs=1, random_state=0).fit(X), X)


def test_reconstructions_stand_below_the_data_as_the_model_sees_them() -> None:
    vae = VAE(max_epochs=1, binarize=0.5, random_state=0).fit(X)
    display = Reconstructions.from_estimator(vae, X, n=5)
    np.testing.assert_array_equal(display.data[[0, -1]], np.where(X[[0, -1]] > 8, 16.0, 0.0))
    np.testing.assert_allclose(display.model[[0, -1]], vae.reconstruct(X[[0, -1]]), rtol=1e-6)
    whole = np.asarray(display.ax_.images[0].get_array())
    np.testing.assert_array_equal(whole[:8, :8, 0], display.data[0].reshape(8, 8) / 16)
    np.testing.assert_allclose(whole[9:17, :8, 0], display.model[0].reshape(8, 8) / 16)


def test_rows_of_a_table_are_drawn_in_standard_deviations(of_a_table: VAE) -> None:
    display = Reconstructions.from_estimator(of_a_table, WINE.data, n=2)
    bars = display.ax_.child_axes[1].patches
    standard = (WINE.data - WINE.data.mean(0)) / WINE.data.std(0)
    np.testing.assert_allclose([bar.get_width() for bar in bars], standard[-1], rtol=1e-4, atol=1e-5)


def test_wide_tables_become_lines() -> None:
    wide = np.random.default_rng(0).standard_normal((60, 40))
    display = Reconstructions.from_estimator(VAE(max_epochs=1, random_state=0).fit(wide), wide)
    assert [len(line.get_xdata()) for line in display.ax_.child_axes[0].lines] == [40, 40]


def test_two_latent_values_are_drawn_as_they_are(vae: VAE) -> None:
    found = clouds(LatentMap.from_estimator(vae, X))
    assert len(found[0]) == 1000  # draws from the prior
    np.testing.assert_allclose(found[1], vae.transform(X))


def test_more_latent_values_are_drawn_by_their_principal_components(of_a_table: VAE) -> None:
    found = clouds(LatentMap.from_estimator(of_a_table, WINE.data))[1]
    wanted = PCA(2).fit_transform(of_a_table.transform(WINE.data))
    signs = np.sign((found * wanted).sum(0))
    np.testing.assert_allclose(found, wanted * signs, atol=1e-6)


def test_one_latent_value_is_a_histogram() -> None:
    vae = VAE(latent_dim=1, max_epochs=1, random_state=0).fit(X)
    display = LatentMap.from_estimator(vae, X, Y)
    assert not clouds(display)
    assert len(display.ax_.get_legend().get_texts()) == 11  # ten digits and the prior


def test_an_autoencoder_has_no_prior_to_draw() -> None:
    display = LatentMap.from_estimator(AE(max_epochs=1, random_state=0).fit(X), X)
    assert display.prior is None
    assert len(clouds(display)) == 1


def test_classes_differ_by_their_markers_and_have_their_names_written(vae: VAE) -> None:
    display = LatentMap.from_estimator(vae, X, Y)
    scatters = [item for item in display.ax_.collections if len(item.get_offsets())][1:]
    outlines = {item.get_paths()[0].vertices.tobytes() for item in scatters}
    assert len(outlines) == 10
    assert [text.get_text() for text in display.ax_.texts] == [str(digit) for digit in range(10)]


def test_many_classes_show_the_ten_most_frequent_and_numbers_a_scale() -> None:
    codes = np.random.default_rng(0).standard_normal((120, 2))
    names = np.array([f"rare {i}" if i < 20 else f"common {i % 10}" for i in range(120)])
    assert LatentMap(codes, names).classes == [f"common {i}" for i in range(10)]
    drawn = LatentMap(codes, names).plot()
    assert sum(map(len, clouds(drawn))) == 120
    assert LatentMap(codes, np.linspace(0, 1, 120)).classes is None
    assert len(LatentMap(codes, np.linspace(0, 1, 120)).plot().figure_.axes) == 2  # the scale stands beside


def test_labels_that_do_not_fit_are_refused(vae: VAE) -> None:
    with pytest.raises(DataError, match="one label a row"):
        LatentMap.from_estimator(vae, X, Y[:10])
    with pytest.raises(DataError, match="one label for each of the 3 rows"):
        LatentMap(np.zeros((3, 2)), np.zeros((3, 2)))


def test_the_bars_are_the_kl_sorted_and_split_at_the_threshold(vae: VAE) -> None:
    display = KLPerUnit.from_estimator(vae, X)
    np.testing.assert_allclose(
        [bar.get_height() for bar in display.ax_.child_axes[0].patches], sorted(vae.kl_per_unit(X))[::-1]
    )
    idle = KLPerUnit(np.array([1e-5, 1e-6])).plot()
    assert idle.ax_.get_ylim()[1] > 0.01  # bars below the threshold do not look tall
    mixed = KLPerUnit(np.array([0.005, 2.0, 0.0, 0.5])).plot()
    assert mixed.active == 2
    assert [bar.get_height() for bar in mixed.ax_.patches] == [2.0, 0.5, 0.005, 0.0]
    assert [bool(bar.get_hatch()) for bar in mixed.ax_.patches] == [False, False, True, True]
    assert [label.get_text() for label in mixed.ax_.get_xticklabels()] == ["1", "3", "0", "2"]


def test_a_kl_that_all_latent_values_share_is_said_to_be_shared() -> None:
    vae = VAE.from_recipe("flow_posterior_vae", latent_dim=4, max_epochs=1, random_state=0).fit(X)
    display = KLPerUnit.from_estimator(vae, X)
    assert display.shared
    assert "shared by the 4 latent values" in display.describe()


def test_names_from_the_data_are_drawn_whatever_they_hold() -> None:
    import pandas as pd

    table = pd.DataFrame(WINE.data[:, : len(HOSTILE)], columns=HOSTILE)
    vae = VAE(max_epochs=1, random_state=0).fit(table)
    labels = np.array([HOSTILE[i % len(HOSTILE)] for i in range(len(table))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for display in all_displays(vae, table, labels):
            assert png(display.figure_)
