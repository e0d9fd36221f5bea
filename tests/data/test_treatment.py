"""From the user's values to the model's and back."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load, save
from scipy import stats

from vaekit.data import layout
from vaekit.data.layout import examples
from vaekit.data.profile import profile
from vaekit.data.treatment import Treatment
from vaekit.errors import DataError, SpecError

DOMAINS = ["binary", "unit", "real", "counts", "categories", "levels"]
SHAPES = [(6,), (2, 3), (3, 2, 5)]
PIXELS = np.random.default_rng(0).integers(0, 256, (80, 8, 8)).astype(np.uint8)


def tables(low: float, high: float) -> st.SearchStrategy[np.ndarray]:
    """Data of every shape with values in a range, in which some column varies."""
    shapes = st.tuples(st.integers(2, 60), st.sampled_from(SHAPES)).map(lambda s: (s[0], *s[1]))
    made = hnp.arrays(np.float64, shapes, elements=st.floats(low, high, width=32))
    return made.filter(lambda X: bool((X[0] != X).any()))


def treat(X: np.ndarray, domain: str = "unit", measure: str = "mass", **options: object) -> Treatment:
    return Treatment.choose(X, profile(X), domain, measure, **options)


@given(X=tables(-1e6, 1e6), domain=st.sampled_from(DOMAINS))
def test_what_goes_to_the_model_comes_back_as_it_was(X: np.ndarray, domain: str) -> None:
    treatment = treat(X, domain, "density")
    x = treatment.to_model(X)
    assert (x.shape, x.dtype) == (examples(X).shape, np.float32)
    back = treatment.to_user(x)
    assert (back.shape, back.dtype) == (X.shape, np.float64)
    size = np.abs(X - X.mean(0)).max() + np.abs(X).max() * 1e-6 if domain == "real" else np.abs(X).max()
    np.testing.assert_allclose(back, X, rtol=0, atol=2 * np.finfo(np.float32).eps * size)


@pytest.mark.parametrize("high", [16, 255])
@pytest.mark.parametrize("domain", DOMAINS)
def test_pixels_come_back_as_they_were(high: int, domain: str) -> None:
    X = np.random.default_rng(0).integers(0, high + 1, (80, 8, 8))
    treatment = treat(X, domain)
    x = treatment.to_model(X)
    np.testing.assert_allclose(treatment.to_user(x), X, atol=1e-4)
    if domain in ("unit", "binary"):
        assert (x.min(), x.max()) == (0, 1)
        assert f"divided by {high}" in treatment.description
    elif domain != "real":
        assert (x[:, 0] == X).all()


@given(X=tables(-1e3, 1e3))
def test_real_columns_are_standardised_and_constant_ones_only_centred(X: np.ndarray) -> None:
    x = treat(X, "real", "density", scale_inputs=True).to_model(X).astype(np.float64)
    moves = examples(X).std(0) > 1e-4 * np.abs(examples(X)).max()
    np.testing.assert_allclose(x.mean(0)[moves], 0, atol=1e-4)
    np.testing.assert_allclose(x.std(0)[moves], 1, atol=1e-4)
    still = examples(X).max(0) == examples(X).min(0)
    assert (np.abs(x[:, still]) <= 1e-9 * np.abs(X).max()).all()


def test_a_column_that_only_rounding_moves_counts_as_constant() -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    X[:, 1] = 0.1 + 1e-17 * np.arange(60) + 3e-17 * (np.arange(60) % 2)
    X[::2, 1] = np.nextafter(X[0, 1], 1)
    assert treat(X, "real", "density").scale[1] == 1


@given(X=tables(-1e3, 1e3), factor=st.floats(0.01, 100))
def test_the_log_jacobian_is_the_change_of_a_normal_density(X: np.ndarray, factor: float) -> None:
    """log N in the user's units, by scipy, is log N(0, 1) in the model's plus the log-Jacobian."""
    # A ramp that is steeper than the values reach: no column is constant.
    X = X + np.linspace(0, 4e3, len(X)).reshape(-1, *[1] * (X.ndim - 1))
    flat = X.reshape(len(X), -1)
    treatment = treat(X, "real", "density")
    inside = stats.norm.logpdf(treatment.to_model(X).astype(np.float64).reshape(flat.shape)).sum(1)
    wanted = stats.norm.logpdf(flat, flat.mean(0), flat.std(0)).sum(1)
    np.testing.assert_allclose(inside + treatment.log_jacobian, wanted, rtol=1e-4, atol=1e-3)
    shift = treat(X * factor, "real", "density").log_jacobian - treatment.log_jacobian
    assert shift == pytest.approx(-flat.shape[1] * math.log(factor), abs=1e-6)


def test_a_density_of_pixels_is_per_grey_level_and_a_mass_needs_no_jacobian() -> None:
    assert treat(PIXELS, "unit", "density").log_jacobian == pytest.approx(-64 * math.log(255))
    assert treat(PIXELS, "unit", "mass").log_jacobian == 0
    assert treat(PIXELS, "levels", "density").log_jacobian == 0


@pytest.mark.parametrize("domain", DOMAINS)
def test_scale_inputs_false_leaves_values_as_they_are(domain: str) -> None:
    treatment = treat(PIXELS, domain, "density", scale_inputs=False)
    assert (treatment.to_model(PIXELS)[:, 0] == PIXELS).all()
    assert treatment.log_jacobian == 0


def test_categories_are_never_divided() -> None:
    X = np.random.default_rng(0).integers(0, 3, (80, 5))
    assert profile(X).kind == "categorical"
    assert (treat(X, "unit").to_model(X) == X).all()


def test_few_uint8_images_are_divided_for_a_likelihood_of_the_unit_interval() -> None:
    assert treat(PIXELS[:10], "unit").scale == 255


@pytest.mark.parametrize(
    ("threshold", "level"), [(0.5, 127.5), (np.float32(0.5), 127.5), (0, 0), (0.9, 229.5), (100, 100), (1, 1)]
)
def test_a_threshold_below_one_is_a_share_of_the_pixels_range(threshold: float, level: float) -> None:
    treatment = treat(PIXELS, "binary", binarize=threshold)
    x = treatment.to_model(PIXELS)
    assert treatment.threshold == level
    assert (x[:, 0] == (level < PIXELS)).all()
    assert (treatment.to_user(x) == 255.0 * (level < PIXELS)).all()


def test_a_threshold_of_other_values_is_in_their_own_units() -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))
    assert (treat(X, "binary", binarize=-0.3).to_model(X) == (X > -0.3)).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("how", ["static", "dynamic"])
def test_fixed_draws_agree_with_their_probabilities(how: str, seed: int) -> None:
    X = np.random.default_rng(seed).integers(0, 256, (4000, 5, 5)).astype(np.uint8)
    treatment = treat(X, "binary", binarize=how, seed=seed)
    x = treatment.to_model(X)
    drawn = x if how == "static" else treatment.fixed_draw(x)
    p = X[:, None] / 255
    if how == "dynamic":
        np.testing.assert_allclose(x, p, rtol=1e-6)
    assert set(np.unique(drawn)) == {0, 1}
    off = (drawn - p).sum(0) / np.sqrt((p * (1 - p)).sum(0))  # a standard normal for each value
    assert np.abs(off).max() < 5
    assert stats.kstest(off.ravel(), "norm").pvalue > 1e-4


@given(seed=st.integers(-5, 5), picked=st.lists(st.integers(0, 79), min_size=1, max_size=30))
def test_a_fixed_draw_depends_on_the_seed_and_its_own_row_only(seed: int, picked: list[int]) -> None:
    p = (PIXELS[:, None] / 255).astype(np.float32)
    treatment = treat(PIXELS, "binary", binarize="dynamic", seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        all_rows = treatment.fixed_draw(p)
        patch.setattr(layout, "_BLOCK_VALUES", 300)
        assert (treatment.fixed_draw(p[picked]) == all_rows[picked]).all()
    other = treat(PIXELS, "binary", binarize="dynamic", seed=seed + 1)
    assert (other.fixed_draw(p) != all_rows).mean() > 0.2  # independent draws of these differ in a third


def test_static_is_the_fixed_draw_of_dynamic() -> None:
    static, dynamic = (treat(PIXELS, "binary", binarize=how, seed=3) for how in ("static", "dynamic"))
    assert (static.to_model(PIXELS) == dynamic.fixed_draw(dynamic.to_model(PIXELS))).all()


@pytest.mark.parametrize("binarize", [None, 0.5, "static", "dynamic"])
def test_missing_values_stay_missing(binarize: str | float | None) -> None:
    X = np.random.default_rng(0).uniform(size=(60, 4))
    X[3, 2] = np.nan
    for domain in ("binary", "real") if binarize is None else ("binary",):
        treatment = treat(X, domain, binarize=binarize)
        assert np.argwhere(np.isnan(treatment.to_model(X))).tolist() == [[3, 2]]
        assert np.argwhere(np.isnan(treatment.fixed_draw(treatment.to_model(X)))).tolist() == [[3, 2]]


@pytest.mark.parametrize("shape", [(80, 8, 8), (80, 1, 8, 8), (80, 64)])
def test_images_are_taken_in_each_of_their_shapes_and_given_back_as_fit_saw_them(shape) -> None:
    treatment = treat(PIXELS)
    x = treatment.to_model(PIXELS.reshape(shape))
    assert (x == treatment.to_model(PIXELS)).all()
    assert treatment.to_user(x).shape == PIXELS.shape


@pytest.mark.parametrize("shape", [(80, 63), (80, 4, 16), (80, 16, 4), (5120,)])
def test_examples_of_another_shape_are_refused(shape) -> None:
    with pytest.raises(DataError, match=r"fitted on examples of shape \(8, 8\)"):
        treat(PIXELS).to_model(np.resize(PIXELS, shape))


def test_memory_mapped_data_in_blocks_give_the_same(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(50, 9, size=(70, 5)).astype(np.float32)
    np.save(tmp_path / "x.npy", X)
    at_once = treat(X, "real", "density")
    monkeypatch.setattr(layout, "_BLOCK_VALUES", 40)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    in_blocks = treat(mapped, "real", "density")
    np.testing.assert_allclose(in_blocks.scale, at_once.scale, rtol=1e-12)
    np.testing.assert_allclose(in_blocks.to_model(mapped), at_once.to_model(X), atol=1e-6)


@pytest.mark.parametrize(
    ("X", "options"),
    [
        (np.random.default_rng(0).normal(size=(60, 2, 3)), {"domain": "real", "measure": "density"}),
        (PIXELS, {"domain": "binary", "measure": "mass", "binarize": 0.5}),
        (PIXELS, {"domain": "binary", "measure": "mass", "binarize": "static", "seed": -7}),
        (PIXELS, {"domain": "levels", "measure": "mass"}),
    ],
)
def test_a_treatment_survives_a_file(X: np.ndarray, options: dict) -> None:
    treatment = treat(X, **options)
    back = Treatment.from_stored(json.loads(json.dumps(treatment.to_json())), load(save(treatment.arrays())))
    assert back.to_json() == treatment.to_json()
    assert back.log_jacobian == treatment.log_jacobian
    assert (back.to_model(X) == treatment.to_model(X)).all()
    assert (back.to_user(back.to_model(X)) == treatment.to_user(treatment.to_model(X))).all()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"binarize": "statik"}, SpecError, "Did you mean 'static'"),
        ({"binarize": True}, SpecError, "binarize=True is not possible"),
        ({"binarize": math.nan}, SpecError, "binarize=nan is not possible"),
        ({"binarize": 0.5, "domain": "real"}, SpecError, "use likelihood 'bernoulli'"),
        ({"binarize": 0.5, "measure": "density"}, SpecError, "use likelihood 'bernoulli'"),
        ({"scale_inputs": "yes"}, SpecError, "there are: 'auto', True, False"),
        ({"binarize": "static", "scale_inputs": False}, DataError, "from 0 to 255"),
    ],
)
def test_options_that_do_not_fit_are_refused_in_words(options: dict, error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        treat(PIXELS, **{"domain": "binary", **options})
