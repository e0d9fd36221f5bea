"""The pages as a reader gets them: built without a warning, and nothing in them is fetched from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc(?:set)?=["'](?:https?:)?//[^"']+
      | <link\b[^>]*\bhref=["'](?:https?:)?//[^"']+
      | @import\s+["'](?:https?:)?// | url\(["']?(?:https?:)?//""",
    re.VERBOSE,
)


def fetched(text: str) -> list[str]:
    """What a browser would fetch from elsewhere to show this page or style sheet; links to click are none of it."""
    return OUTSIDE.findall(text)


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ('<script src="https://cdn.example/x.js"></script>', 1),
        ("<link rel='stylesheet' href='//fonts.example/a.css'>", 1),
        ('<img alt="a" src="http://example/p.png">', 1),
        ("@import url(https://example/a.css);", 1),
        ('<a href="https://example">a link</a><img src="_images/p.png"><link href="_static/a.css">', 0),
        ("a { background: url(../fonts/a.woff2) }", 0),
    ],
)
def test_what_would_be_fetched_is_found(text: str, many: int) -> None:
    assert len(fetched(text)) == many


@pytest.mark.slow
def test_the_pages_build_without_a_warning_and_fetch_nothing(tmp_path: Path) -> None:
    pytest.importorskip("sphinx_gallery", reason="the group `docs` is not installed")
    made = shutil.ignore_patterns("_build", "gallery", "made", "__pycache__")
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=made)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_floors.py", tmp_path / "tests")
    (tmp_path / "src").symlink_to(ROOT / "src")
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "docs", "html"]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    pages = [*(tmp_path / "html").rglob("*.html"), *(tmp_path / "html").rglob("*.css")]
    assert len(pages) > 50
    assert not {str(page): found for page in pages if (found := fetched(page.read_text(encoding="utf-8")))}
    examples = list((ROOT / "docs" / "examples").rglob("*.py"))
    shown = (tmp_path / "html" / "gallery" / "index.html").read_text(encoding="utf-8")
    assert all(f"{example.stem}.html" in shown for example in examples)
