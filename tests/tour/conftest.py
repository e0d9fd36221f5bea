"""One minimal walk for all tests of the tour, and its page in both languages."""

from __future__ import annotations

import pytest
from walked import Walked, walked


@pytest.fixture(scope="session")
def whole() -> Walked:
    return walked(0)


@pytest.fixture(scope="session")
def pages(whole: Walked) -> dict[str, str]:
    return {lang: whole.page(lang) for lang in ("ko", "en")}
