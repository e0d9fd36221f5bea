"""Runs that went wrong: the page says so before anything else, in the doctor's words, and claims nothing more."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import Page

from vaekit import VAE, part
from vaekit.data.read import read
from vaekit.errors import DivergedError
from vaekit.estimators.files import files_of
from vaekit.report import report_run
from vaekit.report.words import examined
from vaekit.run import write_folder
from vaekit.train import Callback

SMALL: dict[str, Any] = {"network": part("mlp", hidden=(16,)), "random_state": 0}

pytestmark = pytest.mark.usefixtures("without_pictures")


class StopsInTheSecondEpoch(Callback):
    """Ctrl-C, as a user presses it."""

    def epoch_begins(self, training: Any) -> None:
        if training.epoch == 1:
            signal.raise_signal(signal.SIGINT)


def collapsed(X: Any) -> VAE:
    return VAE(2, max_epochs=30, bound=part("elbo", beta=1e4), **SMALL).fit(X)


def diverged(X: Any) -> VAE:
    vae = VAE(2, max_epochs=5, learning_rate=1e20, **SMALL)
    with pytest.raises(DivergedError):
        vae.fit(X)
    return vae


def interrupted(X: Any) -> VAE:
    vae = VAE(2, max_epochs=9, callbacks=(StopsInTheSecondEpoch(),), **SMALL).fit(X)
    vae.callbacks = ()
    return vae


def page_of(make: Any, tmp_path: Path) -> Page:
    """The report of a run of this model on 600 digits, as `vaekit report` writes it."""
    np.save(tmp_path / "digits.npy", np.round(read("digits").X[:600, 0] * 16))
    source = read(tmp_path / "digits.npy")
    run = write_folder(tmp_path / "run", files_of(make(source.X), source.to_json()))
    return Page(report_run(run).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("make", "title", "evidence", "remedy"),
    [
        (diverged, "Diverged.", "stopped being a finite number in epoch", "learning_rate=1e+19"),
        (interrupted, "Interrupted.", "stopped by hand in epoch 2", "Fit again and let it end"),
        (collapsed, "Posterior is prior.", "tells nothing about its row", "Fit again"),
    ],
)
def test_the_doctor_comes_first_and_says_what_to_type(
    make: Any, title: str, evidence: str, remedy: str, tmp_path: Path
) -> None:
    page = page_of(make, tmp_path)
    text = page.text
    first_number = text.index("nats per example")  # the unit of the key figures
    for said in (title, evidence, remedy):
        assert said in text
    assert text.index(title) < first_number
    assert text.index(title) < text.index("What it can do")
    assert any("trouble" in str(div.get("class")) for div in page.all("div"))
    assert "The doctor also looked for:" in text
    assert "The doctor looked for:" not in text
    named = text[text.index("The doctor also looked for:") :].split("; it found none")[0]
    assert title.lower().rstrip(".") not in named.lower()


def test_a_diverged_run_has_no_number_that_is_none(tmp_path: Path) -> None:
    text = page_of(diverged, tmp_path).text
    assert not {"nan", "inf", "-inf", "−inf"} & set(text.lower().split())
    assert "and the training ended there" in text or "No epoch was finished" in text
    assert "Under trained." not in text or text.index("Diverged.") < text.index("Under trained.")


def test_an_interrupted_run_tells_its_story(tmp_path: Path) -> None:
    text = page_of(interrupted, tmp_path).text
    assert "Then it was stopped by hand" in text


def test_a_collapsed_run_has_no_active_unit(tmp_path: Path) -> None:
    text = " ".join(page_of(collapsed, tmp_path).text.split())
    assert "active units 0" in text


def test_what_the_doctor_did_not_look_at_is_not_called_well() -> None:
    assert "has not looked at this model" in examined(None)
    assert "found none" not in examined(None)
