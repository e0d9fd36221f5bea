"""Models that train together come to what each comes to alone."""

from __future__ import annotations

import math
import signal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from torch import nn

from vaekit import AE, VAE, part
from vaekit.errors import SpecError
from vaekit.sweep import fit_many
from vaekit.train import Callback
from vaekit.train.optimizers import SGD

DIGITS = load_digits().data[:400]  # 360 rows to train on: 12 steps of 32 an epoch, so that 5 epochs are 60
PICTURES = (DIGITS / 16).reshape(-1, 8, 8)
BITS = (DIGITS > 8).astype(float)
SMALL: dict[str, Any] = {
    "network": part("mlp", hidden=(16,)), "batch_size": 32, "max_epochs": 5, "patience": None, "random_state": 0,
}  # fmt: skip
SHORT: dict[str, Any] = {"batch_size": 90, "max_epochs": 2}


def elbo(**options: Any) -> Any:
    return part("elbo", **options)


def each(name: str, values: Any, **common: Any) -> list[VAE]:
    """Estimators that differ in one parameter."""
    return [VAE(2, **(SMALL | common | {name: value})) for value in values]


def seeds(**common: Any) -> list[VAE]:
    """Two estimators that differ by their seed."""
    return each("random_state", range(2), **SHORT, **common)


# What may differ: name -> estimators. 60 steps each.
NUMBERS: dict[str, list[Any]] = {
    "random_state": each("random_state", range(3)),
    "beta": each("bound", [elbo(beta=beta) for beta in (0, 0.25, 4.0)]),
    "learning_rate": each("learning_rate", [1e-4, 1e-3, 3e-3]),
    "learning_rate of a decaying adam": each(
        "learning_rate", [1e-3, 3e-3], optimizer=part("adam", weight_decay=0.1, betas=(0.8, 0.99))
    ),
    "learning_rate of sgd": each("learning_rate", [1e-5, 1e-4], optimizer="sgd", schedule="cosine"),
    "weight of a penalty": each("penalties", [(part("mmd", weight=w),) for w in (1, 50.0)]),
    "target rate": each("bound", [elbo(target_rate=rate, pull=2) for rate in (1, 5)]),
}

# What training goes through: name -> (data, two estimators). 8 steps each.
PARTS: dict[str, tuple[Any, list[Any]]] = {
    "autoencoders": (DIGITS, [AE(2, **(SMALL | SHORT | {"random_state": seed})) for seed in range(2)]),
    "beta that rises": (DIGITS, each("bound", [elbo(beta=b, warm_up=1.5) for b in (0.5, 2)], **SHORT)),
    "capacity and pull": (DIGITS, each("bound", [elbo(capacity=5, warm_up=2, pull=p) for p in (1, 5.0)], **SHORT)),
    "free nats": (DIGITS, seeds(bound=elbo(free_nats=0.5))),
    "gradients clipped": (DIGITS, seeds(gradient_clip=0.7)),
    "averaged weights": (DIGITS, seeds(ema=0.9)),
    "nothing held out": (DIGITS, seeds(validation_fraction=0)),
    "several draws": (BITS, seeds(bound=part("iwae", samples=3), prior="mixture")),
    "vamp prior": (DIGITS, seeds(prior=part("vamp", components=5))),
    "flow": (DIGITS, seeds(posterior="inverse-autoregressive")),
    "full covariance": (DIGITS, seeds(posterior="full-normal")),
    "box": (DIGITS, seeds(posterior="box", prior="uniform")),
    "pictures": (PICTURES, seeds(network=part("conv", channels=(4, 4)))),
    "rows drawn anew": (PICTURES, seeds(binarize="dynamic")),
    "counts": (DIGITS.round(), seeds(likelihood="poisson")),
    "categories": (np.round(DIGITS / 5), seeds(likelihood=part("categorical", categories=4))),
    "levels": (DIGITS, seeds(likelihood="discretised-logistic")),
    "continuous bernoulli": (PICTURES, seeds(likelihood="continuous-bernoulli")),
    "a scale from the code": (DIGITS, seeds(likelihood=part("student-t", scale="network"))),
    "modules of one's own": (DIGITS, seeds(network=(nn.Sequential(nn.Linear(64, 8), nn.Tanh()), nn.Linear(2, 64)))),
}  # fmt: skip


def alone(estimators: list[Any], X: Any) -> list[Any]:
    return [clone(estimator).fit(X) for estimator in estimators]


def weights(estimator: Any) -> torch.Tensor:
    return torch.cat([t.detach().flatten().double() for t in estimator.model_.state_dict().values()])


def as_one_by_one(estimators: list[Any], X: Any) -> None:
    """Fit the estimators together and alone, and compare all that fit leaves."""
    together = fit_many([clone(estimator) for estimator in estimators], X)
    assert any(f"{len(estimators)} models train together" in line for line in together[0].log_), together[
        0
    ].log_
    for one, many in zip(alone(estimators, X), together, strict=True):
        assert (many.n_iter_, many.best_epoch_, many.seed_) == (one.n_iter_, one.best_epoch_, one.seed_)
        np.testing.assert_array_equal(many.held_out_, one.held_out_)
        for expected, row in zip(one.history_, many.history_, strict=True):
            assert row.keys() == expected.keys()
            compared = sorted(row.keys() - {"seconds"})
            # Products of float32 are summed in another order: 6e-8 a step, which the next ones carry on.
            np.testing.assert_allclose(
                [row[name] for name in compared], [expected[name] for name in compared], rtol=1e-5, atol=1e-6
            )
        assert float((weights(many) - weights(one)).norm() / weights(one).norm()) < 1e-5
        assert many.transform(X[:5]) == pytest.approx(one.transform(X[:5]), rel=1e-3, abs=1e-3)
        assert not many.model_.training


@pytest.mark.parametrize("name", NUMBERS)
def test_models_that_differ_by_a_number_come_to_what_each_comes_to_alone(name: str) -> None:
    as_one_by_one(NUMBERS[name], DIGITS)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_trains_together_as_alone(name: str) -> None:
    X, estimators = PARTS[name]
    as_one_by_one(estimators, X)


def test_models_that_end_at_different_times_leave_and_the_others_go_on() -> None:
    together = fit_many(each("patience", [1, 2, None], learning_rate=0.05, max_epochs=12), DIGITS)
    one = each("patience", [1, 2, None], learning_rate=0.05, max_epochs=12)
    assert [many.n_iter_ for many in together] == [each.fit(DIGITS).n_iter_ for each in one]
    assert together[0].n_iter_ < together[1].n_iter_ < together[2].n_iter_
    for many, expected in zip(together, one, strict=True):
        kept = many.history_[many.best_epoch_ - 1]["val_loss"]
        assert kept == pytest.approx(expected.history_[expected.best_epoch_ - 1]["val_loss"], rel=1e-4)
    for estimator in together:
        owners = {t.untyped_storage().data_ptr() for t in estimator.model_.state_dict().values()}
        others = {
            t.untyped_storage().data_ptr()
            for other in together
            if other is not estimator
            for t in other.model_.state_dict().values()
        }
        assert not owners & others
        assert all(t.untyped_storage().nbytes() == t.nbytes for t in estimator.model_.parameters())


def test_what_differs_in_shape_trains_apart_in_one_call() -> None:
    estimators = [
        *each("random_state", range(2)), VAE(3, **SMALL), VAE(2, **(SMALL | {"likelihood": "laplace"})),
        VAE(2, **(SMALL | {"bound": elbo(free_nats=0.1)})), AE(2, **SMALL),
    ]  # fmt: skip
    fitted = fit_many(estimators, DIGITS)
    assert all(a is b for a, b in zip(fitted, estimators, strict=True))
    assert [any("together" in line for line in estimator.log_) for estimator in fitted] == [True] + [
        False
    ] * 5
    for one, many in zip(alone(estimators, DIGITS)[2:], fitted[2:], strict=True):
        assert torch.equal(weights(one), weights(many))


class Dropped(nn.Module):
    """An encoder that draws from torch's own generator."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.dropout(torch.relu(self.layer(x)), 0.5)


class Asking(Dropped):
    """An encoder that asks about its values."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.layer(x)
        return torch.relu(h) if float(h.detach().mean()) > -1e9 else h


APART: dict[str, tuple[list[Any], str]] = {
    "a critic": (each("random_state", range(2), posterior="point", bound="reconstruction",
                      penalties=("code-critic",)), "critic is a second player"),
    "Hamiltonian": (each("random_state", range(2), posterior="hamiltonian"), "gradients of its own"),
    "dropout": (each("random_state", range(2), network=(Dropped(), nn.Linear(2, 64))), "random"),
    "a question about values": (each("random_state", range(2), network=(Asking(), nn.Linear(2, 64))), "item"),
    "an optimiser": (each("random_state", range(2), optimizer="sgd"), "not declared elementwise"),
    "draws of a prior that learns": (
        each("random_state", range(2), prior="mixture", penalties=("mmd",)), "a prior that learns"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", APART)
def test_what_cannot_be_stacked_trains_one_by_one_to_the_bit_and_says_so_once(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SGD, "elementwise", False)
    estimators, why = APART[case]
    estimators = [est.set_params(max_epochs=2, likelihood=part("gaussian", scale=1.0)) for est in estimators]
    torch.manual_seed(0)
    fitted = fit_many([clone(estimator) for estimator in estimators], DIGITS)
    said = [line for estimator in fitted for line in estimator.log_ if "one by one" in line]
    assert len(said) == 1
    assert said[0].startswith("2 models train one by one: ")
    assert why in said[0]
    if case != "dropout":  # which reads torch's own generator, that nobody may seed
        for one, many in zip(alone(estimators, DIGITS), fitted, strict=True):
            assert torch.equal(weights(one), weights(many))


def test_normalised_batches_keep_their_running_means_a_model_each() -> None:
    # No bias before the normalisation: its gradient is 0, and Adam makes steps of the rounding of 0.
    encoder = nn.Sequential(nn.Linear(64, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU())
    estimators = each("random_state", range(2), network=(encoder, nn.Linear(2, 64)))
    fitted = fit_many([clone(estimator) for estimator in estimators], DIGITS)
    for one, many in zip(alone(estimators, DIGITS), fitted, strict=True):
        assert float((weights(many) - weights(one)).norm() / weights(one).norm()) < 1e-4


def test_a_model_that_diverges_stops_no_other() -> None:
    estimators = each("learning_rate", [1e-3, 1e30, 2e-3])
    good, bad, other = fit_many([clone(estimator) for estimator in estimators], DIGITS)
    assert bad.diverged_ and good.diverged_ is None and other.diverged_ is None
    assert "stopped being finite" in bad.log_[-1]
    assert np.isfinite(bad.transform(DIGITS)).all()
    expected = clone(estimators[0]).fit(DIGITS)
    assert good.history_[-1]["val_loss"] == pytest.approx(expected.history_[-1]["val_loss"], rel=1e-5)


class Stops(Callback):
    """Asks to stop after a step; counts the moments that it is told of."""

    def __init__(self, after: int) -> None:
        self.after, self.steps, self.ended = after, 0, 0

    def step_ends(self, training: Any) -> None:
        self.steps += 1
        training.stop = self.steps >= self.after

    def fit_ends(self, training: Any) -> None:
        self.ended += 1


def test_callbacks_see_their_own_training_and_may_end_it_within_an_epoch() -> None:
    one, two = Stops(5), Stops(10**6)
    estimators = [VAE(2, **(SMALL | {"callbacks": (calls,)})) for calls in (one, two)]
    fit_many(estimators, DIGITS)
    assert (one.steps, one.ended) == (5, 1)
    assert (two.steps, two.ended) == (60, 1)
    alone = VAE(2, **(SMALL | {"callbacks": (Stops(5),)})).fit(DIGITS)
    assert len(estimators[0].history_) == 1
    assert estimators[0].history_[0]["loss"] == pytest.approx(alone.history_[0]["loss"], rel=1e-5)


class Interrupts(Callback):
    """Presses Ctrl-C after some steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def step_ends(self, training: Any) -> None:
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_ends_all_that_train_together_and_keeps_their_weights() -> None:
    estimators = each("callbacks", [(), (Interrupts(15),), ()])
    fit_many(estimators, DIGITS)
    assert [estimator.interrupted_ for estimator in estimators] == [True] * 3
    assert [len(estimator.history_) for estimator in estimators] == [2] * 3  # 12 steps are an epoch
    assert np.isfinite(estimators[2].transform(DIGITS)).all()


def test_ctrl_c_is_raised_where_some_have_not_begun() -> None:
    one_by_one = seeds(posterior="hamiltonian", callbacks=(Interrupts(2),))
    of_two_shapes = [*each("callbacks", [(Interrupts(2),), ()]), VAE(3, **SMALL)]
    for estimators, fitted in ((one_by_one, [True, False]), (of_two_shapes, [True, True, False])):
        with pytest.raises(KeyboardInterrupt):
            fit_many(estimators, DIGITS)
        assert [hasattr(estimator, "model_") for estimator in estimators] == fitted
        assert estimators[0].interrupted_


def test_frames_and_tensors_are_fitted_as_arrays_are() -> None:
    frame = pd.DataFrame(DIGITS, columns=[f"pixel {at}" for at in range(64)])
    from_frame, from_tensor = fit_many(seeds(), frame), fit_many(seeds(), torch.from_numpy(DIGITS))
    assert list(from_frame[1].feature_names_in_) == list(frame.columns)
    assert torch.equal(weights(from_frame[1]), weights(from_tensor[1]))


@pytest.mark.gpu
def test_on_a_gpu_too_models_come_to_what_each_comes_to_alone() -> None:
    for name in ("random_state", "beta", "weight of a penalty"):
        as_one_by_one([clone(estimator).set_params(device="cuda") for estimator in NUMBERS[name]], DIGITS)


def test_rows_that_are_equal_are_held_once() -> None:
    rows: list[Any] = []

    class Looks(Callback):
        def fit_begins(self, training: Any) -> None:
            rows.append(training.rows)

    fit_many([VAE(2, **(SMALL | {"random_state": s, "callbacks": (Looks(),)})) for s in range(3)], DIGITS)
    assert len({id(chosen.rows.x) for chosen in rows}) == 1
    assert not torch.equal(rows[0].chosen, rows[1].chosen)


def test_an_estimator_in_the_list_twice_is_refused() -> None:
    vae = VAE(2, **SMALL)
    with pytest.raises(SpecError, match="twice"):
        fit_many([vae, vae], DIGITS)
    assert fit_many([], DIGITS) == []


def test_the_end_lies_within_the_spread_of_seeds() -> None:
    estimators = each("random_state", range(3), max_epochs=12)
    together = fit_many([clone(estimator) for estimator in estimators], DIGITS)
    ours = np.array([estimator.score(DIGITS) for estimator in together])
    theirs = np.array([estimator.score(DIGITS) for estimator in alone(estimators, DIGITS)])
    # The same seeds: a difference is rounding alone, so it is well below what another seed makes.
    assert np.abs(ours - theirs).max() < 0.5 * theirs.std(ddof=1)
    assert abs(ours.mean() - theirs.mean()) < theirs.std(ddof=1) / math.sqrt(3)
