"""The README is true: its code runs, its commands run, and its table is the registry's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def python_blocks() -> list[tuple[str, str]]:
    pages = ["README.md", "CONTRIBUTING.md"]  # those of docs/ are run by tests/docs
    return [
        (f"{page} {i + 1}", code)
        for page in pages
        for i, code in enumerate(blocks((ROOT / page).read_text(encoding="utf-8"), "python"))
    ]


@pytest.mark.parametrize(("where", "code"), python_blocks(), ids=[where for where, _ in python_blocks()])
def test_every_python_block_runs(where: str, code: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=250
    )
    assert run.returncode == 0, run.stderr[-2000:]


def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    lines = [line.split("#")[0].strip() for block in blocks(README, "bash") for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("vaekit ")]
    assert len(commands) >= 4
    for command in commands:
        arguments = [sys.executable, "-m", *command.split()]
        run = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, timeout=250)
        assert run.returncode == 0, command + run.stderr[-2000:]
    assert (tmp_path / "my-run" / "report.html").is_file()
    assert (tmp_path / "samples.png").is_file()


def test_the_table_of_recipes_is_the_registrys() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    table = subprocess.run(
        [sys.executable, ROOT / "docs" / "readme.py", "--table"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    ).stdout.strip()
    assert table in README, "run: python docs/readme.py"


def test_every_picture_and_page_that_is_linked_exists() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).is_file(), target
