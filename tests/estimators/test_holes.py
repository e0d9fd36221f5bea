"""Rows with holes: what is hidden is asked nothing of, what is observed stays as it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.datasets import load_wine

from vaekit import AAE, AE, CVAE, VAE, SemiSupervisedVAE, VAEImputer, load, part
from vaekit.errors import DataError, SpecError
from vaekit.model import make_model
from vaekit.spec import Sizes, Spec

rng = np.random.default_rng(0)
whole, y = load_wine(return_X_y=True)
hidden = rng.random(whole.shape) < 0.25
holes = np.where(hidden, np.nan, whole)
quick = {"max_epochs": 3, "random_state": 0}
linear = {"likelihood": part("gaussian", scale="per-feature"), "network": part("mlp", hidden=())}


@pytest.fixture(scope="module")
def fitted():
    return VAE(3, missing="mask", **quick).fit(holes)


# --- the law -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("posterior", ["normal", "full-normal", "inverse-autoregressive", "hamiltonian"])
@pytest.mark.parametrize(
    ("likelihood", "high"),
    [("gaussian", 0), ("student-t", 0), ("bernoulli", 2), ("continuous-bernoulli", 1), ("poisson", 9),
     (part("categorical", categories=3), 3)],
    ids=lambda value: getattr(value, "name", value),
)  # fmt: skip
def test_under_a_mask_that_hides_nothing_every_number_is_the_same_to_the_bit(likelihood, high, posterior):
    spec = Spec(2, likelihood=likelihood, posterior=posterior, network=part("mlp", hidden=(16,)))
    model = make_model(spec, Sizes((6,), 2), torch.Generator().manual_seed(0))
    values = (
        rng.random((40, 6))
        if high == 1
        else rng.integers(0, high, (40, 6))
        if high
        else rng.normal(size=(40, 6))
    )
    x = torch.tensor(values, dtype=torch.float32)
    noise = torch.randn(5, 40, model.noise_size, generator=torch.Generator().manual_seed(1))
    plain, masked = model(x, noise), model(x, noise, None, torch.ones_like(x, dtype=torch.bool))
    for name in ("z", "log_px", "log_weight", "expected_log_px", "kl"):
        assert torch.equal(getattr(plain, name), getattr(masked, name)), name
    model.holes = True
    assert torch.equal(model(x, noise).log_weight, plain.log_weight)


def test_a_model_of_whole_rows_scores_them_alike_when_it_may_see_holes():
    vae = VAE(2, **quick).fit(whole)
    scores, likelihood = vae.score_samples(whole), vae.log_likelihood(whole, 50)
    vae.missing, vae.model_.holes = "mask", True
    np.testing.assert_array_equal(vae.score_samples(whole), scores)
    np.testing.assert_array_equal(vae.log_likelihood(whole, 50).rows, likelihood.rows)


def test_what_is_hidden_changes_neither_the_weights_nor_a_score(fitted):
    """The same holes, spelled by another NaN, and rows of an object array with None and pd.NA."""
    spelled = holes.astype(object)
    spelled[hidden] = rng.choice(np.array([None, pd.NA, np.nan], dtype=object), hidden.sum())
    again = VAE(3, missing="mask", **quick).fit(spelled)
    np.testing.assert_array_equal(again.score_samples(spelled), fitted.score_samples(holes))


@pytest.mark.parametrize("bound", ["elbo", part("iwae", samples=4)], ids=["elbo", "iwae"])
def test_likelihoods_are_those_of_the_observed_values_in_the_units_of_x(bound):
    """Against the marginal of the normal law that a linear model is, with its own W, mean and scales."""
    vae = VAE(
        2, bound=bound, missing="mask", max_epochs=30, learning_rate=0.01, random_state=0, **linear
    ).fit(holes)
    mean, covariance = law_of(vae)
    found = vae.log_likelihood(holes, 2000)
    exact = np.array([
        multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)]).logpdf(row[seen])
        for row, seen in zip(holes, ~hidden, strict=True)
    ])  # fmt: skip
    assert abs(found.value - exact.mean()) < 5 * found.monte_carlo_error + 1e-4
    assert vae.score(holes) < exact.mean()


def law_of(vae):
    """Mean and covariance of x under a fitted linear model, in the units of X."""
    decoder, treatment = vae.model_.likelihood.decoder.last, vae.treatment_
    W = decoder.weight.detach().double().numpy() * treatment.scale[:, None]
    noise = vae.model_.likelihood.scale(None).detach().double().numpy() * treatment.scale
    mean = decoder.bias.detach().double().numpy() * treatment.scale + treatment.offset
    return mean, W @ W.T + np.diag(noise**2)


def test_a_linear_model_imputes_by_the_conditional_gaussian_of_its_own_weights():
    """Within 4 Monte Carlo errors where the effective sample size is at least 100."""
    from vaekit.measure.conditional import conditional_codes, effective_sample_size, normalised
    from vaekit.measure.imputation import DRAWS

    vae = VAE(2, bound=part("iwae", samples=5), missing="mask", max_epochs=40, learning_rate=0.01, random_state=0,
              **linear).fit(holes)  # fmt: skip
    mean, covariance = law_of(vae)
    filled = vae.impute(holes)
    x = vae.treatment_.to_model(holes)
    z, log_weight = conditional_codes(vae._reader(), x, draws=DRAWS)
    weights = normalised(log_weight).numpy()[:, :, None]
    decoder = vae.model_.likelihood.decoder.last
    each = z.numpy() @ decoder.weight.detach().double().numpy().T + decoder.bias.detach().double().numpy()
    error = np.sqrt(np.square(weights * (each - (weights * each).sum(0))).sum(0)) * vae.treatment_.scale
    trusted = effective_sample_size(log_weight).numpy() >= 100
    assert trusted.mean() > 0.9
    for row in np.flatnonzero(trusted):
        seen = ~hidden[row]
        gain = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[seen]).T
        exact = mean + gain @ (holes[row, seen] - mean[seen])
        # The model reads float32: its rounding beside the Monte Carlo error.
        assert (
            np.abs(filled[row] - exact)[~seen] < 4 * error[row][~seen] + 1e-5 * vae.treatment_.scale[~seen]
        ).all()


# --- what the data decide ------------------------------------------------------------------------------


def test_columns_are_standardised_by_what_is_observed(fitted):
    np.testing.assert_allclose(fitted.treatment_.offset, np.nanmean(holes, 0), rtol=1e-12)
    np.testing.assert_allclose(fitted.treatment_.scale, np.nanstd(holes, 0), rtol=1e-12)


def test_a_column_without_a_value_is_refused_by_name():
    empty = holes.copy()
    empty[:, 4] = np.nan
    with pytest.raises(DataError, match="no value at all in column number 4"):
        VAE(missing="mask").fit(empty)
    names = [f"c{at}" for at in range(13)]
    with pytest.raises(DataError, match="'c4'"):
        VAE(missing="mask").fit(pd.DataFrame(empty, columns=names))
    vae = VAE(missing="mask", validation_fraction=0.5, **quick).fit(holes)
    empty[vae.held_out_[0], 4] = 1.0
    with pytest.raises(DataError, match=r"'c4'.* in the rows to train on"):
        VAE(missing="mask", validation_fraction=0.5, **quick).fit(pd.DataFrame(empty, columns=names))


def test_infinities_are_refused_and_nan_without_a_mask_names_the_cure():
    endless = holes.copy()
    endless[0, 0] = np.inf
    with pytest.raises(ValueError, match=r"infinity.*Give numbers for infinite values"):
        VAE(missing="mask").fit(endless)
    vae = VAE(**quick).fit(whole)
    for ask in (VAE().fit, vae.transform, vae.score_samples, vae.reconstruct):
        with pytest.raises(DataError, match=r"^Input X contains NaN\. .*missing='mask'.*impute"):
            ask(holes)
    assert np.isfinite(vae.impute(holes)).all()


def test_a_row_without_any_value_is_log_p_of_nothing_and_is_filled_like_a_draw(fitted):
    nothing = np.full((1, 13), np.nan)
    assert fitted.score_samples(np.concatenate((holes[:3], nothing)))[3] == 0
    assert np.isfinite(fitted.impute(nothing)).all() and np.isfinite(fitted.transform(nothing)).all()
    VAE(2, missing="mask", **quick).fit(np.concatenate((holes, nothing)))


def test_samples_hide_as_much_as_the_data_did(fitted):
    sampled = fitted.sample(4000, random_state=0, missing=True)
    share = hidden.mean(0)
    error = np.sqrt(share * (1 - share) / 4000)
    assert (np.abs(np.isnan(sampled).mean(0) - share) < 4.5 * error).all()
    plain = fitted.sample(4000, random_state=0)
    np.testing.assert_array_equal(plain[~np.isnan(sampled)], sampled[~np.isnan(sampled)])
    with pytest.raises(SpecError, match="no value was missing"):
        VAE(missing="mask", **quick).fit(whole).sample(3, missing=True)


# --- impute --------------------------------------------------------------------------------------------

KINDS = {
    "array": lambda X: X,
    "float32": lambda X: X.astype(np.float32),
    "list": lambda X: X.tolist(),
    "tensor": torch.tensor,
    "pandas": lambda X: pd.DataFrame(X, index=np.arange(len(X)) * 2, columns=[f"c{at}" for at in range(13)]),
    "numbered columns": pd.DataFrame,
    "polars": lambda X: pl.DataFrame(X, schema=[f"c{at}" for at in range(13)]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_keeps_its_kind_its_shape_and_every_bit_of_what_is_observed(kind):
    some, hidden = holes[:40], np.isnan(holes[:40])
    X = KINDS[kind](some)
    vae = VAE(2, missing="mask", **quick).fit(X)
    filled = vae.impute(X)
    assert type(filled) is (np.ndarray if kind == "list" else type(X))
    values = np.asarray(filled)
    assert values.shape == some.shape and np.isfinite(values).all()
    given = np.asarray(X)
    assert given.dtype == values.dtype
    np.testing.assert_array_equal(values[~hidden], given[~hidden])
    if kind == "pandas":
        assert filled.index.equals(X.index) and filled.columns.equals(X.columns)
    tables = vae.impute(X, n=3)
    assert (len(tables), np.asarray(tables[0]).shape) == (3, some.shape)
    assert isinstance(tables, list) == (kind in ("pandas", "numbered columns", "polars", "tensor"))
    low, high = (np.asarray(end) for end in vae.impute_interval(X, 0.5))
    np.testing.assert_array_equal(low[~hidden], given[~hidden])
    assert (low[hidden] < high[hidden]).all()


def test_columns_of_frames_keep_their_types():
    frame = pd.DataFrame({
        "real": pd.array([1.5, None] * 30, dtype="Float64"),
        "none": np.array([None, 2.5] * 30, dtype=object),
        "whole": pd.array([*range(59), None], dtype="Int64"),
        "full": np.arange(60, dtype=np.int64),
    })  # fmt: skip
    filled = VAE(1, missing="mask", **quick).fit(frame).impute(frame)
    types = [str(dtype) for dtype in filled.dtypes]
    assert types == ["Float64", "object", "Float64", "int64"]
    assert not filled.isna().any(axis=None)
    assert frame["none"][0] is None  # the user's own is left alone


def test_what_is_filled_in_a_row_does_not_depend_on_the_rows_beside_it(fitted):
    order = np.random.default_rng(1).permutation(len(holes))[:20]
    np.testing.assert_array_equal(fitted.impute(holes[order]), fitted.impute(holes)[order])
    np.testing.assert_array_equal(fitted.impute(holes[order], n=2), fitted.impute(holes, n=2)[:, order])
    for one, all_rows in zip(
        fitted.impute_interval(holes[order]), fitted.impute_interval(holes), strict=True
    ):
        np.testing.assert_array_equal(one, all_rows[order])


def test_a_table_without_holes_comes_back_as_it_is(fitted):
    np.testing.assert_array_equal(fitted.impute(whole), whole)
    assert fitted.impute(whole, n=2).shape == (2, *whole.shape)


def test_it_is_saved_with_what_it_knows_of_holes(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    again = load(tmp_path / "model")
    np.testing.assert_array_equal(again.impute(holes), fitted.impute(holes))
    np.testing.assert_array_equal(again.score_samples(holes), fitted.score_samples(holes))
    assert again.profile_.hidden == fitted.profile_.hidden


@pytest.mark.parametrize(("n", "level"), [(0, 0.9), (1.5, 0.9), (True, 0.9), (1, 0.0), (1, 1.0)])
def test_what_cannot_be_meant_is_refused(fitted, n, level):
    with pytest.raises(DataError, match="is not possible"):
        (fitted.impute(holes, n=n), fitted.impute_interval(holes, level))


# --- the family ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous-bernoulli", "poisson", "categorical"])
def test_filled_values_lie_where_the_likelihood_lives(likelihood):
    values = (
        rng.random((80, 6)) if likelihood.startswith("cont") else rng.integers(0, 2, (80, 6)).astype(float)
    )
    X = np.where(rng.random((80, 6)) < 0.3, np.nan, values)
    given = part(likelihood, categories=2) if likelihood == "categorical" else likelihood
    filled = VAE(1, likelihood=given, missing="mask", **quick).fit(X).impute(X)
    assert filled.min() >= 0
    if likelihood in ("bernoulli", "categorical"):
        assert set(np.unique(filled)) <= {0.0, 1.0}
    elif likelihood.startswith("cont"):
        assert filled.max() <= 1


@pytest.mark.parametrize("binarize", [0.5, "static", "dynamic"])
def test_pictures_with_holes_are_binarised_where_they_are_seen(binarize):
    X = rng.random((60, 8, 8))
    X[:8, :3, :3] = np.where(rng.random((8, 3, 3)) < 0.5, np.nan, X[:8, :3, :3])
    vae = VAE(2, binarize=binarize, missing="mask", **quick).fit(X)
    assert np.isfinite(vae.history_[-1]["loss"]) and np.isfinite(vae.score_samples(X)).all()
    filled = vae.impute(X)
    assert filled.shape == X.shape
    np.testing.assert_array_equal(filled[~np.isnan(X)], X[~np.isnan(X)])


def test_an_autoencoder_fills_with_its_reconstruction_and_knows_no_spread():
    for model in (AE(2, missing="mask", **quick), AAE(2, missing="mask", **quick)):
        model.fit(holes)
        np.testing.assert_allclose(model.impute(holes)[hidden], model.reconstruct(holes)[hidden], rtol=1e-6)
        with pytest.raises(SpecError, match="draws cannot be made"):
            model.impute(holes, n=2)
        with pytest.raises(AttributeError, match=r"cannot give intervals|has no impute_interval"):
            model.impute_interval(holes)
        assert np.isfinite(model.reconstruction_error(holes)).all()


def test_a_condition_is_given_and_never_filled():
    by_label = CVAE(2, missing="mask", **quick).fit(holes, y)
    assert np.isfinite(by_label.impute(holes, c=y)).all()
    frame = pd.DataFrame(holes, columns=[f"c{at}" for at in range(13)]).assign(
        kind=[f"k{label}" for label in y]
    )
    by_column = CVAE(2, condition=["kind"], missing="mask", **quick).fit(frame)
    filled = by_column.impute(frame)
    assert list(filled.columns) == list(frame.columns) and not filled.isna().any(axis=None)
    pd.testing.assert_series_equal(filled["kind"], frame["kind"])
    assert np.isfinite(by_column.score_samples(frame)).all()


def test_a_classifier_learns_from_rows_with_holes():
    model = SemiSupervisedVAE(
        2, missing="mask", max_epochs=40, batch_size=32, learning_rate=5e-3, random_state=0
    )
    model.fit(holes, np.where(np.arange(len(y)) % 2, y, -1))
    assert (model.predict(holes) == y).mean() > 0.8
    assert np.isfinite(model.impute(holes)).all() and np.isfinite(model.score_samples(holes)).all()


def test_the_ledger_is_of_what_is_observed(fitted):
    found = fitted.ledger(holes)
    assert found["elbo"] == pytest.approx(fitted.score_samples(holes).mean(), rel=1e-9)
    assert found["bits_per_value"] == pytest.approx(-found["elbo"] / np.log(2) / (~hidden).sum(1).mean())
    with pytest.raises(DataError, match="reads whole rows"):
        VAE(2, missing="mask", **quick).fit(holes).elbo_decomposition(holes, "quadrature")
    assert np.isfinite(fitted.elbo_decomposition(holes[:20], n_samples=100).log_px).all()


def test_the_imputer_wants_a_model_that_reads_holes():
    with pytest.raises(SpecError, match="missing='mask'"):
        VAEImputer(VAE()).fit(holes)
    imputer = VAEImputer(VAE(2, missing="mask", **quick)).fit(holes)
    np.testing.assert_array_equal(imputer.transform(holes), imputer.estimator_.impute(holes))
