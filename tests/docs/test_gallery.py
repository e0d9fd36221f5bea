"""The gallery is true: each example runs, from the first line to the last, in an empty folder."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SLOW = {
    "codes_on_a_swiss_roll.py",
    "back_and_new.py",
    "digits_by_class.py",
    "is_it_any_good.py",
}  # those that would make the quick tests slow


def marked(example: Path) -> object:
    name = str(example.relative_to(EXAMPLES))
    return pytest.param(example, id=name, marks=[pytest.mark.slow] if example.name in SLOW else [])


@pytest.mark.parametrize("example", [*map(marked, sorted(EXAMPLES.rglob("*.py")))])
@pytest.mark.usefixtures("tables_put_back")
def test_an_example_runs(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(example))


@pytest.mark.parametrize("example", [*map(marked, sorted(EXAMPLES.rglob("*.py")))])
def test_an_example_has_a_title_and_says_what_it_shows(example: Path) -> None:
    told = (ast.get_docstring(ast.parse(example.read_text(encoding="utf-8"))) or "").splitlines()
    assert len(told[0]) == len(told[1]), "the line below a title is as long as the title"
    assert set(told[1]) == {"="}
    assert len(" ".join(told[2:])) > 80


def test_every_folder_of_examples_says_what_is_in_it() -> None:
    for folder in {example.parent for example in EXAMPLES.rglob("*.py")}:
        assert (folder / "GALLERY_HEADER.rst").is_file(), folder
