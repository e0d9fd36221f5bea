"""What a person does with the explorer, in a real browser: keys, buttons, drawing, dragging, conditions."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, Page
from torch import nn

from vaekit import VAE
from vaekit.data.read import read
from vaekit.explorer.page import make_explorer
from vaekit.explorer.rows import choose_rows

Fitted = Callable[[str], tuple[Any, Any]]
Opened = Callable[..., Page]


def test_a_keyboard_is_enough(opened: Opened) -> None:
    page = opened("digits")
    page.rest()
    reached = []
    for _ in range(60):
        page.key("Tab")
        reached.append(
            page.run(
                "document.activeElement.id || document.activeElement.className || document.activeElement.type"
            )
        )
        if reached[-1] == "above":
            break
    assert reached[-1] == "above"
    where = "document.getElementById('where').textContent"
    before = page.run(where)
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.key(key)
    page.rest()
    moved = [float(v.replace("\u2212", "-")) for v in re.findall(r"[\u2212\d.]+", page.run(where))]
    start = [float(v.replace("\u2212", "-")) for v in re.findall(r"[\u2212\d.]+", before)]
    assert moved[0] > start[0] and moved[1] > start[1]
    assert page.run("document.getElementById('said').textContent") == page.run(where)
    page.key("n")
    page.rest()
    assert "row" in page.run("document.getElementById('card').textContent")
    unnamed = page.run(
        "Array.from(document.querySelectorAll('button, input, select, canvas:not([aria-hidden])'))"
        ".filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length) || e.type === 'file')).map((e) => e.outerHTML)"
    )
    assert unnamed == []


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
    line = page.run("document.getElementById('copied').textContent")
    assert line == 'vaekit.load("runs/it\'s").inverse_transform([[0.5, -1.25]])'
    assert (
        page.run("(() => { try { window.vaekit.setCode([1]); } catch (e) { return e.message } })()")
        == "a code has 2 values, 1 were given"
    )


def test_the_drawing_board_encodes_what_is_drawn(opened: Opened) -> None:
    page = opened("digits")
    page.run("document.querySelector('.board').scrollIntoView({block: 'center'})")
    page.rest()
    x, y, side = page.run(
        "(() => { const b = document.querySelector('.board').getBoundingClientRect(); return [b.x, b.y, b.width] })()"
    )
    before = page.run("document.getElementById('where').textContent")
    page.drag([(x + share * side, y + 0.5 * side) for share in (0.2, 0.4, 0.6, 0.8)])
    page.rest()
    assert page.run("document.getElementById('where').textContent") != before


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
          const canvas = document.querySelector('#stage .above'), box = canvas.getBoundingClientRect();
          const send = (kind, k) => canvas.dispatchEvent(new PointerEvent(kind, {pointerId: 1, button: 0, buttons: 1,
            clientX: box.x + box.width * (0.5 + 0.4 * Math.cos(k / 9)), clientY: box.y + box.height * (0.5 + 0.4 * Math.sin(k / 7))}));
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
