"""`vaekit sample --given`: draws that have the values typed, and words for what cannot be."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from calls import SMALL, refused, vaekit
from PIL import Image

from vaekit.data.read import read
from vaekit.estimators import VAE, TabularVAE, load
from vaekit.estimators.files import files_of
from vaekit.run import write_folder


@pytest.fixture(scope="module")
def flower_run(flowers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAE of the flowers, whose columns have names."""
    source = read(flowers, labels="species")
    fitted = VAE(2, **SMALL).fit(source.X)
    fitted.feature_names_in_ = np.array(source.feature_names, dtype=object)
    return write_folder(tmp_path_factory.mktemp("runs") / "flowers", files_of(fitted, source.to_json()))


def rows(text: str) -> np.ndarray:
    return np.array(list(csv.reader(io.StringIO(text)))[1:], dtype=float)


def test_draws_are_those_of_the_estimator_and_the_report_goes_to_stderr(flower_run: Path) -> None:
    answer = vaekit(
        "sample", flower_run, "-n", 6, "--given", "length=0.5", "--given", "=width=-1", "--random-state", 3
    )
    assert answer.exit_code == 0, answer.output
    fitted = load(flower_run)
    wanted = fitted.sample(6, given={"length": 0.5, "=width": -1.0}, random_state=3)
    np.testing.assert_array_equal(rows(answer.stdout), wanted)
    assert (wanted[:, 0] == 0.5).all() and (wanted[:, 1] == -1).all()
    assert answer.stderr == f"{fitted.given_report_.sentence}\n"


def test_a_row_in_a_file_has_empty_cells_for_what_is_drawn(flower_run: Path, tmp_path: Path) -> None:
    (tmp_path / "row.csv").write_text("@depth,length\n0.25,\n")
    typed = ("sample", flower_run, "-n", 4, "--random-state", 1)
    answer = vaekit(*typed, "--given-row", tmp_path / "row.csv")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout == vaekit(*typed, "--given", "@depth=0.25").stdout


def test_half_an_image_is_completed_as_a_picture(run: Path, pictures: Path, tmp_path: Path) -> None:
    half = np.load(pictures)[0].astype(float)
    half[4:] = np.nan
    np.save(tmp_path / "half.npy", half)
    np.savetxt(tmp_path / "half.csv", half, delimiter=",")
    typed = ("sample", run, "-n", 4, "--random-state", 0, "--given-row")
    answer = vaekit(*typed, tmp_path / "half.npy")
    assert answer.exit_code == 0, answer.output
    drawn = rows(answer.stdout).reshape(4, 8, 8)
    np.testing.assert_array_equal(drawn[:, :4], np.repeat(half[None, :4], 4, 0))
    assert vaekit(*typed, tmp_path / "half.csv").stdout == answer.stdout
    picture = vaekit(*typed, tmp_path / "half.npy", "-o", tmp_path / "four.png")
    assert picture.exit_code == 0, picture.output
    with Image.open(tmp_path / "four.png") as image:
        assert image.size[0] == image.size[1]


WRONG = {
    "an unknown column": (("--given", "lenght=1"), 3, "Did you mean 'length'"),
    "no value": (("--given", "length"), 2, "is not COLUMN=VALUE"),
    "an empty value": (("--given", "length="), 2, "is not COLUMN=VALUE"),
    "a text": (("--given", "length=long"), 3, "wanted is a number"),
    "an unknown method": (("--given", "length=1", "--method", "mcmcm"), 3, "Did you mean 'mcmc'"),
    "a method without values": (("--method", "mcmc"), 3, "give given="),
}


@pytest.mark.parametrize(("typed", "code", "saying"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_given_is_refused_in_one_line(
    flower_run: Path, typed: tuple[str, ...], code: int, saying: str
) -> None:
    refused("sample", flower_run, *typed, code=code, saying=saying)


def test_a_file_of_another_width_is_refused(flower_run: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "wide.npy", np.zeros((1, 5)))
    refused("sample", flower_run, "--given-row", tmp_path / "wide.npy", code=3, saying="one example of 3")


def test_an_impossible_value_is_said_in_one_line_and_drawn_all_the_same(flower_run: Path) -> None:
    answer = vaekit("sample", flower_run, "-n", 2, "--given", "length=500", "--random-state", 0)
    assert answer.exit_code == 0, answer.output
    assert (rows(answer.stdout)[:, 0] == 500).all()
    first, second = answer.stderr.splitlines()
    assert first.startswith("vaekit: the given values are practically impossible")
    assert "length = 500" in first
    assert "effective sample size" in second


@pytest.fixture(scope="module")
def people_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TabularVAE of words, dates, truths and numbers, some of them stored as words."""
    folder = tmp_path_factory.mktemp("people")
    rng = np.random.default_rng(0)
    lines = ["name,city,born,member,floor,rent"]
    lines += [
        f"{rng.bytes(6).hex()}n,{rng.choice(['Rome', 'Oslo', 'true'])},19{50 + i % 40}-01-0{1 + i % 9},"
        f"{'yes' if i % 3 else 'no'},{rng.choice(['1', '2', 'G'])},{500 + 10 * rng.normal():.1f}"
        for i in range(120)
    ]
    (folder / "people.csv").write_text("\n".join(lines) + "\n")
    source = read(folder / "people.csv", words=True, drop=("name",))
    fitted = TabularVAE(2, **SMALL).fit(source.X)
    return write_folder(folder / "run", files_of(fitted, source.to_json()))


def columns(text: str) -> dict[str, list[str]]:
    found = list(csv.DictReader(io.StringIO(text)))
    return {name: [row[name] for row in found] for name in found[0]}


TYPED = {"city": "true", "born": "1960-01-03", "member": "yes", "floor": "2", "rent": "501.5"}


@pytest.mark.parametrize("column", TYPED)
def test_words_dates_and_truths_are_known_values_too(people_run: Path, column: str) -> None:
    answer = vaekit(
        "sample", people_run, "-n", 5, "--given", f"{column}={TYPED[column]}", "--random-state", 0
    )
    assert answer.exit_code == 0, answer.output
    found = columns(answer.stdout)
    assert set(found.pop(column)) == {TYPED[column]}
    assert any(len(set(values)) > 1 for values in found.values())


def test_a_line_of_the_table_with_empty_cells_says_what_is_known(people_run: Path, tmp_path: Path) -> None:
    (tmp_path / "row.csv").write_text("floor,city,born\n2,,1960-01-03\n")
    typed = ("sample", people_run, "-n", 4, "--random-state", 1)
    answer = vaekit(*typed, "--given-row", tmp_path / "row.csv")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout == vaekit(*typed, "--given", "floor=2", "--given", "born=1960-01-03").stdout


WRONG_WORDS = {
    "a name that nobody had": (("--given", "city=Rom"), "Did you mean 'Rome'"),
    "a date in another order": (("--given", "born=03.01.1960"), "is none"),
    "a column that was left out": (("--given", "name=x"), "is no column"),
}


@pytest.mark.parametrize(("typed", "saying"), WRONG_WORDS.values(), ids=WRONG_WORDS)
def test_words_that_the_table_cannot_have_are_refused(
    typed: tuple[str, ...], saying: str, people_run: Path
) -> None:
    refused("sample", people_run, *typed, code=3, saying=saying)


def test_a_file_of_two_rows_is_no_example(people_run: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("city,floor\nRome,2\nOslo,1\n")
    refused(
        "sample", people_run, "--given-row", tmp_path / "rows.csv", code=3, saying="give one, with an empty"
    )
