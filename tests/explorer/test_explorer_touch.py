"""What a person does with the explorer, in a real browser: keys, buttons, drawing, dragging, conditions."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from browser import Browser, Page
from explored import HOSTILE, labelled
from torch import nn

from vaekit import VAE
from vaekit.data.read import read
from vaekit.explorer.condition import condition_of
from vaekit.explorer.page import make_explorer
from vaekit.explorer.rows import choose_rows
from vaekit.spec import names

Fitted = Callable[[str], tuple[Any, Any]]
Opened = Callable[..., Page]


def test_a_keyboard_is_enough(opened: Opened) -> None:
    page = opened("digits")
    page.rest()
    page.tab_to("#stage .above")
    before = page.text("where")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.key(key)
    page.rest()
    moved = [float(v.replace("\u2212", "-")) for v in re.findall(r"[\u2212\d.]+", page.text("where"))]
    start = [float(v.replace("\u2212", "-")) for v in re.findall(r"[\u2212\d.]+", before)]
    assert moved[0] > start[0] and moved[1] > start[1]
    assert page.text("said") == page.text("where")
    page.key("n")
    page.rest()
    assert "row" in page.text("card")
    unnamed = page.run(
        """Array.from(document.querySelectorAll("button, input:not([type=file]), select, canvas:not([aria-hidden])"))
            .filter((node) => !node.getAttribute("aria-label") && !node.textContent.trim() && !node.labels?.length)
            .map((node) => node.outerHTML)"""
    )
    assert unnamed == []


def test_a_class_and_a_name_are_chosen_by_keys_alone(opened: Opened) -> None:
    page = opened("images")
    page.rest()
    before = page.shown
    page.tab_to('#choices button[aria-pressed="false"]')
    page.key(" ")
    page.rest()
    assert page.shown != before
    page = opened("mixed")
    page.rest()
    before = page.text("where")
    page.tab_to(".typed select")
    page.key("ArrowUp")
    page.rest()
    assert page.text("where") != before


def test_set_code_moves_sliders_and_the_line_of_code_gives_the_same_picture(
    opened: Opened, fitted: Fitted
) -> None:
    page = opened("digits", run="runs/it's")
    page.run("window.vaekit.setCode([0.5, -1.25])")
    page.rest()
    values = page.run(
        "Array.from(document.querySelectorAll('#units input'), (slider) => Number(slider.value))"
    )
    assert sorted(values) == pytest.approx([-1.25, 0.5], abs=0.02)  # a slider stands on one of its 200 places
    page.run("document.getElementById('copy').click()")
    page.rest()
    line = page.text("copied")
    assert line == 'vaekit.load("runs/it\'s").inverse_transform([[0.5, -1.25]])'
    assert (
        page.run("(() => { try { window.vaekit.setCode([1]); } catch (e) { return e.message } })()")
        == "a code has 2 values, 1 were given"
    )


def test_the_drawing_board_encodes_what_is_drawn(opened: Opened) -> None:
    page = opened("digits")
    page.run("document.querySelector('.board').scrollIntoView({block: 'center'})")
    page.rest()
    x, y, side, _ = page.box(".board")
    before = page.text("where")
    page.drag([(x + share * side, y + 0.5 * side) for share in (0.2, 0.4, 0.6, 0.8)])
    page.rest()
    assert page.text("where") != before


class Odd(nn.Module):
    """A decoder that the page has no steps for."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 64)

    def forward(self, z: Any) -> Any:
        return self.layer(z.sin())


def test_a_decoder_that_it_cannot_run_becomes_pictures_on_a_grid(browser: Browser, tmp_path: Path) -> None:
    source = read(np.random.default_rng(0).random((60, 64)))
    own = (nn.Sequential(nn.Linear(64, 8)), Odd())
    vae = VAE(2, network=own, likelihood="continuous-bernoulli", max_epochs=1, random_state=0).fit(source.X)
    explorer = make_explorer(vae, choose_rows(vae, source, 60))
    assert "cannot run the decoder (Odd)" in explorer.said[0]
    file = tmp_path / "grid.html"
    file.write_bytes(explorer.html)
    page = browser.open(file)
    grid = page.run("JSON.parse(document.getElementById('vaekit-data').textContent).model.grid")
    axes = [np.linspace(low, high, grid["side"]) for low, high in zip(grid["low"], grid["high"], strict=True)]
    codes = np.zeros((9, 2))
    codes[:, grid["units"]] = [[axes[0][i], axes[1][j]] for i in (0, 11, 24) for j in (0, 7, 24)]
    # Stored in 256 steps from the lowest to the highest value.
    np.testing.assert_allclose(
        page.decoded(codes), vae.inverse_transform(codes), atol=0.51 * grid["step"] + 1e-6
    )
    assert "cannot run the decoder" in page.run("document.body.textContent")
    assert (page.requests, page.complaints) == ([], [])
    page.close()


@pytest.mark.slow
def test_three_hundred_drags_are_quick(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """The median of decode and draw is below 16 ms, of a frame at 60 a second, for the conv decoder of 28 x 28."""
    page = opened("images")
    page.rest()
    page.run(
        """(async () => {
          const canvas = document.querySelector("#stage .above"), box = canvas.getBoundingClientRect();
          const send = (kind, k) => {
            const clientX = box.x + box.width * (0.5 + 0.4 * Math.cos(k / 9));
            const clientY = box.y + box.height * (0.5 + 0.4 * Math.sin(k / 7));
            canvas.dispatchEvent(new PointerEvent(kind, {pointerId: 1, button: 0, buttons: 1, clientX, clientY}));
          };
          canvas.setPointerCapture = () => {};
          send('pointerdown', 0);
          for (let k = 0; k < 300; k++) { send('pointermove', k); await new Promise(requestAnimationFrame); }
          send('pointerup', 300);
        })()"""
    )
    times = page.run("window.vaekit.frameTimes()")[-300:]
    assert len(times) >= 290
    median = statistics.median(times)
    with capsys.disabled():
        print(
            f"\n  explorer, conv 28 x 28, 16 latent values: median frame {median:.1f} ms over {len(times)} drags"
        )
    assert median < 16


class Given(VAE):
    """A VAE with a condition: y is a class of 0 and 1 with a bad name, or a number of mean 10 and scale 4."""

    def _learn(self, X: Any, y: Any) -> tuple[Any, Any]:
        numbers = np.asarray(y, dtype=float)
        told = {"name": HOSTILE[1], "mean": 10.0, "scale": 4.0, "classes": (0, 1)}
        classes = set(numbers.tolist()) == {0.0, 1.0}
        kinds = {"kind": "labels", "width": 2} if classes else {"kind": "real", "width": 1}
        self.condition_ = SimpleNamespace(columns=[SimpleNamespace(**told, **kinds)])
        return self._read(X, reset=True), self._condition(y, len(numbers))

    def as_condition(self, labels: Any, class_names: Any = None) -> Any:
        return labels

    def _condition(self, c: Any, n: int) -> Any:
        values = np.broadcast_to(np.asarray(c, dtype=float), n)
        if self.condition_.columns[0].kind == "labels":
            return np.eye(2, dtype=np.float32)[values.astype(int)]
        return ((values[:, None] - 10) / 4).astype(np.float32)


def conditional(browser: Browser, folder: Path, y: Any, network: Any = "auto") -> tuple[Given, Page]:
    source = labelled(np.random.default_rng(0).random((60, 12)), y)
    vae = Given(2, network=network, max_epochs=2, random_state=0).fit(source.X, source.y)
    inside = choose_rows(vae, source, 60)
    file = folder / "condition.html"
    file.write_bytes(make_explorer(vae, inside, condition=condition_of(vae, inside)).html)
    page = browser.open(file)
    page.rest()
    return vae, page


@pytest.mark.parametrize("network", [name for name in names("network") if name.endswith("mlp")])
def test_a_class_is_chosen_by_its_button(browser: Browser, tmp_path: Path, network: str) -> None:
    vae, page = conditional(browser, tmp_path, np.repeat(["plain", HOSTILE[0]], 30), network)
    buttons = page.run(
        "Array.from(document.querySelectorAll('#choices button'), (button) => button.textContent)"
    )
    assert buttons == sorted(["plain", HOSTILE[0]])
    codes = np.random.default_rng(1).normal(size=(20, 2))
    for at, one_hot in enumerate((", [1, 0]", ", [0, 1]")):
        np.testing.assert_allclose(
            page.decoded(codes, one_hot), vae.inverse_transform(codes, c=at), atol=1e-4
        )
    rows = np.random.default_rng(2).random((5, 12))
    encoded = page.run(f"{rows.tolist()}.map((x) => Array.from(window.vaekit.encode(x, [0, 1])))")
    np.testing.assert_allclose(encoded, vae.transform(rows, c=1), atol=1e-4)
    shown = set()
    for chosen in (0, 1):
        page.run(f"document.querySelectorAll('#choices button')[{chosen}].click()")
        page.rest()
        shown.add(page.shown)
        page.run("document.getElementById('copy').click()")
        assert page.text("copied").endswith(f", c=[{chosen}])")
    pressed = page.run(
        "Array.from(document.querySelectorAll('#choices button'), (button) => button.ariaPressed)"
    )
    assert pressed == ["false", "true"]
    assert len(shown) == 2
    assert (page.requests, page.complaints) == ([], [])
    page.close()


def test_a_number_is_set_by_its_slider_in_the_units_of_the_data(browser: Browser, tmp_path: Path) -> None:
    vae, page = conditional(browser, tmp_path, np.linspace(2.5, 21.5, 60))
    before = page.shown
    slider = "document.querySelector('#choices input')"
    page.run(f"(() => {{ {slider}.value = 1.5; {slider}.dispatchEvent(new Event('input')) }})()")
    page.rest()
    set_to = page.run(f"Number({slider}.value)")
    assert page.run("Number(document.querySelector('#choices output').textContent)") == pytest.approx(
        10 + 4 * set_to, abs=0.01
    )
    assert page.shown != before
    page.run("document.getElementById('copy').click()")
    written = re.search(r"c=\[([\d.]+)\]", page.text("copied"))
    assert written and float(written[1]) == pytest.approx(10 + 4 * set_to, abs=1e-4)
    codes = np.random.default_rng(1).normal(size=(20, 2))
    found = page.decoded(codes, f", [{set_to}]")
    np.testing.assert_allclose(found, vae.inverse_transform(codes, c=10 + 4 * set_to), atol=1e-4)
    assert (page.requests, page.complaints) == ([], [])
    page.close()
