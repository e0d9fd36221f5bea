"""Outliers: scores that are what they say, p-values that hold, and reasons that add up to the score."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from vaekit import OutlierVAE, load, part
from vaekit.errors import DataError, ModelFileError, SpecError
from vaekit.estimators.calibrate import p_values, threshold
from vaekit.measure.conditional import conditional_codes, normalised
from vaekit.measure.normality import DRAWS, FEW_DRAWS, NORMALITIES
from vaekit.measure.regret import best_posterior
from vaekit.train import Callback

WINE = load_wine().data[load_wine().target == 0]
IRIS = load_iris().data
SETOSA = IRIS[:50]
quick = {"max_epochs": 40, "random_state": 0, "calibration": None}
linear = {"network": part("mlp", hidden=()), "likelihood": part("gaussian", scale="per-feature")}


class Watched(Callback):
    """Remembers how many rows each fit learns from, and which."""

    def __init__(self):
        self.rows = []

    def fit_begins(self, training):
        self.rows.append(training.rows)


@pytest.fixture(scope="module")
def by_line():
    """A linear model of wine: its law is a normal of known mean and covariance."""
    return OutlierVAE(
        3,
        posterior="full-normal",
        learning_rate=1e-2,
        max_epochs=300,
        calibration=None,
        random_state=0,
        **linear,
    ).fit(WINE)


def law_of(fitted):
    """Mean and covariance of p(x), in model units, from the decoder and the scales."""
    likelihood = fitted.model_.likelihood
    with torch.no_grad():
        W = likelihood.decoder.affine_weight[0].double().numpy()
        mean = likelihood.decoder(torch.zeros(1, W.shape[1]))[0, 0].double().numpy()
        scale = likelihood.scale(torch.zeros(1, 1, 1, len(W))).double().numpy()
    return mean, W @ W.T + np.diag(np.broadcast_to(scale, mean.shape) ** 2)


def test_the_likelihood_of_a_linear_model_is_that_of_its_normal(by_line):
    x = by_line.treatment_.to_model(WINE)
    exact = multivariate_normal(*law_of(by_line)).logpdf(x) + by_line.treatment_.log_jacobian
    reader = by_line._reader()
    weight = reader.by_batches(x, lambda t, rows: reader.evidence(t, rows, DRAWS).log_weight.T.softmax(1))
    # Delta method, as if the draws were independent; evenly spread ones do better.
    error = np.sqrt(np.square(weight).sum(1) - 1 / DRAWS)
    assert np.median(error) < 0.3, "the weights say too little to test anything"
    assert (np.abs(by_line.score_samples(WINE) - exact) < 4 * error + error**2 + 1e-6).all()


def test_the_usual_value_of_a_linear_model_is_the_conditional_mean_of_its_normal(by_line):
    row = by_line.treatment_.to_model(WINE[:1])
    mean, covariance = law_of(by_line)
    exact, error = [], []
    for j in range(13):
        rest = np.delete(np.arange(13), j)
        pull = np.linalg.solve(covariance[np.ix_(rest, rest)], covariance[rest, j])
        exact.append(mean[j] + pull @ (row[0, rest] - mean[rest]))
        holed = row.copy()
        holed[0, j] = np.nan
        reader = by_line._reader()
        z, log_weight = conditional_codes(reader, holed, draws=500)
        with torch.no_grad():
            decoded = reader.model.decode(z).mean[:, 0, j].numpy()
        weight = normalised(log_weight)[:, 0].numpy()
        error.append(np.sqrt((weight**2 * (decoded - weight @ decoded) ** 2).sum()))
    found = (by_line.usual(WINE[:1])[0] - by_line.treatment_.offset) / by_line.treatment_.scale
    assert (np.abs(found - exact) < 4 * np.array(error) + 1e-4).all()
    np.testing.assert_array_equal(
        by_line.usual(WINE[:1], columns=[4, 0])[0], by_line.usual(WINE[:1])[0][[4, 0]]
    )


@pytest.mark.parametrize("score_by", NORMALITIES)
def test_a_score_belongs_to_its_row_and_its_reasons_sum_to_it(score_by):
    fitted = OutlierVAE(score_by=score_by, **quick).fit(WINE)
    scores = fitted.score_samples(WINE)
    order = np.random.default_rng(0).permutation(len(WINE))
    np.testing.assert_allclose(fitted.score_samples(WINE[order]), scores[order], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(fitted.score_samples(WINE[:1]), scores[:1], rtol=1e-7, atol=1e-7)
    nats, of_code = fitted.explain(WINE, with_code=True)
    assert nats.shape == WINE.shape
    lacks = -scores if score_by == "typicality" else scores.mean() - scores
    np.testing.assert_allclose(nats.sum(1) + of_code, lacks, atol=1e-8)


def test_typicality_is_the_distance_from_the_mean_log_likelihood():
    fitted = OutlierVAE(score_by="likelihood", **quick).fit(WINE)
    log_p = fitted.score_samples(WINE)
    typical = fitted.set_params(score_by="typicality").score_samples(WINE)
    np.testing.assert_allclose(typical, -np.abs(log_p - log_p.mean()), atol=1e-8)


def test_regret_finds_the_best_posterior_of_each_row():
    fitted = OutlierVAE(2, score_by="regret", **quick).fit(WINE)
    assert (fitted.score_samples(WINE) <= 0).all()
    reader, rows = fitted._reader(), fitted.treatment_.to_model(WINE[:2])
    with torch.no_grad():
        given, best = best_posterior(reader, reader.tensor(rows), rows, FEW_DRAWS)
    noise = reader.row_noise(rows, FEW_DRAWS)

    def minus_elbo(numbers):
        """Of the first row, written out."""
        mean, log_variance = torch.from_numpy(numbers).reshape(2, 2)
        z = mean + (log_variance / 2).exp() * noise[:, :1]
        with torch.no_grad():
            log_px = reader.model.decode(z).log_prob(reader.tensor(rows[:1])).mean()
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
        return float(kl - log_px)

    start = torch.cat([given.q.mean[0], given.q.log_variance[0]]).numpy()
    lowest = minimize(minus_elbo, start, method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-6}).fun
    reached = float((best.kl - best.log_px.mean(0))[0].detach())
    assert minus_elbo(start) > lowest
    assert reached - lowest < 0.1 * (minus_elbo(start) - lowest) + 0.02


def test_a_value_that_was_changed_is_the_reason():
    rng = np.random.default_rng(0)
    fitted = OutlierVAE(learning_rate=1e-2, max_epochs=300, calibration=None, random_state=0, **linear).fit(
        WINE
    )
    changed = WINE.copy()
    places = rng.integers(13, size=len(WINE))
    changed[np.arange(len(WINE)), places] += 6 * WINE.std(0)[places]
    found = fitted.explain(changed).argmax(1)
    assert (found == places).mean() > 0.8
    assert (fitted.score_samples(changed) < fitted.score_samples(WINE)).mean() > 0.95


def test_reasons_come_in_the_shape_and_kind_of_x():
    frame = pd.DataFrame(SETOSA, columns=list("abcd"), index=range(100, 150))
    fitted = OutlierVAE(**quick).fit(frame)
    found = fitted.explain(frame[5:9])
    assert list(found.columns) == list("abcd") and list(found.index) == [105, 106, 107, 108]
    of_polars = fitted.explain(pl.from_pandas(frame[5:9]))
    assert isinstance(of_polars, pl.DataFrame)
    np.testing.assert_array_equal(found.to_numpy(), of_polars.to_numpy())
    images = load_digits().images[:60]
    assert OutlierVAE(**quick).fit(images).explain(images[:3]).shape == (3, 8, 8)


def test_a_p_value_counts_the_calibration_scores_that_are_no_higher():
    calibration, scores = np.sort(np.random.default_rng(0).normal(size=37)), np.linspace(-3, 3, 50)
    counted = [(1 + sum(c <= s for c in calibration)) / 38 for s in scores]
    np.testing.assert_array_equal(p_values(scores, calibration), counted)
    assert p_values(np.array([-9.0, 9.0]), calibration).tolist() == [1 / 38, 1.0]
    for m in (19, 37, 100):
        calibration = np.sort(np.random.default_rng(m).normal(size=m))
        flagged = scores < threshold(calibration)
        np.testing.assert_array_equal(flagged, p_values(scores, calibration) <= 0.05)


def test_p_values_of_rows_held_out_are_as_small_as_a_only_in_a_share_a_of_usual_rows():
    rng = np.random.default_rng(0)
    mixing, watched = rng.normal(size=(3, 5)), Watched()
    X = rng.normal(size=(4600, 3)) @ mixing + rng.normal(size=(4600, 5))
    fitted = OutlierVAE(max_epochs=20, random_state=0, callbacks=(watched,)).fit(X[:600])
    m = len(fitted.calibration_)
    assert m == round(0.2 * (600 - len(fitted.held_out_)))
    learned = set(watched.rows[0].chosen.tolist())
    assert len(learned) == 600 - m - len(fitted.held_out_)
    assert not learned & set(fitted.held_out_.tolist())
    found = fitted.p_values(X[600:])
    assert found.min() >= 1 / (m + 1)
    for a in (0.05, 0.2, 0.5):
        # The share given the calibration scores is beta distributed, that of 4,000 rows binomial around it.
        error = np.sqrt(a * (1 - a) * (1 / (m + 2) + 1 / 4000))
        assert -4 * error - 1 / (m + 1) < (found <= a).mean() - a < 4 * error


def test_a_small_table_is_learned_from_whole_and_calibrated_in_folds():
    watched = Watched()
    fitted = OutlierVAE(max_epochs=100, random_state=0, callbacks=(watched,)).fit(SETOSA[:25])
    assert [len(rows) for rows in watched.rows] == [25]
    assert fitted.held_out_ is None
    assert len(fitted.calibration_) == 25
    alone = OutlierVAE(max_epochs=100, random_state=0, calibration=None).fit(SETOSA[:25])
    np.testing.assert_array_equal(alone.score_samples(IRIS), fitted.score_samples(IRIS))
    assert (fitted.p_values(IRIS[50:]) == 1 / 26).mean() > 0.95
    np.testing.assert_array_equal(fitted.predict(IRIS) == -1, fitted.p_values(IRIS) <= 0.05)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_contamination_is_the_share_of_the_rows_of_fit_that_are_outliers(share):
    fitted = OutlierVAE(contamination=share, **quick)
    found = fitted.fit_predict(SETOSA)
    assert (found == -1).sum() == share * 50
    decision = fitted.decision_function(SETOSA)
    np.testing.assert_array_equal(decision, fitted.score_samples(SETOSA) - fitted.offset_)
    np.testing.assert_array_equal(found == -1, decision < 0)


def test_auto_takes_as_many_codes_as_components_hold_nine_tenths_of_the_variance():
    fitted = OutlierVAE(**quick).fit(WINE)
    components = PCA(0.9, svd_solver="full").fit(StandardScaler().fit_transform(WINE)).n_components_
    assert fitted.spec_.latent_dim == components == fitted.transform(WINE).shape[1]
    assert fitted.spec_.likelihood == part("gaussian", scale="per-feature")
    assert OutlierVAE(1, likelihood="laplace", **quick).fit(WINE).spec_.likelihood == "laplace"
    assert OutlierVAE(**quick).fit(load_digits().data[:90]).spec_.likelihood.options["scale"] == "learned"


def test_a_saved_detector_says_the_same(tmp_path):
    fitted = OutlierVAE(max_epochs=20, score_by="typicality", random_state=0).fit(SETOSA)
    fitted.save(tmp_path / "run")
    again = load(tmp_path / "run")
    for method in ("score_samples", "predict", "p_values", "explain", "usual"):
        np.testing.assert_array_equal(
            getattr(again, method)(IRIS[48:52]), getattr(fitted, method)(IRIS[48:52])
        )
    assert again.offset_ == fitted.offset_


@pytest.mark.parametrize("spoiled", [{"calibration_": np.array([np.nan])}, {"offset_": np.zeros(2)}])
def test_a_file_with_other_arrays_is_refused(spoiled, tmp_path):
    fitted = OutlierVAE(**quick).fit(SETOSA)
    for name, value in spoiled.items():
        setattr(fitted, name, value)
    fitted.save(tmp_path / "run")
    with pytest.raises(ModelFileError, match=f"kept.{next(iter(spoiled))}"):
        load(tmp_path / "run")


class Whole(torch.nn.Module):
    """A likelihood that knows how probable a row is, and no value of it."""

    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(2, 4)

    def forward(self, z):
        mean = self.line(z)

        class Law:
            def __init__(self):
                self.mean = mean

            def log_prob(self, x, observed):
                return -0.5 * (x - mean).square().sum(-1)

            def sample(self, generator):
                return mean + torch.randn(mean.shape, generator=generator)

        return Law()


def test_what_is_not_possible_is_said_in_words():
    fitted = OutlierVAE(**quick).fit(SETOSA)
    with pytest.raises(SpecError, match="calibration=None"):
        fitted.p_values(SETOSA)
    with pytest.raises(DataError, match="0 to 3"):
        fitted.usual(SETOSA, columns=[4])
    with pytest.raises(ValueError, match="contamination"):
        OutlierVAE(contamination=0.7).fit(SETOSA)
    with pytest.raises(SpecError, match="regret"):
        OutlierVAE(score_by="regret", posterior="full-normal", **quick).fit(SETOSA)
    own = OutlierVAE(2, likelihood=Whole(), **quick).fit(SETOSA)
    assert np.isfinite(own.score_samples(SETOSA)).all()
    with pytest.raises(SpecError, match="value_log_prob"):
        own.explain(SETOSA)
