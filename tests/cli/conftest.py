"""Two small sets of data, and a run of each, that every test reads and none changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import SMALL

from vaekit.data.read import read
from vaekit.estimators import AE, VAE
from vaekit.estimators.files import files_of
from vaekit.run import write_folder


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .npy of 240 digits, (240, 8, 8), values 0 .. 16."""
    path = tmp_path_factory.mktemp("data") / "pictures.npy"
    np.save(path, np.round(read("digits").X[:240, 0] * 16))
    return path


@pytest.fixture(scope="session")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .csv of 120 rows: three numbers, two under names that look like formulas, and a species."""
    rng = np.random.default_rng(0)
    lines = ["length,=width,@depth,species"]
    lines += [
        f"{a:.3f},{b:.3f},{c:.3f},{'iris' if a > 0 else 'rose'}" for a, b, c in rng.normal(size=(120, 3))
    ]
    path = tmp_path_factory.mktemp("data") / "flowers.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def _written(estimator: Any, source: Any, path: Path) -> Path:
    estimator.fit(source.X)
    if source.feature_names:
        estimator.feature_names_in_ = np.array(source.feature_names, dtype=object)
    return write_folder(path, files_of(estimator, source.to_json()))


@pytest.fixture(scope="session")
def run(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAE of the pictures."""
    return _written(VAE(3, **SMALL), read(pictures), tmp_path_factory.mktemp("runs") / "vae")


@pytest.fixture(scope="session")
def table_run(flowers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An AE of the flowers, read with their labels."""
    return _written(AE(2, **SMALL), read(flowers, labels="species"), tmp_path_factory.mktemp("runs") / "ae")


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs get a stub of a report: drawing takes seconds, and one test looks at the real one."""
    stub: Callable[..., dict[str, bytes]] = lambda *_, **__: {"report.html": b"<html></html>"}  # noqa: E731
    monkeypatch.setattr("vaekit.report.report_files", stub)
