"""Two models on one page: the same row in both, and a point that takes the other one along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, Page
from explored import HOSTILE, QUICK
from sklearn.datasets import load_digits

from vaekit import AAE, VAE, part
from vaekit.cli.explore import command
from vaekit.data.read import read
from vaekit.estimators.files import files_of
from vaekit.explorer.page import content_of, page_of
from vaekit.explorer.rows import choose_rows, same_rows
from vaekit.run import write_folder

Fitted = Callable[[str], tuple[Any, Any]]


@pytest.fixture(scope="module")
def larger(fitted: Fitted) -> AAE:
    """A model of the same digits with five latent values, which held out other rows."""
    source = fitted("digits")[1]
    return AAE(5, network=part("mlp", hidden=(32,)), **(QUICK | {"random_state": 4})).fit(source.X)


@pytest.fixture
def pair(browser: Browser, fitted: Fitted, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """pair(other, width) -> the page of the digits' model beside this one."""
    pages = []

    def open_it(other: Any, width: int = 1200) -> Page:
        estimator, source = fitted("digits")
        chosen = choose_rows(estimator, source, 80)
        contents = content_of(estimator, chosen), content_of(other, same_rows(other, source, chosen))
        file = tmp_path / "pair.html"
        file.write_bytes(page_of(*contents, names=("one", HOSTILE[0]), same_rows=True).html)
        pages.append(browser.open(file, width))
        pages[-1].rest()
        return pages[-1]

    yield open_it
    for page in pages:
        page.close()


def codes(page: Page) -> list[np.ndarray]:
    """The codes that both show, in the order of their values, as their sliders stand."""
    found = []
    for suffix in ("", "-2"):
        pairs = page.run(
            f"""Array.from(document.querySelectorAll('#units{suffix} .unit'), (unit) => [
                unit.querySelector('input').ariaLabel, Number(unit.querySelector('output').textContent.replace('\\u2212', '-'))])"""
        )
        found.append(np.array([value for _, value in sorted(pairs)]))
    return found


def test_a_row_is_the_same_row_in_both(pair: Callable[..., Page], fitted: Fitted, larger: AAE) -> None:
    estimator, source = fitted("digits")
    page = pair(larger)
    page.run("document.querySelector('#stage-2 .above').focus()")
    page.key("n")
    page.key("n")
    page.rest()
    names = [page.text(f"card{suffix}") for suffix in ("", "-2")]
    numbers = [int(re.search(r"row (\d+)", name)[1]) for name in names]
    assert numbers[0] == numbers[1]
    row = source.X[numbers[0] : numbers[0] + 1]
    for model, shown in zip((estimator, larger), codes(page), strict=True):
        np.testing.assert_allclose(shown, model.transform(row)[0], atol=0.006)
    assert (page.requests, page.complaints) == ([], [])


def test_a_dragged_point_takes_the_other_model_to_the_same_example(
    pair: Callable[..., Page], fitted: Fitted, larger: AAE
) -> None:
    estimator, _ = fitted("digits")
    page = pair(larger)
    assert page.run("document.querySelector('#ways [aria-pressed=true]').textContent") == "the same example"
    x, y, width, height = page.box("#stage")
    page.drag([(x + share * width, y + 0.4 * height) for share in (0.3, 0.5, 0.7)])
    page.rest()
    one, other = codes(page)
    wanted = larger.transform(estimator.inverse_transform(one[None]))[0]
    np.testing.assert_allclose(other, wanted, atol=0.05)  # of a code that is written with two decimals
    page.run("Array.from(document.querySelectorAll('#ways button')).at(-1).click()")
    page.drag([(x + 0.2 * width, y + 0.2 * height), (x + 0.25 * width, y + 0.2 * height)])
    page.rest()
    moved, left = codes(page)
    assert not np.allclose(moved, one)
    np.testing.assert_array_equal(left, other)


def test_models_of_one_size_can_show_the_same_code(pair: Callable[..., Page], fitted: Fitted) -> None:
    _, source = fitted("digits")
    page = pair(VAE(2, network=part("mlp", hidden=(8,)), **QUICK).fit(source.X))
    page.run("document.querySelectorAll('#ways button')[1].click()")
    page.run("window.vaekit.beside.setCode([0.5, -1.25])")
    page.rest()
    for found in codes(page):
        np.testing.assert_array_equal(found, [0.5, -1.25])


def test_on_a_narrow_page_both_examples_are_seen_and_the_controls_of_one(
    pair: Callable[..., Page], larger: AAE
) -> None:
    page = pair(larger, 320)
    assert page.run("document.documentElement.scrollWidth") <= 320
    seen = "['example', 'example-2', 'stage', 'stage-2'].map((id) => document.getElementById(id).offsetWidth > 50)"
    assert page.run(seen) == [True, True, True, False]
    page.tab_to("#turn-2")
    page.key(" ")
    page.rest()
    assert page.run(seen) == [True, True, False, True]
    assert page.box("#stage-2")[2] > 150
    assert page.run("document.documentElement.scrollWidth") <= 320
    page.resize(1200, 900)
    page.rest()
    assert page.run(seen) == [True] * 4
    assert (page.requests, page.complaints) == ([], [])


def test_the_command_puts_a_second_run_beside(tmp_path: Path, fitted: Fitted, larger: AAE) -> None:
    from click.testing import CliRunner

    estimator, _ = fitted("digits")
    np.save(tmp_path / "digits.npy", load_digits().data[:300])
    record = read(tmp_path / "digits.npy").to_json()
    runs = [
        write_folder(tmp_path / name, files_of(model, record))
        for name, model in (("small", estimator), ("large", larger))
    ]
    done = CliRunner().invoke(command, [str(runs[0]), "--beside", str(runs[1]), "--points", "40"])
    assert done.exit_code == 0, done.exception
    page = (runs[0] / "explorer.html").read_text("utf-8")
    assert "<title>small beside large" in page
    assert '"sameRows":true' in page
