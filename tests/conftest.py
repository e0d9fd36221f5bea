"""What all tests share: quiet surroundings, one thread a worker, a browser, and where the data sets are."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from browser import Browser

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("VAEKIT_OFFLINE", "1")  # a test that needs the internet is marked and lifts this

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell gives this to what it runs in the background; tests press Ctrl-C, here and in programs that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores, and sums made by one thread are the same in every run.
    os.environ["OMP_NUM_THREADS"] = "1"  # for the programs that tests start
    import torch

    torch.set_num_threads(1)

# Examples are the same in every run, and a loaded machine fails no test by being slow.
settings.register_profile("vaekit", deadline=None, derandomize=True)
settings.load_profile("vaekit")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("there is no CUDA device")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all pages."""
    from browser import CHROMIUM, Browser

    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with Browser() as started:
        yield started


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the data sets that do not come with the package (mnist/...), from $VAEKIT_DATA."""
    folder = os.environ.get("VAEKIT_DATA")
    if not folder:
        pytest.skip("set VAEKIT_DATA to the folder that holds mnist/")
    return Path(folder)
