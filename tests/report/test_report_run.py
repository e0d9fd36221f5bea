"""The report of a run folder: its data read again, checked, measured and drawn."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_wine

import vaekit
from vaekit import VAE
from vaekit.data.read import read
from vaekit.errors import RunError
from vaekit.estimators.files import files_of
from vaekit.report import report_run, rows_to_measure
from vaekit.run import to_json, write_folder

PICTURES = {"samples.png", "reconstructions.png", "latent-map.png", "kl-per-unit.png", "learning-curves.png"}
PICTURES |= {
    "correlations.png"
}  # the 30 rows held out are too few for samples to be told apart, and for holes


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """300 rows of wine, repeated, with their class in words."""
    wine = load_wine()
    rows = np.resize(np.arange(178), 300)
    noise = np.random.default_rng(0).normal(size=(300, 4))
    lines = ["alcohol,acid,ash,alkali,kind"]
    for row, extra in zip(rows, noise, strict=True):
        values = wine.data[row, :4] + extra / 10
        lines.append(",".join([*(f"{v:.4f}" for v in values), str(wine.target_names[wine.target[row]])]))
    path = tmp_path / "wine.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


words = pytest.mark.usefixtures("without_pictures")


@pytest.fixture
def run(table: Path, tmp_path: Path) -> Path:
    """A run on that table, as the command line writes it."""
    source = read(table, labels="kind")
    vae = VAE(max_epochs=2, random_state=0).fit(source.X)
    vae.feature_names_in_ = np.array(source.feature_names, dtype=object)
    return write_folder(tmp_path / "run", files_of(vae, source.to_json()))


def test_the_page_and_its_pictures_are_written(run: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert report_run(run) == run / "report.html"
    assert {file.name for file in (run / "pictures").iterdir()} == PICTURES
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "VAE on wine.csv" in page
    assert "30 rows that were held out of the fit" in page
    report_run(run)
    assert (run / "report.html").read_text(encoding="utf-8") == page
    vaekit.load(run)


@words
def test_the_numbers_are_of_the_rows_that_were_held_out(run: Path, table: Path) -> None:
    report_run(run)
    vae, source = vaekit.load(run), read(table, labels="kind")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = vae.ledger(source.X[vae.held_out_])
    digits = max(0, 1 - int(np.floor(np.log10(found["elbo_se"]))))
    assert f"{found['elbo']:.{digits}f}".replace("-", "−") in (run / "report.html").read_text(
        encoding="utf-8"
    )


@words
def test_the_doctor_speaks_before_the_numbers(run: Path, table: Path) -> None:
    """Two epochs are too few: the notice has the doctor's words, once."""
    report_run(run)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert page.count("<strong>Under trained.</strong>") == 1
    assert "max_epochs=" in page
    assert "Still improving" not in page


@words
def test_measures_that_the_run_has_are_shown_too(run: Path) -> None:
    (run / "measures.json").write_bytes(to_json({"test_elbo": -123.25, "test_elbo_se": 0.5}))
    report_run(run)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "−123.25 ± 0.50" in page
    assert json.loads((run / "measures.json").read_text()) == {"test_elbo": -123.25, "test_elbo_se": 0.5}


@words
def test_data_that_are_gone_are_asked_for_and_may_be_given(run: Path, table: Path) -> None:
    elsewhere = table.with_name("moved.csv")
    table.rename(elsewhere)
    with pytest.raises(RunError, match=r"gone.*give data"):
        report_run(run)
    assert not (run / "report.html").exists()
    report_run(run, data=elsewhere)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "30 rows that were held out" in page
    assert "not the data of the fit" not in page


@words
def test_data_that_have_changed_are_refused_and_said_when_given(run: Path, table: Path) -> None:
    lines = table.read_text().splitlines()
    table.write_text("\n".join(lines[:101]) + "\n")
    with pytest.raises(RunError, match=r"changed.*give data"):
        report_run(run)
    report_run(run, data=str(table))
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "not the data of the fit" in page
    assert "100 rows that were given for this report" in page


@words
def test_a_model_saved_from_python_asks_for_its_data(tmp_path: Path) -> None:
    X = load_wine().data
    VAE(max_epochs=1, random_state=0).fit(X).save(tmp_path / "model")
    with pytest.raises(RunError, match=r"does not say where its data came from; give data"):
        report_run(tmp_path / "model")
    report_run(tmp_path / "model", data=X)
    page = (tmp_path / "model" / "report.html").read_text(encoding="utf-8")
    assert "178 rows, all of them trained on" in page
    report_run(tmp_path / "model", data=X[:60])
    assert "not the data of the fit" in (tmp_path / "model" / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run"):
        report_run(tmp_path)


@words
def test_the_command_that_the_run_keeps_is_shown(table: Path, tmp_path: Path) -> None:
    source = read(table, labels="kind")
    files = files_of(VAE(max_epochs=1, random_state=0).fit(source.X), source.to_json())
    kept = json.loads(files["environment.json"]) | {"command": "vaekit fit wine.csv --labels kind"}
    run = write_folder(tmp_path / "run", {**files, "environment.json": to_json(kept)})
    page = report_run(run).read_text(encoding="utf-8")
    assert "On the command line:" in page
    assert page.count("vaekit fit wine.csv --labels kind") == 1  # not among the versions


@pytest.mark.parametrize(
    ("test", "held", "prefix", "rows"),
    [
        (True, [1, 2], "test", [7, 8]),
        (False, [1, 2], "held_out", [1, 2]),
        (False, None, "train", [0, 1, 2, 3]),
    ],
)
def test_rows_that_were_not_trained_on_come_first(
    test: bool, held: Any, prefix: str, rows: list[int]
) -> None:
    from types import SimpleNamespace

    part = SimpleNamespace(X=np.array([[7], [8]]), y=np.array([7, 8]))
    source: Any = SimpleNamespace(X=np.arange(4)[:, None], y=np.arange(4), test=part if test else None)
    found = rows_to_measure(SimpleNamespace(held_out_=None if held is None else np.array(held)), source)
    assert found[0] == prefix
    assert found[1][:, 0].tolist() == found[2].tolist() == rows
