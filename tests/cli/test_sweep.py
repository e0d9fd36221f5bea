"""`vaekit sweep` writes a table, a picture and what they suggest, or says why not; `vaekit fit` keeps to its time."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import refused
from calls import vaekit as vaekit_

import vaekit.sweep
from vaekit import VAE, part
from vaekit.estimators import load
from vaekit.sweep import sweep

SMALL = ("--network", "mlp:hidden=8", "--max-epochs", "2", "-q")
SWEPT = ("--beta", "0.5,1,8", "--latent-dim", "2,3")


def test_a_sweep_writes_a_table_a_picture_and_what_they_suggest(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "sweep"
    answer = vaekit_("sweep", pictures, *SWEPT, "--out", out, *SMALL)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert (out / "rate-distortion.png").read_bytes().startswith(b"\x89PNG")
    told = json.loads((out / "sweep.json").read_text())
    assert answer.stdout.splitlines()[0] == f"folder: {out}"
    assert answer.stdout.splitlines()[-1] == told["found"]
    assert "sweep" in told["command"]
    # The rows of 240 pictures and the defaults of Python: 24 of them are held out.
    found = sweep(
        VAE(network=part("mlp", hidden=(8,)), max_epochs=2),
        np.load(pictures)[:, None], beta=(0.5, 1, 8), latent_dim=(2, 3),
    )  # fmt: skip
    assert (out / "sweep.csv").read_bytes() == found.csv()
    assert len(answer.stdout.splitlines()) == 1 + 1 + 1 + len(found.settings) + 1 + 1


def test_json_has_the_curve_and_the_folder_gets_the_next_name_that_is_free(
    flowers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = ("--labels", "species", "--recipe", "warmup-vae", "--beta", "0.5,1", "--seeds", "2")
    for number in (1, 2):
        answer = vaekit_("sweep", flowers, *typed, "--json", *SMALL)
        told = json.loads(answer.stdout)
        assert told["folder"] == f"runs/flowers-sweep-{number}"
        assert [setting["beta"] for setting in told["settings"]] == [0.5, 1]
        assert told["suggested"] == {"beta": None, "latent_dim": None}  # two betas have no knee
        rows = list(csv.DictReader((Path(told["folder"]) / "sweep.csv").read_text().splitlines()))
        assert [row["random_state"] for row in rows] == ["0", "1"] * 2


def test_talk_is_on_stderr_once_for_models_that_train_together(flowers: Path, tmp_path: Path) -> None:
    answer = vaekit_("sweep", flowers, "--labels", "species", "--out", tmp_path / "s", *SMALL[:-1])
    assert answer.stderr.count("network: ") == 1
    assert "5 models train together." in answer.stderr
    assert "epoch 2 of 2" in answer.stderr


@pytest.mark.parametrize(
    ("typed", "saying"),
    [
        (("--beta", "1,x"), "numbers with commas between"),
        (("--beta", "1,-2"), "beta=-2 is not possible"),
        (("--latent-dim", "2.5"), "latent_dim=2.5 is not possible"),
        (("--latent-dim", "0"), "latent_dim=0 is not possible"),
        (("--seeds", "0"), "seeds=0 is not possible"),
        (("--recipe", "iwae"), "bound 'elbo'"),
        (("--recipe", "ae"), "bound 'elbo'"),
        (("--recipe", "bata-vae"), "no recipe is called"),
        (("--bound", "elbo"), "--bound"),
    ],
)
def test_what_cannot_be_swept_ends_with_2_before_data_are_read(typed: Any, saying: str) -> None:
    refused("sweep", "nowhere.npy", *typed, code=2, saying=saying)


def test_what_exists_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    refused("sweep", "nowhere.npy", "--out", tmp_path / "mine", code=2, saying="exists")
    refused("sweep", "nowhere.npy", "--out", tmp_path / "new", code=3, saying="nowhere.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("fitted", [0, 2])
def test_ctrl_c_ends_with_130_and_compares_what_was_fitted(
    fitted: int, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = vaekit.sweep.fit_many

    def stopped(models: list[Any], X: Any) -> None:
        whole(models[:fitted], X)
        raise KeyboardInterrupt

    monkeypatch.setattr(vaekit.sweep, "fit_many", stopped)
    answer = vaekit_("sweep", pictures, *SWEPT, "--out", tmp_path / "s", *SMALL)
    assert answer.exit_code == 130
    if fitted:
        assert len((tmp_path / "s" / "sweep.csv").read_text().splitlines()) == 1 + fitted
    else:
        assert not (tmp_path / "s").exists()


@pytest.mark.usefixtures("without_pictures")
def test_a_fit_with_a_max_time_ends_in_time_and_says_what_more_would_bring(
    pictures: Path, tmp_path: Path
) -> None:
    typed = ("--network", "mlp:hidden=8", "--max-epochs", "1000000", "--patience", "none", "--max-time", "1s")
    answer = vaekit_("fit", pictures, "--out", tmp_path / "run", *typed)
    assert answer.exit_code == 0
    assert "max_time (1 s) was over at a held-out loss of" in answer.stderr
    fitted = load(tmp_path / "run")
    assert fitted.log_[-1].startswith("max_time (1 s) was over")
    # Without patience the last weights are kept, and it is their loss that is said.
    assert f" loss of {fitted.history_[-1]['val_loss']:.4g} nats" in fitted.log_[-1]


def test_a_span_that_is_none_ends_with_2_before_data_are_read() -> None:
    refused("fit", "nowhere.npy", "--max-time", "9 parsecs", code=2, saying="'9min'")
