"""Every recipe: it trains a step, samples, gives every parameter a gradient, and survives JSON, clone and pickle."""

import json
import math
import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone

from vaekit import CVAE, VAE
from vaekit.bounds import loss_of
from vaekit.compatibility import clashes
from vaekit.errors import UnknownOption, UnknownPart
from vaekit.estimators.plain import read_parameter, write_parameter
from vaekit.recipes import RECIPES, compose
from vaekit.spec import Part, Spec, part

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5))
EVERY = sorted(RECIPES)


y = rng.integers(0, 3, len(X))


def quick(name):
    model = CVAE if name == "cvae" else VAE
    return model.from_recipe(name, max_epochs=1, batch_size=32, random_state=0, likelihood="gaussian")


@pytest.fixture(scope="module")
def fitted():
    return {name: quick(name).fit(X, y) for name in EVERY}


def given(name):
    """What methods need beside X."""
    return {"c": y} if name == "cvae" else {}


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_has_no_clash_and_one_line_and_a_source(name):
    recipe = RECIPES[name]
    assert clashes(compose(name, Spec(likelihood="gaussian"))) == []
    assert recipe.summary.endswith(".")
    assert "https://" in recipe.reference


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_trains_finitely_and_samples(name, fitted):
    vae = fitted[name]
    assert all(math.isfinite(value) for row in vae.history_ for value in row.values())
    assert hasattr(vae, "sample") == (name != "ae")
    if name != "ae":
        drawn = vae.sample(4, random_state=1, **({"c": 1} if given(name) else {}))
        assert drawn.shape == (4, 5)
        assert np.isfinite(drawn).all()
    assert vae.transform(X, **given(name)).shape == (60, 2)


@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_gets_a_gradient_from_its_own_player(name, fitted):
    vae = fitted[name]
    model, bound = vae.model_.train(), vae.bound_
    generator = torch.Generator().manual_seed(0)
    x = torch.from_numpy(vae.treatment_.to_model(X))
    noise = torch.randn(bound.samples, len(x), model.noise_size, generator=generator)
    c = torch.from_numpy(vae.condition_.to_model(y, len(X))) if given(name) else None
    evidence = model(x, noise, c)
    terms = bound.terms(evidence)
    for penalty in vae.penalties_:
        terms |= penalty.terms(evidence, generator)
    loss_of(terms)[0].backward()
    for weight_name, weight in model.named_parameters():
        assert weight.grad is not None, weight_name
        assert torch.isfinite(weight.grad).all(), weight_name
    for penalty in vae.penalties_:
        if penalty.learns:
            penalty.zero_grad()
            penalty.critic_loss(model(x, noise), generator).backward()
            assert all(weight.grad is not None for weight in penalty.parameters())


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_survives_json(name):
    spec = compose(name)
    for place in ("likelihood", "prior", "posterior", "bound", "penalties", "network"):
        value = getattr(spec, place)
        written = json.loads(json.dumps(write_parameter(place, value, {})))
        assert read_parameter(place, written, {}, {}) == value


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_survives_clone_and_pickle(name, fitted):
    assert repr(clone(quick(name))) == repr(quick(name))
    again = pickle.loads(pickle.dumps(fitted[name]))
    np.testing.assert_array_equal(again.transform(X, **given(name)), fitted[name].transform(X, **given(name)))


@pytest.mark.parametrize("name", EVERY)
def test_a_recipe_comes_back_from_its_folder(name, fitted, tmp_path):
    from vaekit import load

    fitted[name].save(tmp_path / "run")
    again = load(tmp_path / "run")
    np.testing.assert_array_equal(again.transform(X, **given(name)), fitted[name].transform(X, **given(name)))
    if name != "ae":
        one = {"c": 1} if given(name) else {}
        np.testing.assert_array_equal(
            again.sample(3, random_state=2, **one), fitted[name].sample(3, random_state=2, **one)
        )
    assert again.get_params() == {
        **fitted[name].get_params(),
        "callbacks": (),
        "device": "auto",
        "verbose": 0,
    }
    assert again.history_ == fitted[name].history_


def test_recipes_compose_and_share_options():
    spec = compose("vamp_vae+beta_vae+warmup_vae", components=7, beta=6, warm_up=3.0)
    assert spec.prior == part("vamp", components=7)
    assert spec.bound == Part("elbo", beta=6, warm_up=3.0)


def test_an_unknown_recipe_or_option_names_those_that_exist():
    with pytest.raises(UnknownPart, match="Did you mean 'beta_vae'"):
        compose("beta_vea")
    with pytest.raises(UnknownOption, match="it has: beta, components"):
        compose("vamp_vae+beta_vae", betta=3)


def test_the_median_recipe_is_three_lines_or_fewer():
    import ast
    import inspect
    import statistics
    import textwrap

    lengths = []
    for recipe in RECIPES.values():
        function = ast.parse(textwrap.dedent(inspect.getsource(recipe.apply))).body[0]
        body = function.body[1:]
        lengths.append(body[-1].end_lineno - body[0].lineno + 1)
    assert statistics.median(lengths) <= 3
