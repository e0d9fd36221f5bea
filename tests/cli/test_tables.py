"""Tables of words and holes on the command line: looked at, fitted, sampled, filled, and written back safely."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from calls import SMALL_TYPED, refused, vaekit

from vaekit import Schema, load
from vaekit.data.read import read

TYPED = ("--network", "mlp:hidden=8", "--max-epochs", "2", "--random-state", "0", "-q")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .csv of 120 rows typed as people do: words, holes, a date, and texts that look like formulas."""
    rng = np.random.default_rng(0)
    lines = ["age;city;born;note;height"]
    for i in range(120):
        age = "?" if i % 17 == 0 else str(20 + i % 50)
        city, note = rng.choice(["Rome", "Oslo"]), rng.choice(["=1+1", "+3 kg", "@home", "ok"])
        lines.append(
            f"{age};{city};19{50 + i % 40}-01-{1 + i % 28:02d};{note};{170 + rng.normal():.1f}".replace(
                ".", ","
            )
        )
    path = tmp_path_factory.mktemp("data") / "people.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def run(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of these people, fitted by the one command."""
    path = tmp_path_factory.mktemp("runs") / "people"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vaekit.report.report_files", lambda *_, **__: {"report.html": b"<html></html>"})
        answer = vaekit("fit", people, "--out", path, *TYPED[:-1])
    assert answer.exit_code == 0, answer.output
    assert "model: tabular, since these columns are not numbers: city, born, note." in answer.stderr
    assert "semicolons between cells and decimal commas" in answer.stderr
    return path


def test_a_table_of_words_picks_its_model_and_keeps_its_schema(run: Path):
    kinds = {column.name: column.kind for column in load(run).schema_}
    assert kinds == {
        "age": "real",
        "city": "binary",
        "born": "datetime",
        "note": "categorical",
        "height": "real",
    }


def test_samples_have_the_users_columns_and_no_formula_runs(run: Path, tmp_path: Path):
    out = tmp_path / "out.csv"
    assert vaekit("sample", run, "-n", 40, "--random-state", 0, "-o", out).exit_code == 0
    rows = list(csv.DictReader(out.open()))
    assert list(rows[0]) == ["age", "city", "born", "note", "height"]
    assert {row["note"] for row in rows} <= {"'=1+1", "'+3 kg", "'@home", "ok"}
    assert {row["city"] for row in rows} <= {"Rome", "Oslo"}
    assert all(row["age"].lstrip("-").isdigit() for row in rows)
    assert all(len(row["born"]) == 10 and row["born"][4] == row["born"][7] == "-" for row in rows)


def test_numbers_below_zero_are_left_as_they_are(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("a,w\n" + "\n".join(f"{-i - 0.5},{'=x' if i % 2 else 'y'}" for i in range(60)))
    assert vaekit("fit", path, "--out", tmp_path / "run", *TYPED).exit_code == 0
    rows = list(csv.reader(vaekit("reconstruct", tmp_path / "run", path).stdout.splitlines()))[1:]
    assert all(float(number) < 0 for number, _ in rows)
    assert {word for _, word in rows} <= {"'=x", "y"}


@pytest.mark.parametrize("suffix", ["json", "parquet"])
def test_tables_go_out_as_json_and_parquet_and_come_in_again(suffix: str, run: Path, tmp_path: Path):
    out = tmp_path / f"out.{suffix}"
    assert vaekit("sample", run, "-n", 5, "--random-state", 0, "-o", out).exit_code == 0
    if suffix == "json":
        found = json.loads(out.read_text())
        assert found["columns"] == ["age", "city", "born", "note", "height"]
        assert len(found["rows"]) == 5
        return
    X = read(out, words=True).X
    assert X.names == ["age", "city", "born", "note", "height"]
    assert X.columns["born"].form == "time"
    refused(
        "sample", run, "-o", tmp_path / "out.npy", code=3, saying="cannot hold a table of words and numbers"
    )


def test_holes_are_filled_and_the_other_cells_stay_as_written(run: Path, people: Path):
    answer = vaekit("impute", run, people)
    given = list(csv.reader(people.read_text().splitlines(), delimiter=";"))
    filled = list(csv.reader(answer.stdout.splitlines()))
    assert filled[0] == given[0]
    for row, (before, after) in enumerate(zip(given[1:], filled[1:], strict=True)):
        assert (before[0] == "?" and after[0].isdigit()) or before[0] == after[0], row
        assert before[1:3] == after[1:3]
    many = list(csv.reader(vaekit("impute", run, people, "-n", 2).stdout.splitlines()))
    assert (many[0][:2], len(many)) == (["table", "age"], 241)
    ends = next(csv.reader(vaekit("impute", run, people, "--interval", 0.9).stdout.splitlines()))
    assert ends[:3] == ["age", "age_low", "age_high"] and "city_low" not in ends


def test_columns_go_by_name_whatever_their_order(run: Path, people: Path, tmp_path: Path):
    rows = list(csv.reader(people.read_text().splitlines(), delimiter=";"))
    other = tmp_path / "other.csv"
    with other.open("w") as file:
        csv.writer(file, delimiter=";").writerows([*reversed(row), "more"] for row in rows)
    assert vaekit("score", run, other).stdout == vaekit("score", run, people).stdout
    refused("score", run, _without(people, tmp_path), code=3, saying="has no column 'height'")


def _without(people: Path, folder: Path) -> Path:
    rows = list(csv.reader(people.read_text().splitlines(), delimiter=";"))
    path = folder / "short.csv"
    with path.open("w") as file:
        csv.writer(file, delimiter=";").writerows(row[:-1] for row in rows)
    return path


def test_inspect_tells_before_any_training_and_writes_a_schema_to_edit(people: Path, tmp_path: Path):
    path = tmp_path / "schema.json"
    answer = vaekit("inspect", people, "--schema", path)
    assert answer.exit_code == 0
    for said in ("120 rows, 5 columns", "'age': 8 of 120 cells (6.7%): ? (8).", "Suspicious"):
        assert said in answer.stdout
    schema = json.loads(path.read_text())
    schema["columns"] = [c for c in schema["columns"] if c["name"] != "note"]
    assert Schema.from_json(schema).names == ["age", "city", "born", "height"]
    refused("inspect", people, "--schema", path, code=2, saying="exists")
    assert json.loads(vaekit("inspect", people, "--json").stdout)["holes"] == {"age": {"?": 8}}
    refused("inspect", tmp_path / "no.csv", code=3, saying="no data set, file or folder")


def test_a_model_of_numbers_refuses_words_with_both_cures(people: Path, tmp_path: Path):
    told = refused("fit", people, "--model", "vae", "--out", tmp_path / "run", code=3, saying="'city' ('")
    assert "--drop city --drop born --drop note" in told and "--model tabular" in told


def test_an_edited_schema_is_what_is_fitted(people: Path, tmp_path: Path, without_pictures):
    path = tmp_path / "schema.json"
    vaekit("inspect", people, "--schema", path)
    schema = json.loads(path.read_text())
    schema["columns"] = [c for c in schema["columns"] if c["name"] != "note"]
    schema["columns"][0] = {"name": "age", "kind": "count"}
    path.write_text(json.dumps(schema))
    answer = vaekit("fit", people, "--schema", path, "--out", tmp_path / "run", *TYPED)
    assert answer.exit_code == 0, answer.output
    fitted = load(tmp_path / "run").schema_
    assert (fitted.names, fitted["age"].kind) == (["age", "city", "born", "height"], "count")
    # New data may have the column that the schema left out.
    assert vaekit("score", tmp_path / "run", people).exit_code == 0


def test_columns_are_dropped_kept_and_refused_by_name(people: Path, tmp_path: Path, without_pictures):
    path = tmp_path / "ids.csv"
    rows = people.read_text().splitlines()
    path.write_text("\n".join([f"id;{rows[0]}", *(f"{i};{row}" for i, row in enumerate(rows[1:], 1))]))
    answer = vaekit("fit", path, "--out", tmp_path / "a", *TYPED)
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert "column 'id' is no feature: whole numbers 1 to 120, each once, number the rows." in answer.stderr
    assert "--drop id" in answer.stderr
    assert vaekit("fit", path, "--drop", "id", "--out", tmp_path / "b", *TYPED).exit_code == 0
    kept = ("--only", "city", "--only", "height")
    assert vaekit("fit", path, *kept, "--out", tmp_path / "c", *TYPED).exit_code == 0
    assert load(tmp_path / "c").schema_.names == ["city", "height"]


def test_a_table_of_numbers_is_fitted_as_before_unless_it_has_holes(tmp_path: Path, without_pictures):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "\n".join(f"{i},{i * i % 7}.5" for i in range(30)))
    assert vaekit("fit", path, "--out", tmp_path / "a", *SMALL_TYPED).exit_code == 0
    assert type(load(tmp_path / "a")).__name__ == "VAE"
    path.write_text(path.read_text() + "\n31,")
    answer = vaekit("fit", path, "--out", tmp_path / "b", *SMALL_TYPED)
    assert "model: tabular, since these columns have missing cells: b." in answer.stderr
    assert type(load(tmp_path / "b")).__name__ == "TabularVAE"


def test_the_report_of_a_table_of_words_is_drawn(people: Path, tmp_path: Path):
    answer = vaekit("fit", people, "--out", tmp_path / "run", *TYPED)
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "run" / "pictures" / "samples.png").exists()
    page = (tmp_path / "run" / "report.html").read_text()
    assert "columns: 2 real, 1 binary, 1 datetime, 1 categorical" in page.lower()


def test_a_file_without_the_columns_of_the_run_is_refused_for_that(run: Path, tmp_path: Path):
    other = tmp_path / "pets.csv"
    other.write_text("name,pet\nAnn,dog\nBob,cat\nCid,dog\n")
    answer = vaekit("encode", run, other)
    assert (answer.exit_code, answer.stdout) == (3, "")
    assert "has no column 'age' (5 of 5 are missing); the run was fitted on: age, city" in answer.stderr


def test_numbers_that_seem_to_be_names_are_told_of(tmp_path: Path, without_pictures):
    path = tmp_path / "flowers.csv"
    rng = np.random.default_rng(0)
    path.write_text("a,b,kind\n" + "\n".join(f"{rng.normal()},{rng.normal()},{i % 3}" for i in range(60)))
    answer = vaekit("fit", path, "--out", tmp_path / "run", *SMALL_TYPED[:-1])
    assert answer.exit_code == 0, answer.output
    assert "all columns are taken as amounts, and kind looks like names; --model tabular" in answer.stderr
