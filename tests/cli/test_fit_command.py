"""`vaekit fit` leaves a whole run, or says why not before it computes."""

from __future__ import annotations

import errno
import json
import math
import os
import signal
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import SMALL, SMALL_TYPED, process, refused, vaekit
from PIL import Image

from vaekit.cli.wanted import Wanted
from vaekit.data.read import read, reread
from vaekit.estimators import AE, VAE, load, preset
from vaekit.spec import part

HELD_OUT = ("--validation-fraction", "0.25")  # 20 rows are the fewest that are held out


def test_a_fit_writes_a_run_with_its_measures_report_and_pictures(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "run"
    answer = vaekit("fit", pictures, "--out", out, "--json", *HELD_OUT, *SMALL_TYPED)
    assert (answer.exit_code, answer.stderr) == (0, "")
    told = json.loads(answer.stdout)
    measures = json.loads((out / "measures.json").read_text())
    assert told["run"] == str(out)
    assert told["measures"] == measures
    assert (told["epochs"], told["interrupted"], told["diverged"]) == (2, False, None)
    assert Path(told["report"]).read_text().startswith("<!")
    for picture in ("samples", "reconstructions", "latent-map"):
        assert (out / "pictures" / f"{picture}.png").read_bytes().startswith(b"\x89PNG")

    fitted = load(out)
    X = read(pictures).X[fitted.held_out_]
    assert measures["held_out_rows"] == len(X) == 60
    assert measures["held_out_elbo"] == pytest.approx(fitted.score(X), abs=1e-3)
    assert all(isinstance(value, float) and math.isfinite(value) for value in measures.values())
    record = json.loads((out / "data.json").read_text())["source"]
    assert reread(record).rows == 240
    assert "fit" in json.loads((out / "environment.json").read_text())["command"]


@pytest.mark.usefixtures("without_pictures")
def test_the_ledger_is_a_table_on_stdout_and_talk_is_on_stderr(pictures: Path, tmp_path: Path) -> None:
    talked = vaekit("fit", pictures, "--out", tmp_path / "run", *HELD_OUT, *SMALL_TYPED[:-1])
    assert talked.exit_code == 0
    lines = talked.stdout.splitlines()
    assert lines[0] == f"run: {tmp_path / 'run'}"
    assert lines[1] == f"report: {tmp_path / 'run' / 'report.html'}"
    assert lines[3].split() == ["60", "rows", "that", "were", "held", "out", "nats", "standard", "error"]
    measures = json.loads((tmp_path / "run" / "measures.json").read_text())
    shown = {cells[0]: cells[1:] for cells in map(str.split, lines[4:])}
    for name in ("elbo", "kl", "reconstruction"):
        number, error = map(float, shown[name])
        assert number == pytest.approx(measures[f"held_out_{name}"], abs=0.0051)
        assert error == pytest.approx(measures[f"held_out_{name}_se"], rel=0.06)
    assert "likelihood" in talked.stderr
    assert "epoch 2 of 2" in talked.stderr


@pytest.mark.usefixtures("without_pictures")
def test_a_run_without_a_name_gets_the_next_that_is_free(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        answer = vaekit("fit", pictures, "--recipe", "beta-vae", "--beta", "2", "--json", *SMALL_TYPED)
        assert json.loads(answer.stdout)["run"] == f"runs/pictures-beta-vae-{number}"
        fitted = load(f"runs/pictures-beta-vae-{number}")
        assert fitted.bound == part("elbo", beta=2.0)


@pytest.mark.usefixtures("without_pictures")
def test_rows_that_were_trained_on_are_called_so(pictures: Path, tmp_path: Path) -> None:
    answer = vaekit("fit", pictures, "--out", tmp_path / "run", "--validation-fraction", "0", *SMALL_TYPED)
    measures = json.loads((tmp_path / "run" / "measures.json").read_text())
    assert "240 rows, all of them trained on" in answer.stdout
    assert measures["train_rows"] == 240
    assert all(name.startswith("train_") for name in measures)


def _idx(path: Path, array: np.ndarray[Any, Any]) -> None:
    path.write_bytes(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes())


@pytest.mark.usefixtures("without_pictures")
def test_data_with_a_test_part_are_measured_on_it(pictures: Path, tmp_path: Path) -> None:
    X = (np.load(pictures) * 15).astype(np.uint8)
    for stem, rows in (("train", X[:200]), ("t10k", X[200:])):
        _idx(tmp_path / f"{stem}-images-idx3-ubyte", rows)
        _idx(tmp_path / f"{stem}-labels-idx1-ubyte", np.arange(len(rows), dtype=np.uint8) % 10)
    answer = vaekit("fit", tmp_path, "--out", tmp_path / "run", *SMALL_TYPED)
    assert answer.exit_code == 0, answer.stderr
    measures = json.loads((tmp_path / "run" / "measures.json").read_text())
    assert measures["test_rows"] == 40
    assert measures["test_elbo"] == pytest.approx(load(tmp_path / "run").score(X[200:, None]), abs=1e-3)
    assert all(name.startswith("test_") for name in measures)


@pytest.mark.usefixtures("without_pictures")
def test_the_columns_of_a_table_keep_their_names(flowers: Path, tmp_path: Path) -> None:
    answer = vaekit("fit", flowers, "--labels", "species", "--out", tmp_path / "run", *SMALL_TYPED)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert list(load(tmp_path / "run").feature_names_in_) == ["length", "=width", "@depth"]


@pytest.mark.usefixtures("without_pictures")
def test_a_folder_of_images_is_fitted_as_it_was_asked_for_and_the_run_remembers(tmp_path: Path) -> None:
    folder, rng = tmp_path / "photos", np.random.default_rng(0)
    (folder / "__MACOSX").mkdir(parents=True)
    for at in range(80):
        Image.fromarray(rng.integers(0, 256, (9 + at % 3, 12, 3), dtype=np.uint8)).save(folder / f"{at}.png")
    (folder / "broken.png").write_bytes(b"no image")
    how = ("--size", "8x6", "--resize", "crop", "--background", "black")
    refused("fit", folder, *how, *SMALL_TYPED, code=3, saying="broken.png' cannot be read")
    refused("fit", folder, *how[2:4], *SMALL_TYPED, code=3, saying="needs the size")
    run = tmp_path / "run"
    answer = vaekit("fit", folder, *how, "--skip-broken", "--out", run, *HELD_OUT, *SMALL_TYPED)
    assert answer.exit_code == 0, answer.stderr
    assert "left out 1 of 81 files" in answer.stderr

    fitted = load(run)
    assert (fitted.spec_.likelihood.name, fitted.sizes_.event_shape) == ("discretised-logistic", (3, 8, 6))
    source = json.loads((run / "data.json").read_text())["source"]
    assert source["how"]["options"] == {
        "size": "8x6", "resize": "crop", "background": "black", "skip_broken": True,
    }  # fmt: skip
    X = reread(source).X[fitted.held_out_]
    measures = json.loads((run / "measures.json").read_text())
    bits = -fitted.score(X) / (math.log(2) * 3 * 8 * 6)
    assert measures["held_out_bits_per_value"] == pytest.approx(bits, abs=1e-3)
    assert f"bits_per_value {bits:>12.2f}".split() in [line.split() for line in answer.stdout.splitlines()]
    other = tmp_path / "others"
    other.mkdir()
    Image.fromarray(rng.integers(0, 256, (30, 20, 3), dtype=np.uint8)).save(other / "a.png")
    codes = vaekit("encode", run, other, "--out", tmp_path / "codes.npy")
    assert (codes.exit_code, np.load(tmp_path / "codes.npy").shape) == (0, (1, 2)), codes.stderr


def test_labels_colour_the_report_and_are_never_learned_from(
    flowers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}

    def look(estimator: Any, X: Any, **rest: Any) -> dict[str, bytes]:
        seen.update(rest, X=X)
        return {}

    monkeypatch.setattr("vaekit.report.report_files", look)
    vaekit("fit", flowers, "--labels", "species", "--out", tmp_path / "run", *HELD_OUT, *SMALL_TYPED)
    source = read(flowers, labels="species")
    held = load(tmp_path / "run").held_out_
    assert len(held) == 30
    np.testing.assert_array_equal(seen["labels"], source.y[held])
    np.testing.assert_array_equal(seen["X"], source.X[held])
    assert seen["data"]["class_names"] == ["iris", "rose"]


def test_what_exists_is_refused_before_anything_is_read(run: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    refused("fit", "nowhere.npy", "--out", run, code=2, saying="--force")
    refused("fit", "nowhere.npy", "--out", tmp_path / "folder", "--force", code=2, saying="is not a run")
    (tmp_path / "file").write_text("mine")
    refused("fit", "nowhere.npy", "--out", tmp_path / "file", "--force", code=2, saying="is not a run")
    refused("fit", "nowhere.npy", "--out", tmp_path / "file" / "run", code=1, saying="cannot be written")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.usefixtures("without_pictures")
def test_force_replaces_a_run(pictures: Path, tmp_path: Path) -> None:
    for epochs in (1, 2):
        answer = vaekit(
            "fit", pictures, "--out", tmp_path / "run", "--force", *SMALL_TYPED, "--max-epochs", epochs
        )
        assert answer.exit_code == 0
        assert load(tmp_path / "run").n_iter_ == epochs
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.usefixtures("without_pictures")
def test_a_fit_that_diverges_ends_with_5_and_keeps_its_last_good_weights(
    pictures: Path, tmp_path: Path
) -> None:
    answer = vaekit(
        "fit", pictures, "--out", tmp_path / "run", *SMALL_TYPED, "--learning-rate", "1e30", "--json"
    )
    assert answer.exit_code == 5
    assert "stopped being finite" in answer.stderr
    assert "learning_rate" in answer.stderr
    assert json.loads(answer.stdout)["diverged"]
    assert np.isfinite(load(tmp_path / "run").sample(3)).all()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a process")
def test_ctrl_c_ends_with_130_and_leaves_a_run(pictures: Path, tmp_path: Path) -> None:
    typed = ("--network", "mlp:hidden=8", "--max-epochs", "1000000", "--patience", "none", "-v")
    undrawn = "import vaekit.report as r; r.report_files = lambda *_, **__: {}"  # drawing takes seconds
    with process("fit", pictures, "--out", tmp_path / "run", *typed, first=undrawn) as fitting:
        assert fitting.stderr is not None
        for line in fitting.stderr:
            if line.startswith("epoch"):
                break
        fitting.send_signal(signal.SIGINT)
        told = fitting.stderr.read()
        fitting.wait(timeout=60)
    assert fitting.returncode == 130, told
    assert "interrupted in epoch" in told
    assert load(tmp_path / "run").interrupted_


@pytest.mark.parametrize(("trouble", "code"), [(ArithmeticError("no"), 1), (KeyboardInterrupt(), 130)])
def test_a_report_that_fails_does_not_cost_the_model(
    trouble: BaseException, code: int, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> dict[str, bytes]:
        raise trouble

    monkeypatch.setattr("vaekit.report.report_files", fail)
    answer = vaekit("fit", pictures, "--out", tmp_path / "run", *SMALL_TYPED)
    assert answer.exit_code == code
    assert answer.stderr.startswith("vaekit: the model is kept, but")
    assert load(tmp_path / "run").n_iter_ == 2


@pytest.mark.usefixtures("without_pictures")
def test_a_full_disk_leaves_nothing_and_is_said(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    refused(
        "fit", pictures, "--out", tmp_path / "run", *SMALL_TYPED, code=1, saying="No space left on device"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        (Wanted(None, "vamp_vae+beta_vae", None, {"components": 7, "beta": 2.0, "latent_dim": 4}),
         VAE.from_recipe("vamp_vae+beta_vae", components=7, beta=2.0, latent_dim=4)),
        (Wanted(None, None, "tf2-tutorial", {"max_epochs": 1}), preset("tf2-tutorial", max_epochs=1)),
        (Wanted(None, "ae", None, {}), AE()),
        (Wanted("ae", None, None, {"penalties": ("mmd",)}), AE(penalties=("mmd",))),
        (Wanted(None, "aae", None, {"weight": 2.0}), VAE.from_recipe("aae", weight=2.0)),
    ],
)  # fmt: skip
def test_recipes_and_presets_are_those_of_python(wanted: Wanted, same: Any) -> None:
    made = wanted.estimator()
    assert type(made) is type(same)
    assert repr(made) == repr(same)


@pytest.mark.usefixtures("without_pictures")
def test_the_options_that_are_typed_reach_the_estimator(pictures: Path, tmp_path: Path) -> None:
    typed = (
        *("--latent-dim", "5", "--likelihood", "bernoulli", "--binarize", "8", "--ema", "0.9"),
        *("--penalties", "mmd", "--penalties", "code-critic:weight=0.5", "--prior", "mixture:components=2"),
        *("--optimizer", "adam:betas=0.5,0.9", "--schedule", "cosine", "--gradient-clip", "1"),
    )
    answer = vaekit("fit", pictures, "--out", tmp_path / "run", *SMALL_TYPED, *typed)
    assert answer.exit_code == 0, answer.stderr
    expected = VAE(
        5,
        likelihood="bernoulli",
        binarize=8.0,
        ema=0.9,
        penalties=("mmd", part("code-critic", weight=0.5)),
        prior=part("mixture", components=2),
        optimizer=part("adam", betas=(0.5, 0.9)),
        schedule="cosine",
        gradient_clip=1.0,
        **SMALL,
    )
    assert repr(load(tmp_path / "run").get_params()) == repr(expected.get_params())
