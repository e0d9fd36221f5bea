"""M1+M2: the model put together says what its two models say one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import vaekit
from vaekit import SemiSupervisedVAE, part
from vaekit.estimators.layers import first_model, second_model
from vaekit.train import Callback

QUICK: dict[str, Any] = {
    "max_epochs": 2,
    "network": part("mlp", hidden=(16,)),
    "random_state": 3,
    "validation_fraction": 0.1,
}


def rows() -> tuple[np.ndarray, np.ndarray]:
    """(400, 6) with two kinds, of which every fourth row has its label."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    X = rng.normal(size=(400, 6)) + 2 * y[:, None]
    return X, np.where(np.arange(400) % 4 < 2, y, -1)


@pytest.fixture(scope="module")
def models() -> tuple[Any, Any, Any]:
    """(the model put together, the first, the second), of the same seed."""
    X, y = rows()
    together = SemiSupervisedVAE(2, first=3, **QUICK).fit(X, y)
    seed = int(np.random.RandomState(3).randint(2**31 - 1))
    first = first_model(together, seed).fit(X)
    return together, first, second_model(together, seed).fit(first.transform(X), y)


def test_classes_are_those_of_the_second_model_on_codes_of_the_first(models: tuple[Any, Any, Any]) -> None:
    together, first, second = models
    X, _ = rows()
    expected = second.predict_proba(first.transform(X))
    np.testing.assert_allclose(together.predict_proba(X), expected, rtol=1e-4, atol=1e-5)
    assert expected.std() > 0


def test_data_are_what_the_first_model_makes_of_codes_of_the_second(models: tuple[Any, Any, Any]) -> None:
    together, first, second = models
    Z = np.array([[1.0, 0.0, 0.5, -1.0], [0.0, 1.0, -2.0, 0.3]])
    expected = first.inverse_transform(second.inverse_transform(Z))
    np.testing.assert_allclose(together.inverse_transform(Z), expected, rtol=1e-4, atol=1e-4)


def test_all_of_it_holds_out_the_same_rows(models: tuple[Any, Any, Any]) -> None:
    together, first, second = models
    assert together.held_out_.tolist() == first.held_out_.tolist() == second.held_out_.tolist()


def test_it_is_read_back(models: tuple[Any, Any, Any], tmp_path: Path) -> None:
    together, _, _ = models
    X, _ = rows()
    together.save(tmp_path / "run")
    again = vaekit.load(tmp_path / "run")
    assert again.first == 3
    np.testing.assert_array_equal(again.score_samples(X), together.score_samples(X))


def test_the_bound_is_below_the_likelihood(models: tuple[Any, Any, Any]) -> None:
    together, _, _ = models
    X, _ = rows()
    found = together.log_likelihood(X, 200)
    assert together.score_samples(X).mean() < found.value + 3 * found.monte_carlo_error


def test_random_state_is_left_as_it_was() -> None:
    X, y = rows()
    given = np.random.RandomState(0)
    model = SemiSupervisedVAE(2, first=3, **{**QUICK, "random_state": given}).fit(X, y)
    assert model.random_state is given


@pytest.mark.parametrize(
    ("options", "fit", "said"),
    [
        ({"network": nn.Sequential(nn.Linear(6, 3))}, {}, "Use first=None"),
        ({}, {"checkpoint": "part"}, "give no checkpoint"),
        ({"first": 0}, {}, "'first' parameter"),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, Any], fit: dict[str, Any], said: str) -> None:
    X, y = rows()
    with pytest.raises(ValueError, match=said):
        SemiSupervisedVAE(2, **{**QUICK, "first": 3, **options}).fit(X, y, **fit)


class Normals(nn.Module):
    """p(x | codes) of the user's own, without a decoder of ours."""

    def __init__(self, codes: int) -> None:
        super().__init__()
        self.centre = nn.Linear(codes, 6)

    def forward(self, z: torch.Tensor) -> torch.distributions.Normal:
        return torch.distributions.Normal(self.centre(z), 1.0)


class Never(Callback):
    """No training may begin."""

    def fit_begins(self, training: Any) -> None:
        raise AssertionError("a training began")


def test_a_likelihood_without_our_decoder_is_refused_before_anything_is_trained() -> None:
    X, y = rows()
    model = SemiSupervisedVAE(2, likelihood=Normals(4), first=3, callbacks=(Never(),), **QUICK)
    with pytest.raises(ValueError, match="one decoder"):
        model.fit(X, y)
