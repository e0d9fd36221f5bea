"""The grid of specs: what `clashes` lets through trains and is what it says, what it refuses says why."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
import torch

from vaekit import CVAE, VAE
from vaekit.compatibility import clashes
from vaekit.errors import ClashError, UnknownOption, UnknownPart, VaekitError
from vaekit.spec import Spec, lookup, names, part

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 4))
c = rng.normal(size=(24, 2))


def draws(n, generator):
    return generator.uniform(-1, 1, size=(n, 2))


PRIORS = [
    "normal",
    part("mixture", components=2),
    part("vamp", components=3),
    "uniform",
    part("sampled", draws=draws),
    "conditional-normal",
]
POSTERIORS = ["normal", "full-normal", "point", "inverse-autoregressive", "hamiltonian", "box"]
BOUNDS = ["elbo", part("iwae", samples=2), "reconstruction", "map"]
PENALTIES = [(), ("mmd",), ("code-critic",), ("total-correlation",)]
# Parts that live on labels, or on codes that hold a class: see test_class_codes.py.
OF_LABELS = {
    "petals", "swiss-roll", "rings", "sectors", "class-and-normal", "class-and-style", "class-then-style", "m2",
    "labelled-critic", "class-critic", "style-critic", "label-loss", "class-information",
}  # fmt: skip
GRID = list(itertools.product(PRIORS, POSTERIORS, BOUNDS, PENALTIES))


def title(cell):
    """'vamp, normal, elbo, mmd': without addresses, so that every worker sees the same."""
    prior, posterior, bound, penalties = cell
    return ", ".join(
        value if isinstance(value, str) else value.name for value in (prior, posterior, bound, *penalties)
    )


def spec_of(cell):
    prior, posterior, bound, penalties = cell
    return Spec(likelihood="gaussian", prior=prior, posterior=posterior, bound=bound, penalties=penalties)


SOUND = [cell for cell in GRID if not clashes(spec_of(cell))]
CLASHING = [cell for cell in GRID if clashes(spec_of(cell))]


def test_the_grid_holds_every_part():
    def name(value):
        return value if isinstance(value, str) else value.name

    assert {name(p) for p in PRIORS} == set(names("prior")) - OF_LABELS
    assert {name(p) for p in POSTERIORS} == set(names("posterior")) - OF_LABELS
    assert {name(b) for b in BOUNDS} == set(names("bound")) - OF_LABELS
    assert {p for group in PENALTIES for p in group} == set(names("penalty")) - OF_LABELS
    assert len(SOUND) >= 60
    assert len(CLASHING) >= 100


def reads_condition(cell):
    return cell[0] == "conditional-normal"


def fit(cell):
    prior, posterior, bound, penalties = cell
    model = partial(CVAE, condition_in=("encoder", "decoder", "prior")) if reads_condition(cell) else VAE
    return model(
        likelihood=part("gaussian"), prior=prior, posterior=posterior, bound=bound, penalties=penalties,
        network=part("mlp", hidden=(8,)), max_epochs=1, batch_size=12, random_state=0,
    ).fit(X, c)  # fmt: skip


@pytest.mark.parametrize("cell", SOUND, ids=title)
def test_a_sound_spec_trains_every_part_that_learns(cell):
    start = fit(cell)
    assert all(math.isfinite(value) for row in start.history_ for value in row.values())
    if hasattr(start, "sample"):
        given = {"c": c[:3]} if reads_condition(cell) else {}
        assert np.isfinite(start.sample(3, random_state=0, **given)).all()
    generator = torch.Generator().manual_seed(0)
    model = start.model_.train()
    x = torch.from_numpy(start.treatment_.to_model(X))
    given = torch.from_numpy(start.condition_.to_model(c, len(x))) if reads_condition(cell) else None
    noise = torch.randn(start.bound_.samples, len(x), model.noise_size, generator=generator)
    evidence = model(x, noise, given)
    terms = start.bound_.terms(evidence)
    for penalty in start.penalties_:
        terms |= penalty.terms(evidence, generator)
    sum(weight * value.mean() for weight, value in terms.values()).backward()
    for name, weight in model.prior.named_parameters():
        assert weight.grad is not None, f"nothing trains the prior's {name}"


@pytest.mark.parametrize("cell", SOUND, ids=title)
def test_what_scores_has_a_density_on_both_sides(cell):
    prior, posterior, bound, penalties = cell
    vae = VAE(prior=prior, posterior=posterior, bound=bound, penalties=penalties)
    p = lookup("prior", prior if isinstance(prior, str) else prior.name)
    q = lookup("posterior", posterior)
    bounds_something = bound not in ("reconstruction", "map")
    assert hasattr(vae, "sample") == (bound != "reconstruction" or bool(penalties))
    assert hasattr(vae, "score_samples") == (p.density and q.density != "nowhere" and bounds_something)


def test_a_clash_is_raised_before_a_tensor_exists(monkeypatch):
    def forbidden(*args, **kwargs):
        raise AssertionError("a tensor was made")

    for name in ("zeros", "empty", "ones", "tensor", "randn"):
        monkeypatch.setattr(torch, name, forbidden)
    for cell in CLASHING:
        with pytest.raises(ClashError, match="use "):
            fit(cell)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (("uniform", "normal", "elbo", ()), "lives on box codes"),
        (("normal", "box", "elbo", ()), "its prior"),
        (("normal", "point", "elbo", ()), "point mass"),
        ((part("sampled", draws=draws), "normal", "elbo", ()), "known by draws only"),
        ((part("vamp"), "hamiltonian", "elbo", ()), "on its own draws only"),
        ((part("mixture"), "point", "reconstruction", ("code-critic",)), "nothing would train it"),
        (("uniform", "point", "reconstruction", ()), "nothing draws codes towards"),
        (("normal", "normal", "reconstruction", ()), "shrink to a point"),
        (("normal", "normal", "map", ()), "shrink to a point"),
    ],
    ids=lambda value: value if isinstance(value, str) else title(value),
)
def test_each_coupling_of_the_design_is_refused_in_its_own_words(cell, words):
    assert any(words in sentence for sentence in clashes(spec_of(cell)))


def test_unknown_parts_and_options_are_named_with_what_exists():
    with pytest.raises(
        UnknownPart, match=r"no prior is called 'vmap'; there are: .*vamp.* Did you mean 'vamp'"
    ):
        VAE(prior="vmap").fit(X)
    with pytest.raises(UnknownOption, match="has no option 'component'; it has: components"):
        VAE(prior=part("mixture", component=3)).fit(X)
    assert issubclass(UnknownPart, VaekitError) and issubclass(UnknownPart, ValueError)
