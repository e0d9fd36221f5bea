"""The adversarial and semi-supervised estimators: what they do with labels, what they have not, what they keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from vaekit import AAE, ClusterAAE, SemiSupervisedAAE, SemiSupervisedVAE, load, part, preset
from vaekit.data.labels import kept_labels
from vaekit.errors import ClashError, DataError, SpecError
from vaekit.estimators.labelled import LEAST_LABELLED, repeated

X, Y = load_digits(return_X_y=True)
X, Y = X[:300], Y[:300]
HALF = np.where(np.arange(300) % 2, Y, -1)
quick: dict[str, Any] = {"max_epochs": 2, "network": part("mlp", hidden=(16,)), "random_state": 0}
small = part("code-critic", hidden=(16,))

FAMILY: dict[str, Any] = {
    "aae": AAE(critic=small, **quick),
    "aae, labels in the prior": AAE(prior="petals", labels="prior", critic=small, **quick),
    "aae, swiss roll": AAE(prior="swiss-roll", labels="prior", critic=small, **quick),
    "aae, labels in the decoder": AAE(labels="decoder", critic=small, **quick),
    "semi-supervised aae": SemiSupervisedAAE(critic=small, **quick),
    "semi-supervised vae": SemiSupervisedVAE(**quick),
    "cluster aae": ClusterAAE(5, critic=small, **quick),
    "cluster aae, from codes": ClusterAAE(5, first=3, critic=small, **quick),
}
LABELLED = [name for name in FAMILY if name != "aae" and "cluster" not in name]
PARTLY = [name for name in LABELLED if "decoder" not in name]


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    return {name: made.fit(X, Y if "decoder" in name else HALF) for name, made in FAMILY.items()}


@pytest.mark.parametrize("name", FAMILY)
def test_it_comes_back_from_its_folder_with_its_labels(
    name: str, fitted: dict[str, Any], tmp_path: Any
) -> None:
    model = fitted[name]
    model.save(tmp_path / "run")
    again = load(tmp_path / "run")
    assert type(again) is type(model)
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    c = {} if name == "aae" else {"c": 3}
    np.testing.assert_array_equal(again.sample(4, random_state=1, **c), model.sample(4, random_state=1, **c))
    if name != "aae":
        np.testing.assert_array_equal(again.classes_, model.classes_)
    if hasattr(model, "predict"):
        np.testing.assert_array_equal(again.predict(X), model.predict(X))


@pytest.mark.parametrize("name", FAMILY)
def test_the_same_seed_gives_the_same_weights(name: str, fitted: dict[str, Any]) -> None:
    again = type(FAMILY[name])(**FAMILY[name].get_params(deep=False)).fit(X, Y if "decoder" in name else HALF)
    np.testing.assert_array_equal(again.transform(X), fitted[name].transform(X))


@pytest.mark.parametrize("name", LABELLED)
def test_classes_are_those_of_y_without_the_unlabelled(name: str, fitted: dict[str, Any]) -> None:
    np.testing.assert_array_equal(fitted[name].classes_, np.arange(10))


@pytest.mark.parametrize("name", PARTLY)
def test_texts_are_labels_too_and_an_empty_one_is_none(name: str) -> None:
    names = np.array(["", "even", "odd"], dtype=object)[np.where(HALF < 0, 0, 1 + HALF % 2)]
    model = type(FAMILY[name])(**FAMILY[name].get_params(deep=False)).fit(X, names)
    assert model.classes_.tolist() == ["even", "odd"]
    assert model.sample(2, c="odd", random_state=0).shape == (2, 64)
    if hasattr(model, "predict"):
        assert set(model.predict(X)) <= {"even", "odd"}


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize(
    ("y", "said"),
    [
        (None, "requires y to be passed, but the target y is None"),
        (Y[:-1], "y has 299 rows and X has 300"),
        (np.full(300, -1), "needs labels, but none of the 300 rows has one"),
        (np.linspace(0, 1, 300), "y is continuous"),
        ([{}] * 300, "type dict"),
    ],
    ids=["none", "short", "all missing", "continuous", "no labels"],
)
def test_what_is_wrong_with_labels_is_said(name: str, y: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        type(FAMILY[name])(**FAMILY[name].get_params(deep=False)).fit(X, y)


@pytest.mark.parametrize("name", LABELLED)
def test_an_unseen_class_is_named_with_those_that_were_seen(name: str, fitted: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="class 12 was not seen in fit; seen were: 0, 1, 2"):
        fitted[name].sample(2, c=12)


@pytest.mark.parametrize("name", [name for name in FAMILY if name != "semi-supervised vae"])
def test_a_model_without_a_density_says_why_it_scores_nothing(name: str, fitted: dict[str, Any]) -> None:
    for method in ("score_samples", "log_likelihood", "elbo_decomposition", "kl_per_unit"):
        assert not hasattr(fitted[name], method)
        with pytest.raises(AttributeError, match="has no bound"):
            getattr(fitted[name], method)


# AAE


def test_labels_of_an_aae_are_ignored_unless_they_are_asked_for(fitted: dict[str, Any]) -> None:
    alone = AAE(critic=small, **quick).fit(X)
    np.testing.assert_array_equal(alone.transform(X), fitted["aae"].transform(X))
    with pytest.raises(DataError, match=r"without labels, so it takes no c=; use AAE\(labels='prior'\)"):
        alone.sample(1, c=3)
    assert not hasattr(alone, "classes_")


def test_places_have_the_frequencies_of_the_classes() -> None:
    y = np.repeat([0, 1, 2], [150, 100, 50])
    model = AAE(prior="rings", labels="prior", critic=small, **quick).fit(X, y)
    assert model.spec_.prior == part("rings", components=3, weights=(1 / 2, 1 / 3, 1 / 6))
    assert set(model.label_of(X)) <= {0, 1, 2}


def test_a_prior_without_places_is_refused_where_labels_need_them() -> None:
    with pytest.raises(ClashError, match="prior 'normal' has no places; use prior 'petals'"):
        AAE(prior="normal", labels="prior", **quick).fit(X, Y)
    with pytest.raises(SpecError, match="needs latent_dim=2, not 3"):
        AAE(3, prior="swiss-roll", labels="prior", **quick).fit(X, Y)
    assert AAE(4, prior="petals", labels="prior", **quick).fit(X, Y).label_of(X).shape == (300,)


def test_labels_in_the_prior_choose_a_prior_with_places() -> None:
    assert AAE(labels="prior", **quick).fit(X, Y).spec_.prior.name == "petals"
    assert AAE(**quick).fit(X).spec_.prior == "normal"


def test_samples_of_a_class_come_from_its_place(fitted: dict[str, Any]) -> None:
    model = fitted["aae, swiss roll"]
    import torch

    c = torch.from_numpy(model._condition(7, 50))
    z = model.model_.prior.sample(50, torch.Generator().manual_seed(0), c)
    assert (model.model_.prior.label_of(z) == 7).all()


def test_a_decoder_that_reads_labels_needs_all_of_them(fitted: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="needs every label, but 150 of 300 are missing"):
        AAE(labels="decoder", **quick).fit(X, HALF)
    model = fitted["aae, labels in the decoder"]
    assert model.transform(X).shape == (300, 2)
    with pytest.raises(DataError, match="give c=, the condition of the 3 rows"):
        model.sample(3)
    assert not np.allclose(model.reconstruct(X, Y), model.reconstruct(X, (Y + 1) % 10))


def test_the_users_sampler_or_array_of_draws_is_a_prior() -> None:
    def draws(n: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-1, 1, size=(n, 2))

    for prior in (draws, draws(50, np.random.default_rng(0))):
        model = AAE(prior=prior, critic=small, **quick).fit(X)
        assert model.sample(3, random_state=0).shape == (3, 64)
    with pytest.raises(SpecError, match=r"gave draws of shape \(50, 3\); wanted is \(50, 2\)"):
        AAE(prior=np.zeros((50, 3)), **quick).fit(X)


def test_diagnoses_hold_the_players_against_their_equilibrium(fitted: dict[str, Any]) -> None:
    found = fitted["aae, labels in the prior"].diagnose(X, HALF)
    assert set(found) == {
        "critic_loss", "mmd", "sliced_wasserstein", "sliced_wasserstein_of_draws", "label_recovery",
    }  # fmt: skip
    assert found["label_recovery"].n == 150
    right = fitted["aae, labels in the prior"].label_of(X) == Y
    assert found["label_recovery"].value == pytest.approx(right[HALF >= 0].mean())
    assert "1.3863 at equilibrium" in found["critic_loss"].name
    assert "labelled_critic_loss" in fitted["aae, labels in the prior"].history_[0]


def test_a_critic_is_refused_that_reads_no_codes() -> None:
    with pytest.raises(SpecError, match="give 'auto', or part"):
        AAE(critic="mmd", **quick).fit(X)


# Classifiers


@pytest.mark.parametrize("name", ["semi-supervised aae", "semi-supervised vae"])
def test_a_classifier_gives_classes_probabilities_and_an_accuracy(name: str, fitted: dict[str, Any]) -> None:
    model = fitted[name]
    share = model.predict_proba(X)
    np.testing.assert_allclose(share.sum(1), 1, atol=1e-9)
    np.testing.assert_array_equal(model.predict(X), share.argmax(1))
    assert model.score(X, Y) == np.mean(model.predict(X) == Y)
    assert model.transform(X).shape == (300, 12)
    np.testing.assert_allclose(model.transform(X)[:, :10], share, atol=1e-6)
    with pytest.raises(NotFittedError):
        type(model)().predict(X)


def test_rows_without_labels_are_learned_from() -> None:
    """Two clouds and one label each: the label reaches the rest of its cloud."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 100)
    cloud = rng.normal(size=(200, 4)) * 0.3 + 2 * (2 * y[:, None] - 1)
    few = np.full(200, -1)
    few[[0, 100]] = 0, 1
    for cls in (SemiSupervisedAAE, SemiSupervisedVAE):
        model = cls(1, max_epochs=15, batch_size=32, network=part("mlp", hidden=(16,)), random_state=0)
        assert model.fit(cloud, few).score(cloud, y) > 0.95


def test_few_labelled_rows_come_often_enough_and_many_come_once() -> None:
    c = np.zeros((1000, 3), dtype=np.float32)
    c[:7, 0] = 1
    numbers = repeated(np.arange(1000), c)
    counts = np.bincount(numbers, minlength=1000)
    assert (counts[7:] == 1).all() and len(set(counts[:7])) == 1
    assert counts[:7].sum() / len(numbers) >= LEAST_LABELLED > (counts[:7] - 1).sum() / (len(numbers) - 7)
    c[:, 1] = 1
    np.testing.assert_array_equal(repeated(np.arange(1000), c), np.arange(1000))
    with pytest.raises(DataError, match="all labelled rows were held out"):
        repeated(np.arange(10), np.zeros((10, 3), dtype=np.float32))


def test_the_vae_that_classifies_bounds_log_p_of_x_and_of_x_given_its_class(fitted: dict[str, Any]) -> None:
    model, rows = fitted["semi-supervised vae"], X[:20]
    bound, given = model.score_samples(rows), model.score_samples(rows, Y[:20])
    assert model.ledger(rows)["elbo"] == pytest.approx(bound.mean())
    found = model.log_likelihood(rows, 195)
    assert found.n_samples == 200
    assert found.value + 4 * found.monte_carlo_error > bound.mean()
    assert model.log_likelihood(rows, 200, c=Y[:20]).value > given.mean() - 0.5
    # A mixture of what is given each class bounds from above what each class gives with its frequency.
    joint = given + model.condition_.log_shares(Y[:20], 20)
    assert bool((model.log_likelihood(rows, 400).rows > joint - 1).all())
    with pytest.raises(AttributeError, match="a class, which is summed over"):
        model.kl_per_unit(rows)


def test_options_of_the_critics_can_be_searched_over() -> None:
    model = SemiSupervisedAAE(critic=part("code-critic", hidden=(8,)), **quick)
    search = GridSearchCV(model, {"critic__noise": [0.0, 0.3]}, cv=2).fit(X, Y)
    assert search.best_params_["critic__noise"] in (0.0, 0.3)


# Clusterer


def test_clusters_are_numbered_from_the_largest(fitted: dict[str, Any]) -> None:
    model = FAMILY["cluster aae"]
    sizes = np.bincount(model.labels_, minlength=5)
    assert (np.diff(sizes) <= 0).all()
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    with pytest.raises(DataError, match="class 5 was not seen in fit; seen were"):
        model.sample(1, c=5)


# Presets and labels that are left out


@pytest.mark.parametrize("name", ["aae-1000", "semi-supervised-aae"])
def test_a_preset_of_the_family_can_be_trained(name: str) -> None:
    model = preset(name, network=part("mlp", hidden=(8,)), max_epochs=1, random_state=0).fit(X, HALF)
    assert np.isfinite(model.history_[0]["loss"])


def test_as_many_labels_are_kept_as_are_asked_for_alike_of_each_class() -> None:
    few = kept_labels(Y, 30, np.random.default_rng(0))
    assert (np.bincount(few[few >= 0]) == 3).all()
    assert (few[few >= 0] == Y[few >= 0]).all()
    texts = kept_labels(np.array(["a", "b", ""], dtype=object)[Y % 3], 11, np.random.default_rng(0))
    assert sorted((texts == label).sum() for label in ("a", "b")) == [5, 6]
    with pytest.raises(DataError, match="give from 10 to 300"):
        kept_labels(Y, 9, np.random.default_rng(0))
