"""Each model fitted once, and its page in the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, Page
from explored import MAKERS, OTHERS

from vaekit.data.source import Source
from vaekit.explorer.condition import condition_of
from vaekit.explorer.page import make_explorer
from vaekit.explorer.rows import choose_rows


@pytest.fixture(scope="session")
def fitted() -> Callable[[str], tuple[Any, Source]]:
    """name -> (estimator, its data)."""
    known: dict[str, tuple[Any, Source]] = {}

    def give(name: str) -> tuple[Any, Source]:
        if name not in known:
            known[name] = (MAKERS | OTHERS)[name]()
        return known[name]

    return give


@pytest.fixture
def opened(
    browser: Browser, fitted: Callable[[str], tuple[Any, Source]], tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """opened(name, width=, dark=, weights=, data=) -> the explorer of that model in a browser."""
    pages = []

    def open_it(name: str, width: int = 1200, dark: bool = False, **how: Any) -> Page:
        estimator, source = fitted(name)
        inside = choose_rows(estimator, source, 150) if how.pop("data", True) else None
        file = tmp_path / "explorer.html"
        how = {"condition": condition_of(estimator, inside), **how}
        file.write_bytes(make_explorer(estimator, inside, **how).html)
        pages.append(browser.open(file, width, 900, dark))
        return pages[-1]

    yield open_it
    for page in pages:
        page.close()
