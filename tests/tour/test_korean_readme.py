"""The Korean README has the code and the commands of the English one; only comments are translated."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def code(name: str) -> list[str]:
    blocks = re.findall(r"```(?:python|bash)\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    lines = [re.sub(r"\s*#.*", "", line) for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.strip()]


def test_the_korean_readme_has_the_same_commands() -> None:
    assert len(code("README.md")) > 20
    assert code("README.ko.md") == code("README.md")


def test_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.ko.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / target).exists(), target
