"""The commands on a run say what its estimator says in Python, and overwrite nothing."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from calls import refused, vaekit
from PIL import Image

from vaekit.cli.doctor import EXTRAS
from vaekit.cli.output import safe_cell, write_csv
from vaekit.data.read import read
from vaekit.estimators import load
from vaekit.recipes import RECIPES
from vaekit.spec import PLACES, lookup, names

ROOT = Path(__file__).parents[2]


def table(text: str) -> tuple[list[str], np.ndarray]:
    """Header and numbers of a CSV."""
    header, *rows = csv.reader(io.StringIO(text))
    return header, np.array(rows, dtype=float)


def test_samples_are_those_of_the_estimator(run: Path) -> None:
    answer = vaekit("sample", run, "-n", "5", "--random-state", "7")
    header, rows = table(answer.stdout)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert header == [f"x{at}" for at in range(64)]
    np.testing.assert_array_equal(rows, load(run).sample(5, random_state=7).reshape(5, 64))
    _, means = table(vaekit("sample", run, "-n", "5", "--random-state", "7", "--mean").stdout)
    np.testing.assert_array_equal(means, load(run).sample(5, random_state=7, mean=True).reshape(5, 64))


def test_codes_go_to_a_file_and_come_back_as_examples(run: Path, pictures: Path, tmp_path: Path) -> None:
    X, fitted = np.load(pictures), load(run)
    for name in ("codes.csv", "codes.npy"):
        answer = vaekit("encode", run, pictures, "-o", tmp_path / name)
        assert (answer.exit_code, answer.output) == (0, "")
        np.testing.assert_allclose(read(tmp_path / name).X, fitted.transform(X), rtol=1e-6)
        decoded = vaekit("decode", run, tmp_path / name, "-o", tmp_path / f"{name}.npy")
        assert decoded.exit_code == 0
        found = np.load(tmp_path / f"{name}.npy")
        assert found.shape == X.shape
        np.testing.assert_allclose(found, fitted.reconstruct(X), rtol=1e-4, atol=1e-6)
    header, _ = table((tmp_path / "codes.csv").read_text())
    assert header == ["z0", "z1", "z2"]


def test_reconstructions_are_those_of_the_estimator(table_run: Path, flowers: Path) -> None:
    header, rows = table(vaekit("reconstruct", table_run, flowers).stdout)
    assert header == ["length", "'=width", "'@depth"]
    X = read(flowers, labels="species").X
    np.testing.assert_allclose(rows, load(table_run).reconstruct(_named(X)), rtol=1e-12)


def _named(X: np.ndarray) -> object:
    import pandas

    return pandas.DataFrame(X, columns=["length", "=width", "@depth"])


def test_scores_are_nats_a_row_and_their_mean_goes_to_stderr(run: Path, pictures: Path) -> None:
    answer = vaekit("score", run, pictures)
    header, rows = table(answer.stdout)
    scores = load(run).score_samples(np.load(pictures))
    assert header == ["log_p"]
    np.testing.assert_allclose(rows[:, 0], scores, rtol=1e-12)
    assert answer.stderr.startswith(f"mean log_p: {scores.mean():.2f} nats, standard error")


def test_an_autoencoder_scores_by_its_reconstruction_error_and_does_not_sample(
    table_run: Path, flowers: Path
) -> None:
    header, rows = table(vaekit("score", table_run, flowers).stdout)
    X = read(flowers, labels="species").X
    assert header == ["reconstruction_error"]
    np.testing.assert_allclose(rows[:, 0], load(table_run).reconstruction_error(_named(X)), rtol=1e-12)
    refused("sample", table_run, code=2, saying="an autoencoder has no distribution over codes")


@pytest.mark.parametrize("command", ["encode", "reconstruct", "score"])
def test_json_is_the_same_numbers(command: str, run: Path, pictures: Path) -> None:
    told = json.loads(vaekit(command, run, pictures, "--json").stdout)
    header, rows = table(vaekit(command, run, pictures).stdout)
    assert told["columns"] == header
    np.testing.assert_array_equal(told["rows"], rows)


def test_a_png_shows_examples_side_by_side(run: Path, pictures: Path, tmp_path: Path) -> None:
    answer = vaekit("sample", run, "-n", "9", "--random-state", "0", "-o", tmp_path / "samples.png")
    assert answer.exit_code == 0
    assert "means of p(x | z)" in answer.stderr
    with Image.open(tmp_path / "samples.png") as image:
        grid = np.asarray(image.convert("L"))
    side = grid.shape[0] // 3
    first = load(run).sample(9, random_state=0, mean=True)[0] / 16
    middles = grid[4 : 8 * 8 : 8, 4 : 8 * 8 : 8] / 255
    assert grid.shape[0] == grid.shape[1]
    assert side >= 64
    np.testing.assert_allclose(middles, first.clip(0, 1), atol=1 / 255)
    assert vaekit("reconstruct", run, pictures, "-o", tmp_path / "seen.png").exit_code == 0


def test_rows_of_a_table_are_no_picture(table_run: Path, flowers: Path, tmp_path: Path) -> None:
    refused("reconstruct", table_run, flowers, "-o", tmp_path / "seen.png", code=2, saying="rows of a table")


def test_a_file_that_exists_is_kept(run: Path, pictures: Path, tmp_path: Path) -> None:
    mine = tmp_path / "codes.csv"
    mine.write_text("mine")
    refused("encode", run, "nowhere.npy", "-o", mine, code=2, saying="--force")
    assert mine.read_text() == "mine"
    assert vaekit("encode", run, pictures, "-o", mine, "--force").exit_code == 0
    assert mine.read_text().startswith("z0,z1,z2\n")
    refused("encode", run, pictures, "-o", tmp_path, "--force", code=2, saying=str(tmp_path))
    (tmp_path / "folder.csv").mkdir()
    refused("encode", run, pictures, "-o", tmp_path / "folder.csv", "--force", code=2, saying="exists")


@pytest.mark.parametrize(
    ("out", "code", "saying"),
    [
        ("codes.cvs", 2, "Did you mean '.csv'?"),
        ("codes.png", 2, ".csv, .npy, .json"),
        ("nowhere/codes.csv", 1, "there is no folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_at_once(
    out: str, code: int, saying: str, run: Path, tmp_path: Path
) -> None:
    refused("encode", run, "nowhere.npy", "-o", tmp_path / out, code=code, saying=saying)
    assert list(tmp_path.iterdir()) == []


def test_columns_are_found_by_their_names(table_run: Path, flowers: Path, tmp_path: Path) -> None:
    source = read(flowers, labels="species")
    moved = tmp_path / "moved.csv"
    order = [2, 0, 1]
    with moved.open("w") as file:
        # another order, one column more, no species
        header = [source.feature_names[at] for at in order]
        file.write(",".join([*header, "more"]) + "\n")
        file.writelines(",".join(map(repr, [*row[order].tolist(), 9.0])) + "\n" for row in source.X)
    _, codes = table(vaekit("encode", table_run, moved).stdout)
    _, wanted = table(vaekit("encode", table_run, flowers).stdout)
    np.testing.assert_array_equal(codes, wanted)
    less = tmp_path / "less.csv"
    less.write_text("length,=width\n1,2\n3,4\n")
    refused("encode", table_run, less, code=3, saying="no column '@depth' (1 of 3 are missing)")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    file = io.StringIO()
    write_csv([[-1.5]], [text], file)
    assert next(csv.reader(io.StringIO(file.getvalue(), newline=""))) == ["'" + text.replace("\r", " ")]
    assert file.getvalue().endswith("\n-1.5\n")
    assert safe_cell("length = 1") == "length = 1"


def test_the_list_has_every_recipe_and_part() -> None:
    told = json.loads(vaekit("list", "--json").stdout)
    assert set(told["recipes"]) == set(RECIPES)
    assert set(told["data"]) == {"digits", "mnist", "sprites"}
    assert sum(set(shelf) == set(names(place)) for place in PLACES for shelf in told.values()) >= len(PLACES)
    shown = vaekit("list").stdout
    assert all(f"\n  {name}" in shown for shelf in told.values() for name in shelf)


@pytest.mark.parametrize(
    ("what", "headings"),
    [("priors", {"priors"}), ("prior", {"priors"}), ("penalty", {"penalties"}), ("data", {"data"})],
)
def test_a_part_of_the_list_can_be_asked_for(what: str, headings: set[str]) -> None:
    assert set(json.loads(vaekit("list", what, "--json").stdout)) == headings


def test_parts_are_all_that_is_neither_recipe_preset_nor_data() -> None:
    told = json.loads(vaekit("list", "parts", "--json").stdout)
    assert len(told) == len(PLACES)


def test_references_are_those_beside_the_parts(run: Path) -> None:
    assert vaekit("cite", "vamp_vae+beta-vae").stdout.splitlines() == [
        f"recipe {name}  {RECIPES[name].reference}" for name in ("vamp_vae", "beta_vae")
    ]
    told = json.loads(vaekit("cite", run, "--json").stdout)
    spec = load(run).spec_
    assert told[f"likelihood {spec.likelihood.name}"] == lookup("likelihood", spec.likelihood.name).reference
    assert set(told) >= {"network mlp", "prior normal", "posterior normal", "bound elbo"}
    assert "tensorflow.org" in vaekit("cite", "tf2-tutorial").stdout
    assert "has no reference" in vaekit("cite", "constant").stderr


def test_the_doctor_knows_the_machine_and_the_run(run: Path) -> None:
    import torch

    told = json.loads(vaekit("doctor", run, "--json").stdout)
    assert told["torch"] == torch.__version__
    assert told["run"] == str(run)
    assert told["model"].startswith("VAE(")
    assert told["interrupted"] is False
    assert "pictures.npy, 240 rows" in told["data"]
    shown = vaekit("doctor").stdout
    assert "allocator" in shown
    assert "interrupted" not in shown


def test_the_doctor_knows_all_extras() -> None:
    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {
        extra: {Requirement(line).name for line in lines}
        for extra, lines in project["optional-dependencies"].items()
    }
    assert {extra: set(libraries) for extra, libraries in EXTRAS.items()} == extras


def test_the_report_is_written_again(run: Path, tmp_path: Path) -> None:
    import shutil

    again = tmp_path / "run"
    shutil.copytree(run, again)
    answer = vaekit("report", again)
    assert (answer.exit_code, answer.stdout) == (0, f"{again / 'report.html'}\n"), answer.stderr
    assert (again / "report.html").read_text().startswith("<!")
