"""The gallery is true: each example runs, from the first line to the last, in an empty folder."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
EXAMPLES = sorted(FOLDER.rglob("*.py"))
SLOW = {  # of about ten seconds or more
    "back_and_new.py",
    "beta_sweep.py",
    "codes_on_a_swiss_roll.py",
    "counts.py",
    "digits_by_class.py",
    "is_it_any_good.py",
    "likelihood_of_angles.py",
}


def name_of(example: Path) -> str:
    return str(example.relative_to(FOLDER))


@pytest.mark.parametrize(
    "example",
    [pytest.param(e, marks=[pytest.mark.slow] if e.name in SLOW else []) for e in EXAMPLES],
    ids=map(name_of, EXAMPLES),
)
@pytest.mark.usefixtures("tables_put_back")
def test_an_example_runs(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(example))


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_has_a_title_and_says_what_it_shows(example: Path) -> None:
    told = (ast.get_docstring(ast.parse(example.read_text(encoding="utf-8"))) or "").splitlines()
    assert len(told[0]) == len(told[1]), "the line below a title is as long as the title"
    assert set(told[1]) == {"="}
    assert len(" ".join(told[2:])) > 80


def test_the_slow_examples_and_the_folders_are_there() -> None:
    assert {example.name for example in EXAMPLES} >= SLOW
    for folder in {example.parent for example in EXAMPLES}:
        assert (folder / "GALLERY_HEADER.rst").is_file(), folder
