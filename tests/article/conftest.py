"""The acceptance tests of the article: each says its number, its threshold and what was measured.

With VAEKIT_ACCEPTANCE=FOLDER every measured value is written there as a small JSON file, met or missed, and trained
models are kept in FOLDER/models, so that a run that was cut off goes on where it was. A table is read from it.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vaekit
from vaekit.data.read import read


def acceptance_folder() -> Path | None:
    """Where results go, made when it is not there; None without VAEKIT_ACCEPTANCE."""
    wanted = os.environ.get("VAEKIT_ACCEPTANCE")
    if not wanted:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def accept() -> Callable[..., None]:
    """accept(number, what, measured, least=..., most=...): write it down, then hold it against its threshold.

    Without least and most the value is reported and not judged.
    """

    def judge(
        number: int, what: str, measured: float, *, least: float = -math.inf, most: float = math.inf
    ) -> None:
        measured = float(measured)
        met = least <= measured <= most
        ends = [f"at least {least:.10g}"] * (least > -math.inf) + [f"at most {most:.10g}"] * (most < math.inf)
        threshold = " and ".join(ends) or "reported"
        folder = acceptance_folder()
        if folder is not None:
            name = re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-")[:80]
            row = {"number": number, "what": what, "threshold": threshold, "measured": measured, "met": met}
            (folder / f"{number:02d}-{name}.json").write_text(
                json.dumps(row, indent=1) + "\n", encoding="utf-8"
            )
        assert met, f"test {number}, {what}: measured {measured:.6g}, wanted {threshold}"

    return judge


@pytest.fixture(scope="session")
def mnist(data_folder: Path) -> Any:
    """MNIST with its test part, from $VAEKIT_DATA."""
    if not (data_folder / "mnist").is_dir():
        pytest.skip(f"there is no folder {data_folder / 'mnist'}")
    return read("mnist")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """trained(name, make, X): make().fit(X), or the model of that name that was kept."""
    folder = acceptance_folder()
    models = tmp_path_factory.mktemp("models") if folder is None else folder / "models"
    models.mkdir(exist_ok=True)

    def model(name: str, make: Callable[[], Any], X: Any) -> Any:
        path = models / name
        if not path.is_dir():
            make().fit(X).save(path)
        return vaekit.load(path)

    return model


@pytest.fixture(scope="session")
def tutorial(mnist: Any, trained: Callable[..., Any]) -> Any:
    """The TensorFlow tutorial's model after its 10 epochs, seed 0."""
    return trained("tf2-tutorial-0", lambda: vaekit.preset("tf2-tutorial", random_state=0), mnist.X)
