"""`vaekit plot`: every figure goes into a file and says what it shows, and what a model cannot show is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from calls import SMALL, refused, vaekit

from vaekit.cli.plot import command
from vaekit.data.read import read
from vaekit.estimators import CVAE, TabularVAE
from vaekit.estimators.files import files_of
from vaekit.run import write_folder

OF_PICTURES = [
    ("samples", ["-n", 4, "--draws"]),
    ("learning-curves", []),
    ("reconstructions", ["-n", 4]),
    ("kl-per-unit", []),
    ("traversals", ["-n", 2, "--steps", 3, "--row", 5]),
    ("aggregated-posterior", ["--units", 0, 2]),
    ("interpolation", ["-n", 2, "--steps", 3]),
    ("two-samples", ["--random-state", 1]),
    ("anomaly-scores", ["-n", 3]),
    ("latent-map", ["--lines", "--ellipses", 5]),
]
OF_TABLES = [
    ("samples", ["-n", 50]),
    ("reconstructions", []),
    ("correlations", []),
    ("imputation-intervals", ["--level", 0.8, "--share", 0.5]),
    ("two-samples", []),
    ("anomaly-scores", []),
    ("aggregated-posterior", []),
]


@pytest.fixture(scope="module")
def words_run(flowers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TabularVAE of the flowers, whose species is a column of words."""
    source = read(flowers, words=True)
    fitted = TabularVAE(**SMALL).fit(source.X)
    return write_folder(tmp_path_factory.mktemp("runs") / "words", files_of(fitted, source.to_json()))


def drawn(path: Path, *arguments: object) -> None:
    answer = vaekit("plot", *arguments, "-o", path)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith(f"{path}: ")
    assert answer.stdout.endswith(".\n")
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("what", "more"), OF_PICTURES)
def test_a_model_of_pictures_is_plotted(what: str, more: list[object], run: Path, tmp_path: Path) -> None:
    drawn(tmp_path / "figure.png", what, run, *more)


@pytest.mark.parametrize(("what", "more"), OF_TABLES)
def test_a_model_of_tables_is_plotted(what: str, more: list[object], words_run: Path, tmp_path: Path) -> None:
    drawn(tmp_path / "figure.png", what, words_run, *more)


def test_rows_of_other_data_are_taken(words_run: Path, flowers: Path, tmp_path: Path) -> None:
    drawn(tmp_path / "figure.png", "reconstructions", words_run, flowers, "-n", 2)


def test_every_figure_is_tried() -> None:
    elsewhere = {"manifold", "analogy", "style-transfer", "mean-distance-table", "prior"}
    assert set(command.commands) == {what for what, _ in OF_PICTURES + OF_TABLES} | elsewhere


def test_what_a_model_cannot_show_is_refused(run: Path, table_run: Path, words_run: Path) -> None:
    refused("plot", "correlations", run, code=3, saying="fitted on pictures")
    refused("plot", "traversals", words_run, code=3, saying="rows of a table")
    refused("plot", "anomaly-scores", table_run, code=2, saying="use VAE")
    refused("plot", "two-samples", table_run, code=2, saying="use VAE")
    refused("plot", "samples", run, "-c", 3, code=2, saying="was fitted without a condition")


def test_distances_are_of_the_pictures_of_a_class(pictures: Path, tmp_path: Path) -> None:
    source = read(pictures)
    labels = np.array(["odd", "even"])[np.arange(240) % 2]
    cvae = CVAE(2, **SMALL).fit(source.X, labels)
    path = write_folder(tmp_path / "cvae", files_of(cvae, source.to_json()))
    refused("plot", "mean-distance-table", path, code=3, saying="give one with -c")
    answer = vaekit("plot", "mean-distance-table", path, "-n", 3, "--grid", "linear", "-c", "odd")
    assert answer.exit_code == 0, answer.output
    table = np.loadtxt(answer.stdout.splitlines(), delimiter=",", skiprows=1)
    codes = np.array([[2.0, 0.0]])  # the last column of the middle row
    picture = cvae.inverse_transform(codes, c="odd")[0]
    scaled = (source.X - picture) / cvae.treatment_.scale
    assert table[1, -1] == pytest.approx(np.mean(np.square(scaled)), rel=1e-4)
