"""What code of the pages registers is gone after the test that ran it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from unittest.mock import patch

import pytest


@pytest.fixture
def tables_put_back() -> Iterator[None]:
    """Parts, data sets, commands and experiments are, after the test, those of the package."""
    from vaekit.data.read import NAMED
    from vaekit.reproduce import EXPERIMENTS
    from vaekit.spec import _REGISTRY, PLACES, names

    for place in PLACES:
        names(place)  # what is not imported yet would be taken for the test's own
    with ExitStack() as stack:
        for table in (*_REGISTRY.values(), NAMED, EXPERIMENTS):
            stack.enter_context(patch.dict(table))
        yield
