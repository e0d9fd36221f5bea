"""`vaekit impute`: a CSV with holes is fitted and filled."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from calls import SMALL_TYPED, refused, vaekit

from vaekit.data.read import read
from vaekit.estimators import load

MISSING = ("", "NA", "null")
pytestmark = pytest.mark.usefixtures("without_pictures")


def table(text: str) -> tuple[list[str], np.ndarray]:
    header, *rows = csv.reader(io.StringIO(text))
    return header, np.array(rows, dtype=float)


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """90 rows of three columns, a fifth of the cells missing, spelled in several ways."""
    rng = np.random.default_rng(0)
    lines = ["length,=width,depth"]
    for row in rng.normal(size=(90, 3)):
        lines.append(",".join(rng.choice(MISSING) if rng.random() < 0.2 else f"{value:.4f}" for value in row))
    path = tmp_path_factory.mktemp("holes") / "holes.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_table_with_holes_is_fitted_and_filled(holed: Path, tmp_path: Path) -> None:
    answer = vaekit("fit", holed, "--missing", "mask", "--out", tmp_path / "run", *SMALL_TYPED)
    assert answer.exit_code == 0, answer.output
    X, fitted = read(holed).X, load(tmp_path / "run")
    hidden = np.isnan(X)
    header, filled = table(vaekit("impute", tmp_path / "run", holed).stdout)
    assert header == ["length", "'=width", "depth"]
    np.testing.assert_array_equal(filled, fitted.impute(X))
    np.testing.assert_array_equal(filled[~hidden], X[~hidden])
    assert vaekit("impute", tmp_path / "run", holed, "-o", tmp_path / "filled.csv").exit_code == 0
    np.testing.assert_array_equal(read(tmp_path / "filled.csv").X, filled)
    refused("impute", tmp_path / "run", holed, "-o", tmp_path / "filled.csv", code=2, saying="exists")

    header, drawn = table(vaekit("impute", tmp_path / "run", holed, "-n", "2").stdout)
    assert header[0] == "table" and drawn[:, 0].tolist() == [1.0] * 90 + [2.0] * 90
    np.testing.assert_array_equal(drawn[:, 1:].reshape(2, 90, 3), fitted.impute(X, n=2))

    header, ends = table(vaekit("impute", tmp_path / "run", holed, "--interval", "0.8").stdout)
    assert header[:3] == ["length", "length_low", "length_high"]
    for found, expected in zip(
        ends.reshape(90, 3, 3).T, (filled, *fitted.impute_interval(X, 0.8)), strict=True
    ):
        np.testing.assert_array_equal(found.T, expected)
    refused("impute", tmp_path / "run", holed, "-n", "2", "--interval", "0.8", code=2, saying="choose one")


def test_holes_without_a_mask_are_bad_data_with_the_cure(holed: Path, tmp_path: Path) -> None:
    refused("fit", holed, "--out", tmp_path / "run", *SMALL_TYPED, code=3, saying="missing='mask'")
    assert not (tmp_path / "run").exists()


def test_a_run_of_whole_rows_fills_others(
    holed: Path, table_run: Path, flowers: Path, tmp_path: Path
) -> None:
    lines = flowers.read_text().splitlines()
    first = lines[1].split(",")
    lines[1] = ",".join(["", *first[1:]])
    path = tmp_path / "holes.csv"
    path.write_text("\n".join(lines) + "\n")
    _, filled = table(vaekit("impute", table_run, path).stdout)
    assert np.isfinite(filled).all()
    assert filled[0, 1:].tolist() == [float(cell) for cell in first[1:3]]
    refused("impute", table_run, path, "--interval", "0.8", code=2, saying="cannot give intervals")
