"""`vaekit demo`, `vaekit plot` and `vaekit describe`: what they print and write, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from vaekit import VAE, part
from vaekit.cli.program import program
from vaekit.data.read import read
from vaekit.estimators.files import files_of
from vaekit.measure.mean_distance import mean_distance_table
from vaekit.measure.plane import axis, plane
from vaekit.run import write_folder


def vaekit(*arguments: object) -> Result:
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAE of the digits, whose data can be read again."""
    source = read("digits")
    vae = VAE(
        2,
        likelihood="bernoulli",
        binarize=0.5,
        network=part("mlp", hidden=(16,)),
        max_epochs=2,
        random_state=0,
    ).fit(source.X)
    return write_folder(tmp_path_factory.mktemp("runs") / "digits-run", files_of(vae, source.to_json()))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("what", ["manifold", "latent-map", "prior"])
def test_a_figure_is_written_once_and_described(what: str, run: Path, elsewhere: Path) -> None:
    answer = vaekit("plot", what, run)
    assert answer.exit_code == 0, answer.output
    written = elsewhere / f"digits-run-{what}.png"
    assert written.read_bytes().startswith(b"\x89PNG")
    assert answer.stdout.startswith(f"{written.name}: ")
    again = vaekit("plot", what, run)
    assert again.exit_code == 2
    assert "exists" in again.stderr
    assert vaekit("plot", what, run, "--force").exit_code == 0
    assert vaekit("plot", what, run, "-o", "figure.pdf").exit_code == 2


def test_a_table_of_distances_is_the_same_in_numbers(run: Path, elsewhere: Path) -> None:
    answer = vaekit("plot", "mean-distance-table", run, "-n", 5, "--grid", "linear", "--metric", "mae")
    assert answer.exit_code == 0, answer.output
    found = np.loadtxt(answer.stdout.splitlines()[1:], delimiter=",")
    from vaekit import load

    vae, X = load(run), read("digits").X
    pictures = vae.inverse_transform(plane(axis(5, "linear")))
    wanted = mean_distance_table(pictures, (X > 0.5).astype(float), axis(5, "linear"), "mae").values
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert "rank correlation" in answer.stderr
    assert vaekit("plot", "mean-distance-table", run, "-n", 4, "-o", "map.png").exit_code == 0
    assert (elsewhere / "map.png").read_bytes().startswith(b"\x89PNG")


def test_squared_error_is_demonstrated_on_any_picture(elsewhere: Path) -> None:
    answer = vaekit(
        "demo", "mse", "--digit", 3, "--patch", "1,1,2,2", "--shift", "0.5,0.5", "-o", "three.png"
    )
    assert answer.exit_code == 0, answer.output
    assert (elsewhere / "three.png").exists()
    assert "Erasing 2 x 2 pixels at (1, 1)" in answer.stdout
    told = json.loads(vaekit("demo", "mse", "--index", 5, "--json").stdout)
    assert told["index"] == 5
    assert told["break_even"] == pytest.approx(told["mse_moved"] / told["energy"])


def test_tables_go_to_stdout_to_a_file_and_into_json(elsewhere: Path) -> None:
    answer = vaekit("demo", "ridge", "-o", "ridge.csv")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("estimate")
    header, *rows = (elsewhere / "ridge.csv").read_text().splitlines()
    assert header.startswith("estimate,alpha,a0")
    assert len(rows) == 7
    told = json.loads(vaekit("demo", "information", "--p", "0.9,0.1", "--q", "0.5,0.5", "--json").stdout)
    assert told["rows"][0]["kl"] == pytest.approx(0.531004, abs=1e-6)
    assert json.loads(vaekit("demo", "ridge", "--json").stdout)["rows"][0]["log_evidence"] is None


def test_the_elbo_of_a_run_is_decomposed(run: Path) -> None:
    told = json.loads(vaekit("demo", "elbo", "--run", run, "--rows", 5, "--json").stdout)
    (row,) = told["rows"]
    assert row["method"] == "quadrature"
    assert row["elbo"] + row["kl_to_posterior"] == pytest.approx(row["log_px"], abs=0.01)


def test_training_demos_run_small() -> None:
    for arguments in (
        ("latent-perturb", "digits", "--seeds", 1, "--rows", 20, "--max-epochs", 1, "--scales", "0.5"),
        ("ablate", "digits", "--seeds", 1, "--epochs", 1, "--widths", "8", "--fractions", "1"),
    ):
        answer = vaekit("demo", *arguments)
        assert answer.exit_code == 0, answer.output
        assert len(answer.stdout.splitlines()) >= 2


def test_a_mean_image_says_how_many_it_is_the_mean_of(elsewhere: Path) -> None:
    answer = vaekit("describe", "mean-image", "digits", "--count", 100, "--count", 1797, "-o", "mean.png")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("mean of 100 examples")
    assert "mean of 1,797 examples" in answer.stdout
    assert (elsewhere / "mean.png").exists()
    (told,) = json.loads(vaekit("describe", "mean-image", "digits", "--json").stdout)
    assert told["spread"] == pytest.approx(read("digits").X.astype(float).var(0).sum(), rel=1e-6)


def test_style_is_a_row_a_picture() -> None:
    lines = vaekit("describe", "style", "digits").stdout.splitlines()
    assert lines[0] == "thickness,slant"
    assert len(lines) == 1 + 1797


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["demo", "mze"], 2, "Did you mean 'mse'"),
        (["plot", "manifest", "x"], 2, "Did you mean 'manifold'"),
        (["describe", "mean"], 2, "there are: mean-image, style"),
        (["demo", "mse", "--index", "9999"], 3, "1,797 pictures"),
        (["demo", "mse", "--index", "1", "--digit", "1"], 2, "not both"),
        (["demo", "mse", "--digit", "11"], 3, "no picture has the label 11"),
        (["demo", "mse", "--patch", "1,2"], 2, "--shift takes DOWN,RIGHT"),
        (["demo", "mse", "-o", "x.csv"], 2, "no .png"),
        (["demo", "ridge", "-o", "x.npy"], 2, "use .csv or .json"),
        (["demo", "information", "--p", "0.5,0.6"], 3, "sum"),
        (["describe", "mean-image", "digits", "--count", "2000"], 3, "1,797 examples"),
        (["plot", "manifold", "nowhere"], 4, "nowhere"),
    ],
)
def test_what_is_not_understood_ends_with_one_line(arguments: list[str], code: int, said: str) -> None:
    answer = vaekit(*arguments)
    assert answer.exit_code == code, answer.output
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1
