"""CVAE: what is conditioned on, who reads it, what it is worth, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import vaekit
from vaekit import CVAE, VAE, load, part, preset
from vaekit.data.read import read
from vaekit.data.style import style_features
from vaekit.errors import ClashError, DataError, ModelFileError, SpecError
from vaekit.estimators.files import files_of
from vaekit.model import make_model
from vaekit.run import from_json, to_json, write_folder
from vaekit.spec import Sizes

quick: dict[str, Any] = {"max_epochs": 3, "random_state": 0, "network": part("mlp", hidden=(8,))}
X, y = load_iris(return_X_y=True)
names = np.array(["setosa", "versicolor", "virginica"])[y]
frame = pd.DataFrame(X, columns=["a", "b", "c", "d"]).assign(kind=names)[["a", "kind", "b", "c", "d"]]
FULL = ("encoder", "decoder", "prior")


@pytest.fixture(scope="module")
def labelled() -> Any:
    return CVAE(**quick).fit(X, names)


@pytest.fixture(scope="module")
def in_columns() -> Any:
    return CVAE(condition=["kind"], **quick).fit(frame)


@pytest.fixture(scope="module")
def worth() -> Any:
    """Trained until the class matters: two clusters far apart, each along a line; a code of one value."""
    rng = np.random.default_rng(0)
    classes, along = rng.integers(0, 2, 600), rng.normal(size=600)
    rows = np.c_[10 * classes, along, along] + rng.normal(size=(600, 3)) * [1, 0.1, 0.1]
    options: dict[str, Any] = {
        **quick,
        "max_epochs": 80,
        "batch_size": 60,
        "learning_rate": 0.01,
        "validation_fraction": 0.0,
        "likelihood": part("gaussian", scale="per-feature"),
    }
    return CVAE(1, **options).fit(rows, classes), VAE(1, **options).fit(rows), rows, classes


# What the condition is


@pytest.mark.parametrize(
    ("given", "one", "width"),
    [
        (y, 2, 3),
        (names, "setosa", 3),
        (y > 0, True, 2),
        (np.c_[y, y > 0], [1, 1], 5),
        (frame[["kind", "a"]], {"kind": "setosa", "a": 5.0}, 4),
        (X[:, 0], 5.5, 1),
        (X[:, :2], [5.5, 3.0], 2),
    ],
    ids=["numbers", "texts", "truth values", "several", "frame", "real", "several real"],
)
def test_every_kind_of_condition_reaches_every_method(given: Any, one: Any, width: int) -> None:
    cvae = CVAE(**quick).fit(X, given)
    assert cvae.sizes_.condition_dim == cvae.condition_.width == width
    codes = cvae.transform(X, given)
    np.testing.assert_array_equal(cvae.fit_transform(X, given), codes)
    assert cvae.reconstruct(X, given).shape == X.shape
    assert cvae.score(X, given) == pytest.approx(cvae.score_samples(X, given).mean(), rel=1e-12)
    assert np.isfinite(cvae.log_likelihood(X[:2], 10, c=given[:2]).value)
    assert np.isfinite(cvae.elbo_decomposition(X[:2], "importance", 10, c=given[:2]).elbo).all()
    assert cvae.kl_per_unit(X, given).shape == (2,)
    assert cvae.ledger(X, given)["elbo"] == pytest.approx(cvae.score(X, given), abs=1e-6)
    assert cvae.sample(3, c=one, random_state=0).shape == (3, 4)
    assert cvae.inverse_transform(codes[:2], c=one).shape == (2, 4)
    assert cvae.reconstruct(X[:2], c=one).shape == (2, 4)


def test_one_condition_for_all_rows_is_that_condition_of_each(labelled: Any) -> None:
    np.testing.assert_array_equal(
        labelled.sample(3, c="setosa", random_state=1), labelled.sample(3, c=["setosa"] * 3, random_state=1)
    )
    np.testing.assert_array_equal(labelled.transform(X, "setosa"), labelled.transform(X, ["setosa"] * 150))


def test_styles_of_strokes_are_a_condition() -> None:
    digits = read("digits").X[:120]
    styles = style_features(digits)
    cvae = CVAE(**quick).fit(digits, styles)
    assert [column.kind for column in cvae.condition_.columns] == ["real", "real"]
    assert cvae.sample(2, c=styles[0]).shape == (2, 1, 8, 8)


def test_the_answer_of_a_row_does_not_depend_on_the_rows_beside_it(labelled: Any) -> None:
    order = np.random.default_rng(0).permutation(150)
    whole = labelled.score_samples(X, names)
    np.testing.assert_allclose(labelled.score_samples(X[order], names[order]), whole[order], rtol=1e-13)
    np.testing.assert_allclose(labelled.score_samples(X[7:8], names[7:8]), whole[7:8], rtol=1e-13)


# Who reads it


def test_each_switch_of_condition_in_moves_its_own_conditional() -> None:
    for readers in (("decoder",), ("encoder", "decoder"), ("prior",), ("decoder", "prior"), FULL):
        cvae = CVAE(condition_in=readers, **quick).fit(X, y)
        moved = {
            "encoder": (cvae.transform(X, 0) != cvae.transform(X, 1)).any(),
            "decoder": (
                cvae.inverse_transform(np.zeros((1, 2)), 0) != cvae.inverse_transform(np.zeros((1, 2)), 1)
            ).any(),
            "prior": cvae.spec_.prior == "conditional-normal",
        }
        assert {who for who, has in moved.items() if has} == set(readers)


def test_with_a_prior_of_the_condition_the_kl_is_to_that_prior() -> None:
    cvae = CVAE(condition_in=FULL, **quick).fit(X, y)
    x = torch.from_numpy(cvae.treatment_.to_model(X))
    c = torch.from_numpy(cvae.condition_.to_model(y, 150))
    with torch.no_grad():
        q, p = cvae.model_.encode(x, c), cvae.model_.prior(c)
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Normal(q.mean, q.scale), torch.distributions.Normal(p.mean, p.scale)
    )
    np.testing.assert_allclose(cvae.kl_per_unit(X, y), theirs.mean(0), rtol=1e-3, atol=1e-6)


def test_a_style_moves_with_the_prior_of_its_class() -> None:
    cvae = CVAE(condition_in=FULL, **quick).fit(X, y)
    moved = cvae.style_transfer(X[:5], y[:5], to=[2])[:, 0]
    with torch.no_grad():
        p, to = (cvae.model_.prior(torch.from_numpy(cvae.condition_.to_model(c, 5))) for c in (y[:5], 2))
    codes = (cvae.transform(X[:5], y[:5]) - p.mean.numpy()) / p.scale.numpy()
    np.testing.assert_allclose(
        moved, cvae.inverse_transform(to.mean.numpy() + to.scale.numpy() * codes, 2), rtol=1e-5
    )


# What it is worth


def test_the_joint_bound_is_that_of_the_condition_and_how_frequent_it_is(labelled: Any) -> None:
    log_share = np.log([(names == name).mean() for name in names])
    np.testing.assert_allclose(labelled.log_prior_of(names), log_share)
    assert labelled.log_prior_of("setosa").shape == (1,)
    expected = (labelled.score_samples(X, names) + log_share).mean()
    assert labelled.score_joint(X, names) == pytest.approx(expected, rel=1e-12)


def test_a_label_that_tells_much_raises_the_joint_bound_over_that_of_a_vae(worth: Any) -> None:
    cvae, vae, rows, classes = worth
    joint = cvae.score_samples(rows, classes) + cvae.log_prior_of(classes)
    gain = joint - vae.score_samples(rows)
    assert gain.mean() > 4 * gain.std(ddof=1) / np.sqrt(len(gain))
    # No bound on log p(x, c) passes minus the entropy of (x, c): one bit, and that of a normal of three values.
    determinant = np.linalg.det([[1.01, 1.0], [1.0, 1.01]])
    ceiling = -np.log(2) - 1.5 * np.log(2 * np.pi * np.e) - 0.5 * np.log(determinant)
    assert joint.mean() < ceiling + 4 * joint.std(ddof=1) / np.sqrt(len(joint))


def test_samples_are_of_the_class_that_was_asked(worth: Any) -> None:
    cvae, _, _, _ = worth
    for label, centre in ((0, 0.0), (1, 10.0)):
        drawn = cvae.sample(500, c=label, random_state=0)[:, 0]
        assert drawn.mean() == pytest.approx(centre, abs=0.5)
        assert drawn.std() == pytest.approx(1, abs=0.3)


def test_the_bound_is_below_the_estimate_by_importance(labelled: Any) -> None:
    some = slice(0, 150, 5)
    estimate = labelled.log_likelihood(X[some], 2000, c=names[some])
    assert labelled.score(X[some], names[some]) <= estimate.value + 4 * estimate.monte_carlo_error


# Analogies and transfers


def test_an_analogy_has_a_style_a_row_and_a_class_a_column(labelled: Any) -> None:
    grid = labelled.analogy(source="virginica")
    assert grid.shape == (4, 1 + 3, 4)
    np.testing.assert_array_equal(grid[:, 0], grid[:, 3])
    corners = np.array([[-1.4, -1.4], [-1.4, 1.4], [1.4, -1.4], [1.4, 1.4]])
    np.testing.assert_array_equal(grid[:, 2], labelled.inverse_transform(corners, "versicolor"))
    assert labelled.analogy(np.zeros((2, 2))).shape == (2, 4, 4)
    wide = CVAE(3, **quick).fit(X, y)
    assert wide.analogy().shape == (4, 4, 4)
    np.testing.assert_array_equal(wide.analogy(), wide.analogy(random_state=0))


def test_a_transfer_to_its_own_class_is_the_reconstruction(labelled: Any) -> None:
    moved = labelled.style_transfer(X[::10], names[::10])
    assert moved.shape == (15, 3, 4)
    own = moved[np.arange(15), y[::10]]
    np.testing.assert_allclose(own, labelled.reconstruct(X[::10], names[::10]), rtol=1e-12)
    assert labelled.style_transfer(X[:2], names[:2], to=["setosa"]).shape == (2, 1, 4)


def test_what_needs_classes_says_so() -> None:
    real = CVAE(**quick).fit(X, X[:, 0])
    for ask in (real.analogy, lambda: real.style_transfer(X, X[:, 0]), lambda: real.log_prior_of(X[:, 0])):
        with pytest.raises(DataError, match="one column of labels"):
            ask()
    assert real.style_transfer(X[:2], X[:2, 0], to=[4.0, 5.0]).shape == (2, 2, 4)


# In columns of X


def test_columns_of_x_are_the_condition_and_no_part_of_an_example(in_columns: Any) -> None:
    assert in_columns.n_features_in_ == 5
    assert list(in_columns.feature_names_in_) == ["a", "kind", "b", "c", "d"]
    assert list(in_columns.example_names) == ["a", "b", "c", "d"]
    assert in_columns.condition_columns_ == [1]
    assert in_columns.condition_.labels.classes == ("setosa", "versicolor", "virginica")
    assert in_columns.reconstruct(frame).shape == (150, 4)
    assert in_columns.sample(2, c="setosa").shape == (2, 4)
    assert in_columns.inverse_transform(np.zeros((2, 2)), c={"kind": "setosa"}).shape == (2, 4)


def test_it_is_the_model_of_the_same_condition_given_as_y(in_columns: Any) -> None:
    beside = CVAE(**quick).fit(X, names)
    # Sums over columns that lie otherwise in memory may differ in the last place.
    np.testing.assert_allclose(in_columns.transform(frame), beside.transform(X, names), rtol=1e-5, atol=1e-7)
    assert in_columns.score(frame) == pytest.approx(beside.score(X, names), rel=1e-6)
    assert in_columns.score_joint(frame) == pytest.approx(beside.score_joint(X, names), rel=1e-6)


def test_frames_of_other_libraries_and_arrays_are_read_too(in_columns: Any) -> None:
    polars = pl.DataFrame({name: frame[name].to_numpy() for name in frame})
    np.testing.assert_array_equal(in_columns.transform(polars), in_columns.transform(frame))
    by_position = CVAE(condition=[-1, 0], **quick).fit(np.c_[X, y])
    assert by_position.condition_columns_ == [0, 4]
    assert [column.kind for column in by_position.condition_.columns] == ["real", "labels"]
    assert by_position.sample(2, c=[5.0, 1]).shape == (2, 3)
    assert by_position.sample(2, c={"x0": 5.0, "x4": 1}).shape == (2, 3)


def test_it_holds_in_pipelines_and_searches() -> None:
    table = np.c_[X, y]
    pipeline = make_pipeline(StandardScaler(), CVAE(condition=[4], **quick))
    assert pipeline.fit_transform(table).shape == (150, 2)
    assert np.isfinite(cross_val_score(pipeline, table, cv=3)).all()
    mixed = np.random.default_rng(0).permutation(table)
    search = GridSearchCV(CVAE(condition=[4], **quick), {"latent_dim": [1, 2]}, cv=2).fit(mixed)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_labels_as_y_hold_in_searches_too() -> None:
    order = np.random.default_rng(0).permutation(150)
    search = GridSearchCV(CVAE(**quick), {"latent_dim": [1, 2]}, cv=2).fit(X[order], names[order])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


# Files


@pytest.mark.parametrize("which", ["labels", "columns", "several", "prior"])
def test_a_loaded_model_knows_its_condition(which: str, tmp_path: Any) -> None:
    table = {"several": frame[["kind", "a"]], "labels": names, "prior": y}.get(which)
    options: dict[str, Any] = {"condition": ["kind"]} if which == "columns" else {}
    options |= {"condition_in": FULL} if which == "prior" else {}
    rows = frame if which == "columns" else X
    cvae = CVAE(**options, **quick).fit(rows, table)
    cvae.save(tmp_path / "run")
    again = load(tmp_path / "run")
    assert (again.condition_, again.condition_columns_) == (cvae.condition_, cvae.condition_columns_)
    assert again.spec_ == cvae.spec_
    np.testing.assert_array_equal(again.transform(rows, table), cvae.transform(rows, table))
    assert again.score(rows, table) == cvae.score(rows, table)
    assert again.fit(rows, table).score(rows, table) == cvae.score(rows, table)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(condition=None), "lacks the condition"),
        (lambda data: data["condition"]["columns"][0]["classes"].pop(), "do not each have one share"),
        (lambda data: data["condition"]["columns"][0]["classes"].__setitem__(0, 0.5), "classes"),
        (lambda data: data["condition"]["columns"][0].update(shares=[2.0] * 3), "shares"),
        (lambda data: data["condition"]["columns"].append(data["condition"]["columns"][0]), "6 numbers"),
        (lambda data: data["condition"].update(taken_from=[0]), "columns that X cannot have"),
        (lambda data: data["condition"]["columns"][0].update(kind="other"), "kind"),
        (lambda data: data["condition"].update(extra=1), "extra"),
    ],
)  # fmt: skip
def test_a_condition_that_was_tampered_with_is_refused(
    labelled: Any, change: Any, said: str, tmp_path: Any
) -> None:
    files = files_of(labelled)
    data = from_json(files["data.json"], "data.json")
    change(data)
    write_folder(tmp_path / "run", {**files, "data.json": to_json(data)})
    with pytest.raises(ModelFileError, match=said):
        load(tmp_path / "run")


# The network and the preset of the lecture


def test_the_preset_has_the_parameters_of_the_lecture() -> None:
    lecture = preset("cvae-500")
    assert isinstance(lecture, CVAE)
    model = make_model(lecture._spec(), Sizes((1, 28, 28), 2, 10), torch.Generator().manual_seed(0))
    counts = [sum(p.numel() for p in half.parameters()) for half in (model.posterior, model.likelihood)]
    assert counts == [662_954, 649_784]
    assert (lecture.max_epochs, lecture.batch_size, lecture.learning_rate) == (20, 128, 1e-3)


def test_an_encoder_may_read_the_condition_beside_the_data() -> None:
    network = part("conditional-mlp", hidden=(6,), activation="tanh")
    cvae = CVAE(**{**quick, "network": network}).fit(X, y)
    first, _ = cvae.model_.posterior.encoder.layers
    x = cvae.treatment_.to_model(X)
    joint = torch.from_numpy(np.c_[x, np.eye(3, dtype=np.float32)[y]])
    with torch.no_grad():
        by_hand = torch.tanh(joint @ first.weight.T + first.bias)
        mean = by_hand @ cvae.model_.posterior.head.weight[:2].T + cvae.model_.posterior.head.bias[:2]
    np.testing.assert_allclose(cvae.transform(X, y), mean, rtol=1e-4, atol=1e-5)
    plain = VAE(**{**quick, "network": network}).fit(X)
    assert plain.model_.posterior.encoder.layers[0].in_features == 4
    with pytest.raises(SpecError, match="decoder=\\(5, 5\\) has 2 layers and the encoder 1"):
        VAE(network=part("conditional-mlp", hidden=(6,), decoder=(5, 5))).fit(X)


# What is refused


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"condition_in": ("encoder",)}, SpecError, "must name the decoder, or the prior"),
        ({"condition_in": ("decoder", "reader")}, SpecError, "knows no 'reader'"),
        ({"condition_in": FULL, "prior": "vamp"}, ClashError, "prior 'vamp' reads no condition"),
        ({"prior": "conditional-normal"}, ClashError, "no condition reaches it; use CVAE"),
        ({"condition": []}, SpecError, "names no column"),
        ({"condition": ["kind"]}, DataError, "'kind' is no column of X, which has no names"),
        ({"condition": [9]}, DataError, "9 is no column of X, which has 4: 0 to 3"),
        ({"condition": [0, -4]}, DataError, "names a column twice"),
        ({"condition": [0, 1, 2, 3]}, DataError, "leaves no column to model"),
    ],
    ids=repr,
)
def test_what_cannot_be_meant_is_refused_before_training(options: Any, kind: type, said: str) -> None:
    with pytest.raises(kind) as refused:
        CVAE(**options, **quick).fit(X, y)
    assert said in str(refused.value)


def test_a_prior_of_a_condition_has_no_place_in_a_model_without_one() -> None:
    with pytest.raises(ClashError, match="learned from a condition, but no condition reaches it; use CVAE"):
        VAE(prior="conditional-normal", **quick).fit(X)
    with pytest.raises(SpecError, match=r"use CVAE\.from_recipe\('cvae'\)"):
        VAE.from_recipe("cvae")
    assert CVAE.from_recipe("cvae+beta_vae", beta=2).bound == part("elbo", beta=2)


def test_a_condition_is_asked_for_where_it_is_needed(labelled: Any, in_columns: Any) -> None:
    for ask in (
        lambda: labelled.transform(X),
        lambda: labelled.sample(2),
        lambda: labelled.inverse_transform(np.zeros((1, 2))),
        lambda: labelled.score_samples(X),
        lambda: labelled.reconstruct(X),
        lambda: labelled.log_likelihood(X, 3),
        lambda: labelled.ledger(X),
        lambda: in_columns.sample(2),
    ):
        with pytest.raises(DataError, match="give c="):
            ask()
    for ask in (lambda: CVAE(**quick).fit(X), lambda: labelled.score(X), lambda: labelled.score_joint(X)):
        with pytest.raises(DataError, match="requires y to be passed, but the target y is None"):
            ask()
    with pytest.raises(DataError, match="class 'oak' was not seen in fit; seen were: 'setosa', 'versicolor'"):
        labelled.sample(2, c="oak")
    with pytest.raises(DataError, match="y has 3 rows and X has 150"):
        CVAE(**quick).fit(X, y[:3])


def test_beside_an_x_that_holds_the_condition_c_is_refused(in_columns: Any) -> None:
    for ask in (in_columns.transform, in_columns.reconstruct, in_columns.score_samples, in_columns.ledger):
        with pytest.raises(DataError, match="takes its condition from columns of X"):
            ask(frame, c="setosa")
    pictures = np.random.default_rng(0).random((60, 4, 4))
    with pytest.raises(DataError, match="only rows of a table have columns"):
        CVAE(condition=[0], **quick).fit(pictures)


def test_it_is_public_and_cloned_with_its_condition() -> None:
    assert vaekit.CVAE is CVAE
    again = clone(CVAE(condition=["kind"], condition_in=("decoder",)))
    assert (again.condition, again.condition_in) == (["kind"], ("decoder",))
