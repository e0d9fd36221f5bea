"""`vaekit measure`, `compare` and `doctor RUN`: numbers in words, refusals in words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from calls import SMALL, refused, vaekit
from click.testing import CliRunner

from vaekit.cli.output import number
from vaekit.cli.program import program
from vaekit.data.read import read
from vaekit.estimators import CVAE, load
from vaekit.estimators.files import files_of
from vaekit.run import to_json, write_folder


@pytest.fixture(scope="module")
def measured(run: Path) -> str:
    answer = vaekit("measure", run)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_ledger_and_simple_methods_stand_in_words(measured: str) -> None:
    for words in (
        "24 rows that it never saw",
        "told by the code (KL)",
        "probabilistic PCA, 3 components",
        "the same network, untrained",
        "comparisons this model is better",
        "Not asked: ",
    ):
        assert words in " ".join(measured.split())
    assert max(map(len, measured.splitlines())) <= 160


def test_json_holds_the_same_numbers(run: Path, measured: str) -> None:
    told = json.loads(vaekit("measure", run, "--json").stdout)
    elbo = next(line for line in told["ledger"] if line["key"] == "elbo")
    assert number(elbo["value"], elbo["error"]) in measured
    answers = {answer["name"]: answer for answer in told["answers"]}
    ours = answers["reconstruction"]
    assert number(ours["value"], ours["standard_error"]) in measured
    losing = {pair["question"] for pair in told["not_beaten"]}
    for name, answer in answers.items():
        standing = [each["the_model_is"] for each in answer["baselines"]]
        assert (name in losing) == any(each != "better" for each in standing)


def test_lines_of_what_is_not_beaten_are_red_on_a_terminal_only(
    run: Path, measured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[" not in measured
    coloured = CliRunner().invoke(program, ["measure", str(run)], color=True).stdout
    red = [line for line in coloured.splitlines() if line.startswith("\x1b[31m")]
    assert red
    assert not any("this model is better" in line for line in red)
    monkeypatch.setenv("NO_COLOR", "1")
    assert CliRunner().invoke(program, ["measure", str(run)], color=True).stdout == measured


def test_an_autoencoder_is_measured_by_what_it_has(table_run: Path) -> None:
    answer = vaekit("measure", table_run)
    assert answer.exit_code == 0, answer.output
    said = " ".join(answer.stdout.split())
    assert "density (this model gives no probability of a row)" in said
    assert "How well is a row rebuilt from 2 numbers?" in said


def test_runs_stand_side_by_side(run: Path) -> None:
    answer = vaekit("compare", run, run)
    assert answer.exit_code == 0, answer.output
    assert "24 rows that all of them held out" in answer.stdout
    line = next(each for each in answer.stdout.splitlines() if each.startswith("what a code tells"))
    kl = load(run).ledger(read(json.loads((run / "data.json").read_text())["source"]["path"]).X)
    assert kl["kl"] > 0
    numbers = line.split("  ")
    assert len({each.strip() for each in numbers[1:] if each.strip()}) == 1
    told = json.loads(vaekit("compare", run, run, "--json").stdout)
    assert [each["run"] for each in told["runs"]] == [str(run), str(run)]
    assert told["stability"]["cka"]["value"] == pytest.approx(1)


def test_a_comparison_is_a_page_too(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "both.html"
    answer = vaekit("compare", run, run, "--html", page)
    assert answer.exit_code == 0, answer.output
    assert answer.stderr.endswith(f"page: {page}\n")
    written = page.read_text()
    assert written.startswith("<!DOCTYPE html>")
    assert "24 rows that all of them held out" in written
    refused("compare", run, run, "--html", page, code=2, saying="replace it with --force")
    refused("compare", run, run, "--html", tmp_path / "both.pdf", code=2, saying="is no .html")


def test_unfair_comparisons_are_refused(run: Path, table_run: Path, pictures: Path, tmp_path: Path) -> None:
    refused("compare", run, code=2, saying="one run has nothing beside it")
    refused("compare", run, table_run, code=3, saying="numbers of other data do not compare")
    source = read(pictures)
    labels = (source.X.reshape(240, -1).mean(1) > 5).astype(int)
    cvae = CVAE(3, **SMALL).fit(source.X, labels)
    other = write_folder(tmp_path / "cvae", files_of(cvae, source.to_json()))
    refused("compare", run, other, code=2, saying="cannot be compared by condition")


def test_the_doctor_says_what_is_wrong_and_what_to_type(run: Path) -> None:
    answer = vaekit("doctor", run)
    assert answer.exit_code == 0, answer.output
    assert "Looked for: diverged, interrupted, under-trained" in answer.stdout
    assert "\nunder-trained\n" in answer.stdout  # two epochs
    assert "--max-epochs" in answer.stdout
    told = json.loads(vaekit("doctor", run, "--json").stdout)
    assert (
        next(each["name"] for each in told["verdicts"] if each["fired"] and each["illness"])
        == "under-trained"
    )
    assert told["not_examined"] is None


def test_without_its_data_the_doctor_says_that_it_did_not_look(
    run: Path, tmp_path: Path, pictures: Path
) -> None:
    moved = tmp_path / "run"
    shutil.copytree(run, moved)
    record = json.loads((moved / "data.json").read_text())
    vae = load(run)
    gone = {**record["source"], "path": str(tmp_path / "gone.npy")}
    files = files_of(vae, gone)
    shutil.rmtree(moved)
    write_folder(
        moved, {**files, "environment.json": to_json(json.loads((run / "environment.json").read_text()))}
    )
    answer = vaekit("doctor", moved)
    assert answer.exit_code == 0, answer.output
    assert "The model was not examined: " in answer.stdout
    assert "--data" in answer.stdout
    assert "under-trained" in vaekit("doctor", moved, "--data", pictures).stdout


def test_several_seeds_put_an_interval_on_every_number(run: Path) -> None:
    answer = vaekit("measure", run, "--seeds", 2)
    assert answer.exit_code == 0, answer.output
    assert "2 of 2: seed 1" in answer.stderr
    said = answer.stdout.split("4. Would another seed say the same?")[1]
    words = " ".join(said.split())
    for told in (
        "from seeds 0, 1",
        "score (ELBO)",
        "Are the codes the same?",
        "numbers of a code from seed 0",
    ):
        assert told in words
    told = json.loads(vaekit("measure", run, "--seeds", 2, "--json").stdout)["stability"]
    keys = {number["key"] for number in told["numbers"]}
    assert {"elbo", "kl", "reconstruction", "density"} <= keys
    assert all(
        number["interval"][0] <= number["value"] <= number["interval"][1] for number in told["numbers"]
    )
