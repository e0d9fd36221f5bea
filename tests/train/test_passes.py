"""Played passes train to the same bits as computed ones, and only those are played that stay the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from vaekit import AAE, CVAE, VAE, ClusterAAE, SemiSupervisedAAE, SemiSupervisedVAE, TabularVAE, part
from vaekit.recipes import RECIPES
from vaekit.train import Callback, passes
from vaekit.train.passes import Passes

ROWS = 36
rng = np.random.default_rng(0)
X = rng.normal(size=(ROWS, 4)) @ rng.normal(size=(4, 4))
y = rng.integers(0, 3, ROWS)
BITS = (rng.random((ROWS, 64)) < 0.4).astype(np.float32)
SMALL = part("mlp", hidden=(8,))
QUICK: dict[str, Any] = {"max_epochs": 3, "batch_size": 8, "random_state": 0}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Passes]:
    """The passes of every training that is made."""
    made: list[Passes] = []
    before = Passes.__init__

    def noting(self: Passes, training: Any) -> None:
        before(self, training)
        made.append(self)

    monkeypatch.setattr(Passes, "__init__", noting)
    return made


def both(make: Any, made: list[Passes], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Fits with and without playing, compares all that is learned, and tells whether anything was played."""
    played = make()
    agreed = any(known.agreed for each in made for known in each.known.values())
    monkeypatch.setattr(passes, "MOST_WORK", 0)
    made.clear()
    computed = make()
    assert not any(each.playable for each in made)
    for one, other in zip(played.history_, computed.history_, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
    modules = zip([played.model_, *played.penalties_], [computed.model_, *computed.penalties_], strict=True)
    for one, other in modules:
        for (name, value), (_, same) in zip(
            one.state_dict().items(), other.state_dict().items(), strict=True
        ):
            assert torch.equal(value, same), name
    return agreed


def of(estimator: Any = VAE, *given: Any, **options: Any) -> Any:
    """What fits an estimator to X, and to what is given beside it."""
    chosen = {"network": SMALL, **QUICK, **options}
    return lambda: estimator(**chosen).fit(X, *given)


def of_bits(**options: Any) -> Any:
    return lambda: VAE(**{"likelihood": "bernoulli", "network": SMALL, **QUICK, **options}).fit(BITS)


def recipe(name: str) -> Any:
    estimator = CVAE if name == "cvae" else VAE
    return lambda: estimator.from_recipe(name, likelihood="gaussian", network=SMALL, **QUICK).fit(X, y)


LAYERS = (
    nn.Sequential(nn.Linear(4, 6), nn.Tanh()),
    nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 4)),
)
NORMED = (nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6)), nn.Linear(2, 4))

FITS = {
    **{f"recipe {name}": recipe(name) for name in RECIPES},
    **{f"prior {name}": of(prior=name) for name in ("normal", "vamp", "mixture")},
    "prior uniform": of(prior="uniform", posterior="box"),
    **{
        f"posterior {name}": of(posterior=name)
        for name in ("full-normal", "inverse-autoregressive", "hamiltonian")
    },
    "posterior point": of(posterior="point", bound="map"),
    "prior sampled": of(
        prior=part("sampled", draws=lambda n, rng: rng.normal(size=(n, 2))),
        posterior="point",
        bound="reconstruction",
        penalties=("mmd",),
    ),
    "iwae": of(bound=part("iwae", samples=3)),
    "rise": of(bound=part("elbo", warm_up=1.5)),
    "cycles": of(bound=part("elbo", warm_up=0.5, cycles=3)),
    "free nats": of(bound=part("elbo", free_nats=0.3)),
    "target": of(bound=part("elbo", target_rate=2.0)),
    "schedule": of(schedule="cosine"),
    "clipped": of(gradient_clip=0.5),
    "averaged": of(ema=0.9),
    "sgd": of(optimizer="sgd"),
    "bfloat16": of(precision="bfloat16"),
    "denoise": of(denoise="gaussian"),
    "dropout": of(network=part("mlp", hidden=(8,), dropout=0.3)),
    "layers of torch": of(network=LAYERS),
    "norm of batches": of(network=NORMED, batch_size=12),
    **{f"penalty {name}": of(penalties=(name,)) for name in ("mmd", "code-critic", "total-correlation")},
    "followed apart": of(AAE),
    "labels behind the prior": of(AAE, y),
    "clusters": lambda: ClusterAAE(latent_dim=5, n_clusters=3, network=SMALL, **QUICK).fit(BITS),
    "some labels": of(SemiSupervisedAAE, y),
    "some labels, M2": of(SemiSupervisedVAE, y),
    "condition": of(CVAE, y),
    "condition of the prior": of(
        CVAE, y, prior="conditional-normal", condition_in=("encoder", "decoder", "prior")
    ),
    "holes": lambda: VAE(network=SMALL, missing="mask", **QUICK).fit(np.where(X > 1.5, np.nan, X)),
    "bits": of_bits(),
    "bits drawn anew": lambda: VAE(likelihood="bernoulli", binarize="dynamic", network=SMALL, **QUICK).fit(
        BITS / 2
    ),
    "convolutions": of_bits(network="conv", image_shape=(1, 8, 8)),
    "columns of several kinds": lambda: TabularVAE(network=SMALL, **QUICK).fit(X.round(1)),
}
COMPUTED = {
    "recipe capacity_vae": "its schedule goes on longer",
    "recipe warmup_vae": "its schedule goes on longer",
    "cycles": "they go on longer",
    "dropout": "every call has a generator of its own",
    "prior sampled": "a function of the user's draws",
}
"""Fits of which nothing is played, and why."""


@pytest.mark.parametrize("name", FITS)
def test_a_fit_that_is_played_is_the_fit_that_is_computed(
    name: str, made: list[Passes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both(FITS[name], made, monkeypatch) != (name in COMPUTED)


class Counting(nn.Module):
    """A layer of the user's that does something else from its seventh call on."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.calls = nn.Linear(4, 6), 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += self.training
        return self.layer(x) if self.calls < 7 else -self.layer(x)


class Weighs(Callback):
    """Changes the weight of the KL after an epoch."""

    def epoch_ends(self, training: Any, row: dict[str, float]) -> None:
        training.bound.beta = 0.5


class WeighsAtSteps(Callback):
    """Changes it after the tenth step."""

    def step_ends(self, training: Any) -> None:
        training.bound.beta = 1.0 if training.step < 10 else 0.5


def hooked() -> nn.Module:
    layer = nn.Linear(4, 6)
    layer.register_forward_hook(lambda module, given, found: None)
    return nn.Sequential(layer)


CHANGING = {
    "own layer": of(network=(Counting(), nn.Linear(2, 4))),
    "hook": of(network=(hooked(), nn.Linear(2, 4))),
    "callback of steps": of(callbacks=(WeighsAtSteps(),)),
    "callback of short epochs": of(callbacks=(Weighs(),)),
}


@pytest.mark.parametrize("name", CHANGING)
def test_what_may_change_at_any_step_is_computed(
    name: str, made: list[Passes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not both(CHANGING[name], made, monkeypatch)


def test_after_a_callback_of_the_user_an_epoch_is_recorded_anew(
    made: list[Passes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def make() -> Any:
        chosen: dict[str, Any] = {**QUICK, "batch_size": 1, "network": SMALL, "callbacks": (Weighs(),)}
        return VAE(validation_fraction=0.0, **chosen).fit(np.vstack([X, X]))

    assert both(make, made, monkeypatch)


def test_large_steps_are_computed(made: list[Passes]) -> None:
    of(network=part("mlp", hidden=(4000, 4000)), max_epochs=1, batch_size=36)()
    assert not made[0].playable
