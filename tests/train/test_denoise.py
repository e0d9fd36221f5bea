"""Noise on what encoders read: its law, that the loss is that of the clean example, and that a seed repeats it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from vaekit import AE, VAE, load, part
from vaekit.errors import SpecError, UnknownPart
from vaekit.model import make_model
from vaekit.spec import Sizes, Spec, names
from vaekit.train.denoise import make_denoise, with_range

ROWS = torch.rand(400, 50, generator=torch.Generator().manual_seed(0))
X = np.random.default_rng(0).normal(size=(60, 5)) * [1, 2, 3, 4, 5] + 7
quick: dict[str, Any] = {"network": part("mlp", hidden=(8,)), "max_epochs": 2, "random_state": 0}


def noisy(given: Any) -> torch.Tensor:
    made = make_denoise(given)
    assert made is not None
    return made(ROWS, torch.Generator().manual_seed(1))


def test_salt_and_pepper_has_the_squared_error_of_the_article() -> None:
    square = (noisy("salt-and-pepper") - ROWS).square()
    expected = (ROWS.square() + (1 - ROWS).square() + 1) / 4
    error = float(square.std()) / square.numel() ** 0.5
    assert abs(float((square - expected).mean())) < 5 * error


def test_salt_and_pepper_lifts_by_the_range_and_drops_to_its_foot() -> None:
    found = noisy(part("salt-and-pepper", low=-1.0, high=3.0))
    possible = torch.stack((ROWS, ROWS + 4, torch.full_like(ROWS, -1), torch.full_like(ROWS, 3)))
    nearest = (found - possible).abs().argmin(0)
    assert float((found - possible).abs().amin(0).max()) < 1e-6
    assert np.abs(np.bincount(nearest.ravel()) / ROWS.numel() - 0.25).max() < 5 * 0.44 / ROWS.numel() ** 0.5
    assert torch.equal(noisy(part("salt-and-pepper", keep=1.0, lift=0.0)), ROWS)


def test_gaussian_noise_has_its_scale_and_masking_its_share() -> None:
    away = noisy(part("gaussian", scale=0.2)) - ROWS
    assert abs(float(away.std()) - 0.2) < 5 * 0.2 / (2 * ROWS.numel()) ** 0.5
    assert abs(float(away.mean())) < 5 * 0.2 / ROWS.numel() ** 0.5
    masked = noisy(part("masking", share=0.3))
    assert abs(float((masked == 0).double().mean()) - 0.3) < 5 * 0.46 / ROWS.numel() ** 0.5
    assert torch.equal(masked[masked != 0], ROWS[masked != 0])


def test_the_range_is_that_of_the_data_unless_it_is_given() -> None:
    assert with_range("salt-and-pepper", (0.0, 16.0)) == part("salt-and-pepper", low=0.0, high=16.0)
    assert with_range(part("salt-and-pepper", high=2.0), (0.0, 16.0)).options == {"low": 0.0, "high": 2.0}
    assert with_range("gaussian", (0.0, 16.0)) == "gaussian" and with_range(None, (0.0, 1.0)) is None


def test_the_encoder_reads_the_noisy_example_and_the_likelihood_the_clean_one() -> None:
    model = make_model(Spec(likelihood="gaussian"), Sizes((50,), 2), torch.Generator().manual_seed(0))
    noise, denoise = torch.zeros(1, 400, 2), make_denoise("gaussian")
    assert denoise is not None
    add = partial(denoise, generator=torch.Generator().manual_seed(1))
    evidence = model(ROWS, noise, denoise=add)
    seen = noisy("gaussian")
    assert torch.equal(evidence.q.mean, model.encode(seen).mean)
    expected = model.decode(evidence.z).log_prob(ROWS)
    assert torch.equal(evidence.log_px, expected)
    assert not torch.equal(evidence.log_px, model.decode(evidence.z).log_prob(seen))


@pytest.mark.parametrize("name", names("denoise"))
@pytest.mark.parametrize("cls", [AE, VAE])
def test_a_seed_repeats_a_denoising_fit_and_a_folder_keeps_it(cls: Any, name: str, tmp_path: Any) -> None:
    model = cls(denoise=name, **quick).fit(X)
    again = cls(denoise=name, **quick).fit(X)
    np.testing.assert_array_equal(model.transform(X), again.transform(X))
    assert not np.array_equal(model.transform(X), cls(**quick).fit(X).transform(X))
    model.save(tmp_path / "run")
    loaded = load(tmp_path / "run")
    assert loaded.spec_ == model.spec_
    first = model.corrupt(X, random_state=3)
    assert first.shape == X.shape and not np.array_equal(first, X)
    np.testing.assert_array_equal(loaded.corrupt(X, random_state=3), first)


def test_a_model_restores_what_it_was_trained_to_restore() -> None:
    rng = np.random.default_rng(0)
    clean = np.outer(rng.normal(size=400), np.ones(10)) + 0.05 * rng.normal(size=(400, 10))
    model = AE(1, denoise=part("gaussian", scale=1.0), max_epochs=60, batch_size=32, random_state=0).fit(
        clean
    )
    bad = model.corrupt(clean, random_state=1)
    # One value in ten copies, each with noise of variance 1: their mean has a tenth of it.
    assert np.mean((model.reconstruct(bad) - clean) ** 2) < 0.3 * np.mean((bad - clean) ** 2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("salt", "no denoise is called 'salt'; there are: gaussian, masking, salt-and-pepper"),
        (part("gaussian", scale=0.0), "scale=0.0 is not possible"),
        (part("masking", share=1.5), "share=1.5 is not possible"),
        (part("salt-and-pepper", keep=-1), "keep=-1 is not possible"),
        (part("salt-and-pepper", low=2.0, high=1.0), "low below high"),
    ],
    ids=repr,
)
def test_impossible_noise_is_said_in_words(given: Any, said: str) -> None:
    with pytest.raises((SpecError, UnknownPart), match=said):
        VAE(denoise=given, **quick).fit(X)


def test_noise_is_refused_where_there_was_none_or_no_example_has_it() -> None:
    with pytest.raises(SpecError, match="trained without noise; fit with denoise="):
        VAE(**quick).fit(X).corrupt(X)
    counts = np.random.default_rng(0).poisson(3, size=(60, 5))
    model = VAE(likelihood="poisson", denoise="gaussian", **quick).fit(counts)
    with pytest.raises(SpecError, match="likelihood 'poisson' makes of X"):
        model.corrupt(counts)
