"""docs/reproductions.md says what the results that are kept beside it say."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaekit.reproduce import EXPERIMENTS, kept_results, page
from vaekit.run import LARGEST_JSON, from_json, read_plain

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(
    not (DOCS / "reproductions.md").is_file(), reason="no result is kept in docs/reproductions"
)
def test_no_number_of_the_page_was_typed_by_hand() -> None:
    """`vaekit reproduce -o docs/reproductions --page docs/reproductions.md --force` writes it."""
    kept = kept_results(DOCS / "reproductions", list(EXPERIMENTS))
    results = [from_json(read_plain(path, LARGEST_JSON), str(path)) for path in kept]
    assert (DOCS / "reproductions.md").read_text(encoding="utf-8") == page(
        results, list(EXPERIMENTS.values())
    )
