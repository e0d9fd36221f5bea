"""`vaekit explore RUN`: where the page goes, what is said of it, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sklearn.datasets import load_digits

from vaekit import VAE, part
from vaekit.cli.explore import command
from vaekit.data.read import read
from vaekit.errors import DataError, OutputExists, RunError
from vaekit.estimators.files import files_of
from vaekit.run import write_folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on 240 digits in a file, of which 24 are held out."""
    folder = tmp_path_factory.mktemp("explore")
    digits = load_digits()
    np.savez(folder / "digits.npz", x=digits.data[:240], y=digits.target[:240])
    source = read(folder / "digits.npz", x="x", y="y")
    vae = VAE(2, network=part("mlp", hidden=(16,)), max_epochs=2, random_state=0).fit(source.X)
    return write_folder(folder / "run", files_of(vae, source.to_json()))


def asked(*words: str | Path) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def inside(page: Path) -> dict[str, Any]:
    found = re.search(r'id="vaekit-data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_page_goes_into_the_run_and_may_be_written_again(run: Path) -> None:
    for _ in range(2):
        done = asked(run)
        assert done.exit_code == 0, done.exception
    page = run / "explorer.html"
    assert done.stdout.strip() == str(page)
    size = f"{page.stat().st_size / 1e6:.1f} MB, weights in float32."
    assert (
        done.stderr.strip()
        == f"{size} 240 rows of the data are inside: 24 held out of the fit and 216 trained on."
    )


def test_held_out_rows_come_first_and_in_the_same_order_every_time(run: Path, tmp_path: Path) -> None:
    pages = [tmp_path / "one.html", tmp_path / "two.html"]
    for page in pages:
        assert asked(run, "-o", page, "--points", "10").exit_code == 0
    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert inside(pages[0])["rows"]["heldName"] == "held_out"
    done = asked(run, "-o", pages[0], "--points", "10", "--force")
    assert "10 rows of the data are inside: 10 held out of the fit." in done.stderr


def test_no_data_leaves_the_rows_out_but_keeps_the_order_of_latent_values(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "bare.html"
    done = asked(run, "--no-data", "-o", page)
    assert "No rows of the data are inside." in done.stderr
    told = inside(page)
    assert told["rows"] is None
    assert told["unitWeightsAre"] == "kl"


def test_a_file_that_is_there_is_replaced_with_force_only(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "mine.html"
    page.write_text("mine")
    refused = asked(run, "-o", page)
    assert isinstance(refused.exception, OutputExists)
    assert page.read_text() == "mine"
    assert asked(run, "-o", page, "--force").exit_code == 0
    assert isinstance(asked(run, "-o", tmp_path).exception, OutputExists)


def test_a_page_that_is_too_large_is_refused_with_what_to_do(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaekit.explorer.run.LARGEST_PAGE", 1000)
    page = tmp_path / "large.html"
    refused = asked(run, "-o", page, "--points", "5")
    assert isinstance(refused.exception, RunError)
    assert "fewer --points than 5, --no-data, or --force" in str(refused.exception)
    assert not page.exists()
    assert asked(run, "-o", page, "--force").exit_code == 0


def test_data_that_are_gone_are_named_and_may_be_given(run: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved.npz"
    origin = run.parent / "digits.npz"
    origin.rename(moved)
    try:
        assert isinstance(asked(run, "-o", tmp_path / "a.html").exception, DataError)
        done = asked(run, "-o", tmp_path / "b.html", "--data", moved)
        assert "24 held out of the fit and 216 trained on" in done.stderr
    finally:
        moved.rename(origin)


def test_other_rows_are_said_to_be_others(run: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "new.npy", load_digits().data[1000:1060])
    done = asked(run, "-o", tmp_path / "new.html", "--data", tmp_path / "new.npy")
    assert "60 rows of the data are inside, which are not those of the fit." in done.stderr


def test_half_precision_is_smaller(run: Path, tmp_path: Path) -> None:
    pages = {kind: tmp_path / f"{kind}.html" for kind in ("float32", "float16")}
    for kind, page in pages.items():
        assert asked(run, "-o", page, "--no-data", "--weights", kind).exit_code == 0
    assert pages["float16"].stat().st_size < pages["float32"].stat().st_size
