"""`vaekit measure`, `doctor` and `compare` on runs of tables with words and holes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from calls import vaekit

TYPED = ("--network", "mlp:hidden=8", "--max-epochs", "3", "--random-state", "0", "-q")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 240 rows: a number, a word that goes with it, a count; one cell in eight is empty."""
    rng = np.random.default_rng(0)
    lines = ["height,city,visits"]
    for height in rng.normal(170, 10, size=240):
        cells = [f"{height:.1f}", "Rome" if height + rng.normal() > 170 else "Oslo", str(rng.poisson(2))]
        lines.append(",".join("" if rng.random() < 1 / 8 else cell for cell in cells))
    folder = tmp_path_factory.mktemp("table")
    (folder / "people.csv").write_text("\n".join(lines) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vaekit.report.report_files", lambda *_, **__: {"report.html": b"<html></html>"})
        answer = vaekit("fit", folder / "people.csv", "--out", folder / "run", *TYPED)
    assert answer.exit_code == 0, answer.output
    return folder / "run"


def test_a_table_with_holes_is_measured_beside_simple_imputation(run: Path) -> None:
    answer = vaekit("measure", run)
    assert answer.exit_code == 0, answer.output
    said = " ".join(answer.stdout.split())
    for words in (
        "24 rows that it never saw",
        "How near does it fill in numbers that are hidden?",
        "the mean of the column",
        "regressions, column by column",
        "How often does it fill in the right name where one is hidden?",
        "the most frequent name of the column",
        "every value drawn by itself",
    ):
        assert words in said
    told = json.loads(vaekit("measure", run, "--json").stdout)
    assert all(each["value"] is not None or each["skipped"] for each in told["answers"])


def test_the_doctor_looks_at_a_table_with_holes(run: Path) -> None:
    answer = vaekit("doctor", run)
    assert answer.exit_code == 0, answer.output
    assert "Looked for: diverged, interrupted, under-trained, memorising" in answer.stdout
    assert "\nunder-trained\n" in answer.stdout  # three epochs


def test_runs_of_a_table_are_compared(run: Path) -> None:
    answer = vaekit("compare", run, run)
    assert answer.exit_code == 0, answer.output
    assert "log p(x), nats a row" in answer.stdout
