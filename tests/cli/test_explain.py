"""`vaekit fit --model outlier`, `score` and `explain`: the numbers of the estimator, with the user's names."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from calls import SMALL_TYPED, refused, vaekit

from vaekit import load
from vaekit.data.read import read
from vaekit.estimators import VAE
from vaekit.estimators.files import files_of
from vaekit.run import write_folder

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")
STRANGE = 7


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .csv of 60 people whose weight follows their height, but for row 7."""
    rng = np.random.default_rng(0)
    height = rng.normal(170, 8, 60)
    weight = 0.9 * (height - 100) + rng.normal(0, 2, 60)
    weight[STRANGE] = 140
    lines = [
        f"{h:.1f},{w:.1f},{a:.0f}" for h, w, a in zip(height, weight, rng.uniform(20, 60, 60), strict=True)
    ]
    path = tmp_path_factory.mktemp("people") / "people.csv"
    path.write_text("\n".join(["height,=weight,age", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def outlier_run(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "people"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vaekit.report.report_files", lambda *_, **__: {"report.html": b"<html></html>"})
        typed = ("--max-epochs", "300", "--random-state", "0", "-q", "--calibration", "none")
        answer = vaekit("fit", people, "--model", "outlier", "--out", path, *typed)
    assert answer.exit_code == 0, answer.output
    return path


def test_a_row_is_explained_with_the_names_and_values_of_the_user(outlier_run: Path, people: Path) -> None:
    answer = vaekit("explain", outlier_run, people, "--row", STRANGE, "--top", 2)
    assert (answer.exit_code, answer.stderr) == (0, ""), answer.output
    first, most, *_ = answer.stdout.splitlines()
    assert first.startswith(f"row {STRANGE} is an outlier: ")
    assert most.startswith("  =weight is 140; with the other values of this row it is usually ")
    assert most.endswith(" nats stranger than usual.")
    assert len(answer.stdout.splitlines()) == 4


def test_json_of_a_row_is_what_the_estimator_says(outlier_run: Path, people: Path) -> None:
    told = json.loads(vaekit("explain", outlier_run, people, "--row", STRANGE, "--json").stdout)
    fitted, X = load(outlier_run), read(people).X[[STRANGE]]
    nats, of_code = fitted.explain(X, with_code=True)
    order = np.argsort(-nats[0])
    names = ["height", "=weight", "age"]
    assert [of["column"] for of in told["values"]] == [names[at] for at in order]
    assert [of["nats"] for of in told["values"]] == nats[0][order].tolist()
    assert [of["usual"] for of in told["values"]] == fitted.usual(X, columns=order)[0].tolist()
    assert told["nats"] == pytest.approx(nats.sum() + of_code[0], abs=1e-9)
    assert told["score"] == fitted.score_samples(X)[0]
    assert told["outlier"] is True


def test_all_rows_are_explained_as_a_table(outlier_run: Path, people: Path) -> None:
    header, *rows = csv.reader(io.StringIO(vaekit("explain", outlier_run, people).stdout))
    assert header == ["height", "'=weight", "age", "code"]
    nats, of_code = load(outlier_run).explain(read(people).X, with_code=True)
    np.testing.assert_array_equal(np.array(rows, float), np.column_stack([nats, of_code]))


def test_scores_come_with_labels_and_where_they_were_calibrated_with_p_values(
    outlier_run: Path, people: Path, tmp_path: Path
) -> None:
    X = read(people).X
    header, *rows = csv.reader(io.StringIO(vaekit("score", outlier_run, people).stdout))
    assert header == ["score", "label"]
    assert [row[1] for row in rows] == [str(label) for label in load(outlier_run).predict(X)]
    calibrated = load(outlier_run)
    calibrated.calibration_ = np.sort(calibrated.score_samples(X[::2]))
    write_folder(tmp_path / "run", files_of(calibrated, read(people).to_json()))
    answer = vaekit("score", tmp_path / "run", people, "-o", tmp_path / "scores.npy")
    assert answer.exit_code == 0, answer.output
    expected = [calibrated.score_samples(X), calibrated.predict(X), calibrated.p_values(X)]
    np.testing.assert_array_equal(np.load(tmp_path / "scores.npy"), np.column_stack(expected))


def test_what_cannot_be_explained_is_said_in_one_line(
    outlier_run: Path, people: Path, tmp_path: Path
) -> None:
    refused("explain", outlier_run, people, "--row", "60", code=3, saying="it has 60, counted from 0")
    write_folder(
        tmp_path / "vae",
        files_of(VAE(max_epochs=2, random_state=0).fit(read(people).X), read(people).to_json()),
    )
    refused("explain", tmp_path / "vae", people, code=2, saying="--model outlier")
    typed = ("--score-by", "luck", *SMALL_TYPED)
    refused("fit", people, "--model", "outlier", "--out", tmp_path / "x", *typed, code=2, saying="score-by")
    both = vaekit("explain", outlier_run, people, "--row", "1", "-o", tmp_path / "row.csv")
    assert both.exit_code == 2 and "--row" in both.stderr
