"""Fits of rows that stay on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits, load_wine

from vaekit import CVAE, VAE, SemiSupervisedVAE, load, open_shards, part, write_shards
from vaekit.errors import DataError
from vaekit.estimators import prepare
from vaekit.train import Callback, WindowedRows, windows

X, y = load_wine(return_X_y=True)
SMALL: dict[str, Any] = {
    "network": part("mlp", hidden=(16,)),
    "max_epochs": 3,
    "batch_size": 16,
    "random_state": 0,
}


def weights(vae: Any) -> torch.Tensor:
    return torch.nn.utils.parameters_to_vector(vae.model_.parameters())


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window of 40 rows of wine."""
    monkeypatch.setattr(windows, "WINDOW_BYTES", 40 * X[:1].nbytes)


@pytest.mark.filterwarnings("error:X does not have valid feature names")
def test_rows_of_shards_are_taken_without_a_word_of_names_and_other_arrays_are_not(tmp_path: Path) -> None:
    named = pd.DataFrame(X, columns=list("abcdefghijklm"))
    shards = write_shards(named, tmp_path / "s", rows_per_shard=60)
    vae = VAE(**SMALL | {"max_epochs": 1}).fit(shards)
    np.testing.assert_array_equal(vae.transform(shards[:10]), vae.transform(shards)[:10])
    vae.score_samples(shards[:10])
    # scikit-learn's own rule: who fits a frame is told of arrays.
    with pytest.raises(UserWarning, match="does not have valid feature names"):
        vae.fit(named).transform(X)


@pytest.mark.usefixtures("small_windows")
def test_shards_are_treated_as_the_whole_array_is_and_fitted_the_same_way_each_time(tmp_path: Path) -> None:
    shards = write_shards(pd.DataFrame(X, columns=list("abcdefghijklm")), tmp_path / "s", rows_per_shard=15)
    first, second = (VAE(**SMALL).fit(given) for given in (shards, open_shards(tmp_path / "s")))
    assert torch.equal(weights(first), weights(second))
    np.testing.assert_allclose(first.treatment_.offset, X.mean(0), rtol=1e-12)
    np.testing.assert_allclose(first.treatment_.scale, X.std(0), rtol=1e-12)
    assert list(first.feature_names_in_) == list("abcdefghijklm")
    assert (first.n_features_in_, first.profile_.rows) == (13, len(X))


def test_shards_and_the_array_come_to_the_same_quality(tmp_path: Path) -> None:
    shards = write_shards(X, tmp_path / "s", rows_per_shard=15)
    options = SMALL | {"max_epochs": 60, "validation_fraction": 0.0}
    of_shards, of_array = (VAE(**options).fit(given).history_[-1]["loss"] for given in (shards, X))
    assert of_shards == pytest.approx(of_array, abs=0.5)  # nats, of a loss that falls by more than 10


@pytest.mark.usefixtures("small_windows")
def test_rows_are_held_out_from_everywhere_and_never_trained_on(tmp_path: Path) -> None:
    seen: list[np.ndarray] = []

    class Look(Callback):
        def step_begins(self, training: Any) -> None:
            self.rows = training.rows

        def fit_ends(self, training: Any) -> None:
            order = torch.Generator().manual_seed(0)
            seen.extend(x.numpy() for x, _ in training.rows.shuffled(16, order, torch.Generator()))
            self.held = training.held_out.take(torch.arange(len(training.held_out)), order)[0].numpy()

    look = Look()
    vae = VAE(**SMALL, validation_fraction=0.2, callbacks=(look,)).fit(
        write_shards(X, tmp_path / "s", rows_per_shard=15)
    )
    held = vae.held_out_
    assert len(held) == round(0.2 * len(X)) == len(set(held.tolist()))
    assert len({row // 15 for row in held}) > 6
    np.testing.assert_array_equal(look.held, vae.treatment_.to_model(X[held]))
    trained = np.sort(np.concatenate(seen)[:, 0])
    np.testing.assert_array_equal(trained, np.sort(vae.treatment_.to_model(np.delete(X, held, 0))[:, 0]))


def test_no_more_rows_are_held_out_than_memory_should_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "HELD_OUT_BYTES", 25 * 13 * 4)
    vae = VAE(**SMALL, validation_fraction=0.5).fit(write_shards(X, tmp_path / "s", rows_per_shard=15))
    assert len(vae.held_out_) == 25


def test_a_model_of_shards_is_kept_and_read_like_any_other(tmp_path: Path) -> None:
    shards = write_shards(X, tmp_path / "s", rows_per_shard=50)
    vae = VAE(**SMALL).fit(shards)
    np.testing.assert_array_equal(vae.transform(shards), vae.transform(X))
    vae.save(tmp_path / "run")
    np.testing.assert_array_equal(load(tmp_path / "run").score_samples(X), vae.score_samples(X))


def test_pictures_in_shards_are_what_they_are_in_arrays(tmp_path: Path) -> None:
    images = (load_digits().images[:200] * 15).astype(np.uint8)
    vae = VAE(**SMALL).fit(write_shards(images, tmp_path / "s", rows_per_shard=64))
    assert vae.treatment_.description == VAE(**SMALL).fit(images).treatment_.description
    assert vae.sample(2, random_state=0).shape == (2, 8, 8)


@pytest.mark.usefixtures("small_windows")
def test_a_condition_may_stand_beside_shards(tmp_path: Path) -> None:
    shards = write_shards(X, tmp_path / "s", rows_per_shard=15)
    assert CVAE(**SMALL).fit(shards, y).sample(3, c=2).shape == (3, 13)
    with pytest.raises(DataError, match="give it as y"):
        CVAE(**SMALL, condition=[0]).fit(shards)
    with pytest.raises(DataError, match="chooses rows by their labels"):
        SemiSupervisedVAE(**SMALL).fit(shards, y)


class Mapped(torch.utils.data.Dataset):
    """Wine, row by row."""

    def __init__(self) -> None:
        self.asked = 0

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, row: int) -> Any:
        self.asked += 1
        return torch.from_numpy(X[row]), int(y[row])


def test_a_dataset_that_memory_should_not_hold_is_read_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "RESIDENT_BYTES", 0)
    begun = VAE(**SMALL)._begin(Mapped())
    assert isinstance(begun.rows, WindowedRows)
    vae = VAE(**SMALL).fit(Mapped())
    np.testing.assert_allclose(vae.treatment_.offset, X.mean(0), rtol=1e-12)
    with pytest.raises(DataError, match="more than are read at once"):
        vae.transform(Mapped())


class Stream(torch.utils.data.IterableDataset):
    def __iter__(self) -> Any:
        yield from torch.from_numpy(X)


class HuggingFace:
    """What is read of a Dataset of Hugging Face: items are dicts."""

    column_names, features = ("a", "b", "label"), {"label": None}

    def __len__(self) -> int:
        return len(X)

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"a": float(X[row, 0]), "b": float(X[row, 1]), "label": int(y[row])}


@pytest.mark.parametrize(
    ("given", "same_as"), [(Stream(), X), (HuggingFace(), X[:, :2])], ids=["iterable", "dicts"]
)
def test_datasets_of_other_kinds_are_the_array_of_their_items(given: Any, same_as: np.ndarray) -> None:
    assert torch.equal(weights(VAE(**SMALL).fit(given)), weights(VAE(**SMALL).fit(same_as)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_and_infinite_values_in_shards_are_refused(bad: float, tmp_path: Path) -> None:
    spoilt = X.copy()
    spoilt[70, 3] = bad
    with pytest.raises(DataError, match=r"missing \(NaN\) or infinite"):
        VAE(**SMALL).fit(write_shards(spoilt, tmp_path / "s", rows_per_shard=15))


@pytest.mark.usefixtures("small_windows")
def test_a_shard_that_is_damaged_while_training_ends_the_fit_in_words(tmp_path: Path) -> None:
    shards = write_shards(X, tmp_path / "s", rows_per_shard=15)

    class Damage(Callback):
        def fit_begins(self, training: Any) -> None:
            np.savez(tmp_path / "s" / "shard-00003.npz", X=X[:15])

    with pytest.raises(DataError, match=r"shard-00003\.npz' is not the one that manifest\.json names"):
        VAE(**SMALL, callbacks=(Damage(),)).fit(shards)


TRUNCATED = """
import os, sys
import numpy as np
from vaekit import VAE, errors, part
from vaekit.estimators import prepare
from vaekit.train import Callback
prepare.RESIDENT_BYTES = 0
path = sys.argv[1]
np.save(path, np.random.default_rng(0).normal(size=(4000, 20)))
class Cut(Callback):
    def epoch_ends(self, training, row):
        os.truncate(path, 8192)
try:
    mapped = np.load(path, mmap_mode="r")
    VAE(network=part("mlp", hidden=(8,)), max_epochs=3, random_state=0, callbacks=(Cut(),)).fit(mapped)
except errors.DataError as error:
    print(error)
"""


def test_a_memory_map_that_is_cut_while_training_ends_in_words_and_not_in_a_bus_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRUNCATED, str(tmp_path / "X.npy")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "has become shorter while it was read: it has 8,192 bytes and had 640,128" in done.stdout
