"""Saved and loaded, an estimator answers as before; what is the user's own is asked for and given back."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from torch import nn
from torch.distributions import Normal

from vaekit import AE, CVAE, VAE, load, part, preset
from vaekit.errors import ModelFileError, NetworkError, OutputExists, SpecError, UnknownOption
from vaekit.estimators.files import files_of
from vaekit.estimators.plain import NOT_KEPT, marked, read_parameter, write_parameter
from vaekit.estimators.stored import history_csv, read_history
from vaekit.run import SUMS, read_checked, write_folder
from vaekit.spec import Part, as_part, names
from vaekit.train.callbacks import Callback

quick: dict[str, Any] = {"max_epochs": 2, "random_state": 0, "network": part("mlp", hidden=(8,))}
rng = np.random.default_rng(0)
real = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5))
many = np.concatenate([real, real + 0.1, real - 0.1, real * 2])
unit = rng.random((60, 6))
pixels = rng.integers(0, 256, (60, 4, 4)).astype(np.uint8)
pictures = rng.random((60, 1, 16, 18))
counts = rng.poisson(2.0, size=(60, 5)).astype(float)
categories = rng.integers(0, 3, size=(60, 5)).astype(float)


def vae(**options: Any) -> VAE:
    return VAE(**{**quick, **options})


MODELS: dict[str, tuple[Any, Any]] = {
    "plain": (vae(), real),
    "ae": (AE(**quick), real),
    "held out": (vae(patience=1), many),
    "one value": (vae(latent_dim=1), real[:, :1]),
    "constant column": (vae(), np.c_[real, np.ones(60)]),
    "bernoulli": (vae(likelihood="bernoulli"), unit.round()),
    "relaxed bernoulli": (vae(likelihood=part("bernoulli", relaxed=True)), unit),
    "chosen": (vae(), unit),
    "continuous-bernoulli": (vae(likelihood="continuous-bernoulli"), unit),
    "gaussian": (vae(likelihood=part("gaussian", scale=0.5)), real),
    "gaussian per-feature": (vae(likelihood=part("gaussian", scale="per-feature")), real),
    "gaussian network": (vae(likelihood=part("gaussian", scale="network")), real),
    "laplace": (vae(likelihood="laplace"), real),
    "student-t": (vae(likelihood=part("student-t", scale="per-feature")), real),
    "poisson": (vae(likelihood="poisson"), counts),
    "negative-binomial": (vae(likelihood=part("negative-binomial", library="observed")), counts),
    "zero-inflated-poisson": (vae(likelihood="zero-inflated-poisson"), counts),
    "zero-inflated-negative-binomial": (vae(likelihood="zero-inflated-negative-binomial"), counts),
    "heaped": (vae(likelihood="heaped"), real.round(1)),
    "log-normal": (vae(likelihood="log-normal"), np.exp(real)),
    "beta": (vae(likelihood="beta"), unit),
    "logistic": (vae(likelihood="logistic"), unit),
    "ordinal": (vae(likelihood="ordinal"), categories),
    "mixed": (
        vae(likelihood=part("mixed", columns=("gaussian", "poisson", part("categorical", categories=3)))),
        np.c_[real[:, :1], counts[:, :1], categories[:, :1]],
    ),
    "categorical": (vae(likelihood="categorical"), categories),
    "discretised-logistic": (vae(likelihood="discretised-logistic"), pixels),
    "pixels": (vae(), pixels),
    "threshold": (vae(binarize=0.5), unit),
    "static": (vae(binarize="static"), unit),
    "dynamic": (vae(binarize="dynamic"), unit),
    "unscaled": (vae(scale_inputs=False), real),
    "flat pictures": (vae(network="conv", image_shape=(16, 18)), pictures.reshape(60, -1)),
    "conv": (vae(network=part("conv", channels=(4,), padding="valid")), pictures),
    "linear": (vae(network=part("mlp", hidden=())), real),
    "stacked": (vae(network=part("stacked", codes=3, outer=part("mlp", hidden=(7,)))), real),
    "mixture": (vae(prior=part("mixture", components=3)), real),
    "vamp": (vae(prior=part("vamp", components=4)), real),
    "uniform": (vae(prior=part("uniform", low=-2.0, high=3.0), posterior="box"), real),
    "sampled": (
        vae(
            prior=part("sampled", draws=rng.normal(size=(9, 2))),
            posterior="point",
            bound="reconstruction",
            penalties=(part("code-critic", hidden=(4, 3)), part("mmd", weight=2.0)),
        ),
        real,
    ),
    **{
        prior: (
            vae(
                prior=part(prior, components=3), posterior="point", bound="reconstruction", penalties=("mmd",)
            ),
            real,
        )
        for prior in ("petals", "swiss-roll", "rings", "sectors")
    },
    "total-correlation": (vae(penalties=("total-correlation",)), real),
    "map": (vae(posterior="point", bound="map"), real),
    "full-normal": (vae(posterior="full-normal"), real),
    "inverse-autoregressive": (vae(posterior=part("inverse-autoregressive", hidden=6)), real),
    "hamiltonian": (vae(posterior=part("hamiltonian", steps=2)), real),
    "iwae": (vae(bound=part("iwae", samples=2)), real),
    "elbo": (vae(bound=part("elbo", capacity=None, beta=np.float64(2.0), samples=2)), real),
    "schedule": (
        vae(schedule=part("steps", at=(0.5, 0.75)), optimizer=part("adam", betas=(0.8, 0.9)), ema=0.9),
        real,
    ),
    "numpy numbers": (
        vae(latent_dim=np.int64(2), learning_rate=np.float32(0.01), max_epochs=np.int32(2)),
        real,
    ),
    "RandomState": (vae(random_state=np.random.RandomState(0)), real),
    "conditional": (
        CVAE(
            condition=(-1,),
            condition_in=("encoder", "decoder", "prior"),
            **{**quick, "network": part("conditional-mlp", hidden=(8, 6), decoder=(5, 7))},
        ),
        real,
    ),
    "watched": (vae(callbacks=(Callback(),), device="cpu"), real),
}


@cache
def fitted(name: str) -> tuple[Any, Any]:
    """A model of the table, and its data."""
    model, X = MODELS[name]
    return clone(model).fit(X), X


def plain(value: Any) -> Any:
    """Arrays as lists, so that parameters can be compared; part options by name."""
    if isinstance(value, Part):
        return (value.name, {key: plain(option) for key, option in value.options.items()})
    if isinstance(value, tuple | list):
        return tuple(plain(v) for v in value)
    return value.tolist() if isinstance(value, np.ndarray | torch.Tensor | np.generic) else value


# Parts that need labels, or are of codes that hold a class, are saved in test_family.py.
OF_LABELS = {
    "class-and-normal", "class-and-style", "class-then-style", "m2", "labelled-critic", "class-critic",
    "style-critic", "label-loss", "class-information",
}  # fmt: skip
SAVED = ("network", "likelihood", "prior", "posterior", "bound", "penalty")


def parts(estimator: Any) -> list[tuple[str, Any]]:
    """(place, part) that this estimator asks for."""
    return [(place, value) for place, value in estimator._spec().places() if value != "auto"]


def kept(estimator: Any) -> dict[str, Any]:
    return {key: plain(v) for key, v in estimator.get_params(deep=False).items() if key not in NOT_KEPT}


def answers(estimator: Any, X: Any) -> dict[str, Any]:
    """Everything that the estimator says of X."""
    codes = estimator.transform(X)
    given = {"c": 0.5} if hasattr(estimator, "condition_") else {}
    found = {
        "codes": codes,
        "decoded": estimator.inverse_transform(codes, **given),
        "reconstruction": estimator.reconstruct(X),
        "names": estimator.get_feature_names_out(),
    }
    if hasattr(estimator, "sample"):
        found["sample"] = estimator.sample(7, random_state=1, **given)
    if hasattr(estimator, "score_samples"):
        found["scores"] = estimator.score_samples(X)
    if hasattr(estimator, "reconstruction_error"):
        found["errors"] = estimator.reconstruction_error(X)
    return found


def test_every_part_is_in_a_model_that_is_saved_here() -> None:
    used = {
        (place, as_part(place, value).name) for model, _ in MODELS.values() for place, value in parts(model)
    }
    there = {(place, name) for place in SAVED for name in names(place) if name not in OF_LABELS}
    assert used >= there, there - used


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_estimator_answers_as_the_one_that_was_saved(name: str, tmp_path: Path) -> None:
    model, X = fitted(name)
    model.save(tmp_path / "run")
    again = load(tmp_path / "run")
    assert type(again) is type(model)
    expected, found = answers(model, X), answers(again, X)
    assert expected.keys() == found.keys()
    for key in expected:
        np.testing.assert_array_equal(found[key], expected[key], err_msg=key)
    if name != "RandomState":
        assert kept(again) == kept(model)
    assert again.history_ == model.history_
    assert (again.n_iter_, again.best_epoch_, again.interrupted_, again.diverged_, again.seed_) == (
        (model.n_iter_, model.best_epoch_, model.interrupted_, model.diverged_, model.seed_)
    )
    assert (again.profile_, again.network_, again.log_) == (model.profile_, model.network_, model.log_)
    assert again.n_features_in_ == model.n_features_in_
    np.testing.assert_array_equal(again.held_out_, model.held_out_)


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_estimator_is_saved_as_the_same_files(name: str, tmp_path: Path) -> None:
    files = files_of(fitted(name)[0])
    again = files_of(load(write_folder(tmp_path / "run", files)))
    if name == "RandomState":
        files.pop("spec.json"), again.pop("spec.json")
    assert again == files


@pytest.mark.parametrize("name", ["plain", "sampled", "ae"])
def test_a_loaded_estimator_can_be_fitted_again_and_cloned(name: str, tmp_path: Path) -> None:
    model, X = fitted(name)
    model.save(tmp_path / "run")
    again = clone(load(tmp_path / "run")).fit(X)
    np.testing.assert_array_equal(again.transform(X), model.transform(X))


def test_a_random_state_object_is_not_kept(tmp_path: Path) -> None:
    fitted("RandomState")[0].save(tmp_path / "run")
    assert load(tmp_path / "run").random_state is None


def test_nothing_of_the_users_rows_is_in_the_files() -> None:
    """What is kept of 60 rows of real numbers: none of them, in any number format that tensors have."""
    model, X = fitted("plain")
    treated = model.treatment_.to_model(X)
    content = b"".join(files_of(model).values())
    for row in range(len(X)):
        for values in (X[row], treated[row].astype(np.float64), treated[row], X[row].astype(np.float32)):
            assert values.tobytes() not in content
            assert repr(float(values[0])).encode() not in content or values[0] in (X.min(), X.max())


def test_names_of_columns_survive_and_are_compared(tmp_path: Path) -> None:
    columns = ["=1+1", "länge", "</script>", "a,b", "five\n"]
    frame = pd.DataFrame(real, columns=columns)
    vae().fit(frame).save(tmp_path / "run")
    again = load(tmp_path / "run")
    assert again.feature_names_in_.tolist() == columns
    again.transform(frame)
    with pytest.raises(ValueError, match="feature names should match"):
        again.transform(frame.rename(columns={"länge": "laenge"}))


def test_a_preset_survives(tmp_path: Path) -> None:
    X = rng.random((40, 28, 28))
    model = preset("tf2-tutorial", max_epochs=1, random_state=0).fit(X)
    model.save(tmp_path / "run")
    np.testing.assert_array_equal(load(tmp_path / "run").transform(X), model.transform(X))


def test_where_the_data_came_from_is_still_known_when_a_loaded_run_is_saved_again(tmp_path: Path) -> None:
    source = {"name": "mine", "rows": 3}
    write_folder(tmp_path / "first", files_of(fitted("plain")[0], source))
    load(tmp_path / "first").save(tmp_path / "second")
    stored = [
        json.loads((tmp_path / run / "data.json").read_bytes())["source"] for run in ("first", "second")
    ]
    assert stored == [source, source]


def test_an_estimator_that_is_not_fitted_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="not fitted"):
        VAE().save(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_is_replaced_with_force_only(tmp_path: Path) -> None:
    fitted("plain")[0].save(tmp_path / "run")
    with pytest.raises(OutputExists, match="force"):
        fitted("ae")[0].save(tmp_path / "run")
    assert isinstance(load(tmp_path / "run"), VAE)
    fitted("ae")[0].save(tmp_path / "run", force=True)
    assert isinstance(load(tmp_path / "run"), AE)


def test_a_class_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    class MyVAE(VAE):
        pass

    with pytest.raises(SpecError, match="a MyVAE cannot be saved"):
        MyVAE(**quick).fit(real).save(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    fitted("plain")[0].save(tmp_path / "run")
    with pytest.raises(SpecError, match="use 'auto' or 'cpu'"):
        load(tmp_path / "run", device="abacus")
    assert load(tmp_path / "run", device="auto").transform(real).shape == (60, 2)


@pytest.mark.gpu
def test_what_was_fitted_on_a_gpu_is_read_on_a_cpu_and_back(tmp_path: Path) -> None:
    model = vae(device="cuda", prior="vamp", penalties=(part("mmd"),)).fit(real)
    model.save(tmp_path / "run")
    assert next(model.model_.parameters()).device.type == "cuda"
    for device in ("cpu", "cuda"):
        again = load(tmp_path / "run", device=device)
        assert next(again.model_.parameters()).device.type == device
        np.testing.assert_allclose(again.transform(real), model.transform(real), rtol=1e-3, atol=1e-4)


# --- the user's own --------------------------------------------------------------------------------


class Net(nn.Module):
    """An encoder and a decoder for five values; the mask of an attention is infinite, as they are."""

    def __init__(self, width: int = 7) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(5, width), nn.Tanh(), nn.BatchNorm1d(width))
        self.decoder = nn.Sequential(nn.Linear(2, width), nn.Tanh(), nn.Linear(width, 5))
        self.register_buffer("mask", torch.tensor([0.0, -torch.inf]))
        self.encoder.register_buffer("mask", torch.tensor([0.0, -torch.inf]))


class Shifted(nn.Module):
    """A prior with a mean that is learned."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(2))

    def forward(self) -> Normal:
        return Normal(self.mean, torch.ones(2))


class Rows(nn.Module):
    """A posterior of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(5, 4)

    def forward(self, x: torch.Tensor) -> Normal:
        mean, log_scale = self.layer(x).chunk(2, -1)
        return Normal(mean, log_scale.exp())


def ring(n: int, rng: np.random.Generator) -> np.ndarray:
    """Codes on a circle."""
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.c_[np.cos(angle), np.sin(angle)]


halves = (Net().encoder, Net().decoder)
aae: dict[str, Any] = {"posterior": "point", "bound": "reconstruction", "penalties": ("mmd",)}
OWN: dict[str, tuple[VAE, dict[str, Any], str]] = {
    "network": (vae(network=Net()), {"network": Net}, "network ('Net')"),
    "halves": (vae(network=halves), {"network": lambda: (Net().encoder, Net().decoder)}, "network ('Seq"),
    "prior": (vae(prior=Shifted()), {"prior": Shifted}, "prior ('Shifted')"),
    "posterior": (vae(posterior=Rows()), {"posterior": Rows}, "posterior ('Rows')"),
    "sampler": (vae(prior=part("sampled", draws=ring), **aae), {"prior": lambda: ring}, "prior ('ring')"),
    "sampler as a part": (
        vae(prior=part("sampled", draws=ring), **aae),
        {"prior": lambda: part("sampled", draws=ring)},
        "prior ('ring')",
    ),
    "two": (
        vae(network=Net(), prior=Shifted()),
        {"network": Net, "prior": Shifted},
        "network ('Net') and prior ('Shifted')",
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_what_is_the_users_own_is_asked_for_in_one_sentence_and_given_back(name: str, tmp_path: Path) -> None:
    model, own, named = OWN[name]
    model = clone(model).fit(real)
    model.save(tmp_path / "run")
    with pytest.raises(ModelFileError) as caught:
        load(tmp_path / "run")
    said = str(caught.value)
    assert all(f"{place}=..." in said for place in own) and said.count(". ") == 0 and "load(path, " in said
    for part_of_it in named.split(" and "):
        assert part_of_it in said
    torch.manual_seed(5)  # what is given back starts with other weights than were fitted
    given = {place: make() for place, make in own.items()}
    again = load(tmp_path / "run", **given)
    expected, found = answers(model, real), answers(again, real)
    for key in expected:
        np.testing.assert_array_equal(found[key], expected[key], err_msg=key)
    again_files = files_of(again)
    for file, content in files_of(model).items():
        assert again_files[file] == content, file


def test_a_module_given_back_is_copied_and_stays_the_users(tmp_path: Path) -> None:
    vae(network=Net()).fit(real).save(tmp_path / "run")
    mine = Net()
    before = [p.clone() for p in mine.parameters()]
    again = load(tmp_path / "run", network=mine)
    assert again.network is mine
    assert all(torch.equal(one, other) for one, other in zip(before, mine.parameters(), strict=True))


def test_another_module_than_was_fitted_is_refused_with_its_shapes_or_names(tmp_path: Path) -> None:
    vae(network=Net()).fit(real).save(tmp_path / "run")
    with pytest.raises(ModelFileError, match=r"has shape|of shape \(7, 5\); the model wants .* \(9, 5\)"):
        load(tmp_path / "run", network=Net(width=9))
    less = Net()
    less.encoder = nn.Sequential(nn.Linear(5, 7))
    with pytest.raises(ModelFileError, match=r"not known .*encoder\.module\.2\.bias"):
        load(tmp_path / "run", network=less)
    narrow = Net()
    narrow.decoder = nn.Linear(2, 3)
    with pytest.raises(NetworkError, match=r"your decoder gave shape \(2, 3\)"):
        load(tmp_path / "run", network=narrow)
    with pytest.raises(SpecError, match="network=Linear is not possible"):
        load(tmp_path / "run", network=nn.Linear(2, 2))


def test_what_no_place_asks_for_is_refused_by_name(tmp_path: Path) -> None:
    fitted("plain")[0].save(tmp_path / "plain")
    with pytest.raises(
        UnknownOption, match=r"load\(path, network=\.\.\.\) is not possible: .* it has: none\."
    ):
        load(tmp_path / "plain", network=Net())
    vae(network=Net()).fit(real).save(tmp_path / "own")
    with pytest.raises(UnknownOption, match=r"it has: network\. Did you mean 'network'"):
        load(tmp_path / "own", netwrok=Net())


def test_shared_weights_of_a_module_stay_shared(tmp_path: Path) -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.decoder = nn.Linear(5, 5), nn.Sequential(nn.Linear(2, 5), nn.Linear(5, 5))
            self.decoder[1].weight = self.encoder.weight

    model = vae(network=Tied()).fit(real)
    model.save(tmp_path / "run")
    again = load(tmp_path / "run", network=Tied())
    np.testing.assert_array_equal(again.transform(real), model.transform(real))
    own = again.model_
    assert own.posterior.encoder.module.weight.shape == (5, 5)


def test_weights_of_a_type_that_cannot_be_stored_are_said(tmp_path: Path) -> None:
    odd = Net()
    odd.encoder.register_buffer("short", torch.zeros(2, dtype=torch.bfloat16))
    with pytest.raises(SpecError, match=r"short' cannot be saved as torch\.bfloat16; use float32"):
        vae(network=odd).fit(real).save(tmp_path / "run")
    assert not (tmp_path / "run").exists()


# --- parameters and history as data ----------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -2.5,
        "normal",
        (),
        (1, (2.0, None)),
        part("x"),
        part("x", a=None, b=(1, 2), c=part("y", d=False), e="inf"),
        float("inf"),
        -float("inf"),
        (part("x", a=(part("y"),)), "mmd"),
        np.float64(0.1),
        np.int32(4),
        np.bool_(True),
    ],
    ids=repr,
)
def test_a_parameter_comes_back_from_json_as_it_was(value: Any) -> None:
    written = json.loads(json.dumps(write_parameter("prior", value, {}), allow_nan=False))
    assert read_parameter("prior", written, {}, {}) == value


@pytest.mark.parametrize(
    "array",
    [
        rng.normal(size=(3, 2)),
        np.arange(4),
        np.array(2.5),
        np.zeros((0, 2)),
        torch.ones(2, requires_grad=True),
    ],
    ids=lambda array: str(array.shape),
)
def test_arrays_stand_beside_the_weights(array: Any) -> None:
    arrays: dict[str, np.ndarray] = {}
    written = json.loads(json.dumps(write_parameter("prior", part("x", draws=(array,)), arrays)))
    found = read_parameter("prior", written, arrays, {}).options["draws"][0]
    np.testing.assert_array_equal(found, array.detach().numpy() if isinstance(array, torch.Tensor) else array)
    assert list(arrays) == ["prior.draws.0"]


def test_an_array_is_found_under_a_name_of_any_length() -> None:
    deep = part("sampled", draws=rng.normal(size=(9, 2)))
    arrays: dict[str, np.ndarray] = {}
    written = write_parameter("prior", part("x", **{"n" * 200: deep}), arrays)
    assert list(marked(written, "array")) == list(arrays)


def test_an_option_may_have_any_name() -> None:
    stored = {"part": "x", "options": {"name": 1, "self": 2, "part": 3}}
    assert read_parameter("prior", stored, {}, {}).options == {"name": 1, "self": 2, "part": 3}


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"part": "x"},
        {"part": 1, "options": {}},
        {"part": "x", "options": []},
        {"part": "x", "options": {}, "module": "os"},
        {"array": "prior"},
        {"array": ["prior"]},
        {"number": "1"},
        {"number": 1},
        {"own": 1},
        {"class": "os.system"},
        {"__reduce__": ["os.system", "true"]},
        [{"part": "x", "options": {"a": {"b": 1}}}],
    ],
    ids=repr,
)
def test_what_is_no_parameter_is_refused(stored: Any) -> None:
    with pytest.raises(ModelFileError):
        read_parameter("prior", stored, {"other": np.zeros(2)}, {})


def test_own_things_are_given_in_the_order_in_which_they_stood() -> None:
    one, other = Net(), Shifted()
    written = write_parameter("penalties", (one, "mmd", part("x", how=other)), {})
    assert read_parameter("penalties", written, {}, {"penalties": (one, "mmd", part("x", how=other))}) == (
        (one, "mmd", part("x", how=other))
    )


def test_history_comes_back_to_the_bit() -> None:
    history = [
        {"epoch": 1, "loss": 0.1 + 0.2, "val_loss": float("inf")},
        {"epoch": 2, "loss": np.float64(1e-300), "other": -0.0},
    ]
    again = read_history(history_csv(history), 2)
    assert again == history
    assert history_csv(again) == history_csv(history)
    assert read_history(history_csv([]), 0) == []


def test_the_files_are_those_of_a_run_and_the_same_each_time(tmp_path: Path) -> None:
    model, _ = fitted("held out")
    model.save(tmp_path / "one")
    model.save(tmp_path / "two")
    assert read_checked(tmp_path / "one") == read_checked(tmp_path / "two") == files_of(model)
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted([*files_of(model), SUMS])
