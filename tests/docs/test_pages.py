"""The pages are true: their code runs, the commands and files that they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITTEN = ("_build", "gallery", "api/made")  # made by Sphinx
PAGES = sorted(
    page
    for page in (ROOT / "docs").rglob("*.md")
    if not str(page.relative_to(ROOT / "docs")).startswith(WRITTEN)
)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def code_of(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


WITH_CODE = [page for page in PAGES if code_of(page)]


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
@pytest.mark.usefixtures("tables_put_back")
def test_every_python_block_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, code in enumerate(code_of(page), 1):
        exec(compile(code, f"{name_of(page)}, block {number}", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES], ids=name_of)
def test_the_commands_that_a_page_names_exist(page: Path) -> None:
    from vaekit.cli.program import COMMANDS

    named = re.findall(r"`vaekit ([a-z][a-z-]*)", page.read_text(encoding="utf-8"))
    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_source_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for named in re.findall(r"`((?:\w+/)+\w*(?:\.py)?)`", text):
        places = [ROOT, ROOT / "src" / "vaekit", ROOT / "src" / "vaekit" / "reproduce"]
        assert any((place / named).exists() for place in places), named


def test_there_is_a_page_for_each_kind_of_part() -> None:
    kinds = "network prior posterior likelihood bound penalty critic measure plot dataset command experiment"
    for kind in kinds.split():
        assert code_of(ROOT / "docs" / "extending" / f"{kind}.md"), kind
