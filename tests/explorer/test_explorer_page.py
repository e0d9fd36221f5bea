"""The explorer in a real browser: it loads nothing, says nothing wrong, decodes as torch does and follows a person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from browser import Page
from explored import FAMILIES, HOSTILE, MAKERS, decoded_by_torch

from vaekit.explorer.page import content_of, make_explorer
from vaekit.explorer.rows import choose_rows

Fitted = Callable[[str], tuple[Any, Any]]
Opened = Callable[..., Page]


@pytest.mark.parametrize("name", MAKERS)
def test_a_page_loads_nothing_complains_of_nothing_and_follows_the_point(opened: Opened, name: str) -> None:
    page = opened(name)
    assert page.follows_a_drag("#stage")
    assert len(page.run("window.vaekit.frameTimes()")) >= 2
    assert (page.requests, page.complaints) == ([], [])
    assert page.run("document.getElementById('trouble').hidden")


@pytest.mark.parametrize(("weights", "most"), [("float32", 1e-4), ("float16", 2e-3)])
@pytest.mark.parametrize("name", MAKERS)
def test_two_hundred_codes_decode_as_in_torch(
    opened: Opened, fitted: Fitted, name: str, weights: str, most: float
) -> None:
    estimator, _ = fitted(name)
    page = opened(name, weights=weights)
    codes = np.random.default_rng(0).normal(size=(200, estimator.sizes_.latent_dim))
    conditional = estimator.sizes_.condition_dim > 0
    found = page.decoded(codes, ", [0, 1]" if conditional else "")
    wanted, unit = decoded_by_torch(estimator, codes, 1 if conditional else None)
    assert (np.abs(found - wanted) / unit).max() <= most


def test_cells_are_written_as_the_table_has_them(opened: Opened, fitted: Fitted) -> None:
    """Names with their probabilities, times as times."""
    estimator, _ = fitted("mixed")
    page = opened("mixed")
    for z in np.random.default_rng(2).normal(size=(4, 3)).tolist():
        page.run(f"window.vaekit.setCode({z})")
        page.rest()
        cells = dict(page.run(CELLS))
        wanted = estimator.inverse_transform(np.array([z])).iloc[0]
        with torch.no_grad():
            p_x = estimator.model_.decode(torch.tensor([[z]]))
        for name in ("smoker", "city", "stars"):
            at = list(FAMILIES).index(name)
            odds = p_x.probabilities(at)[0, 0] if name != "smoker" else p_x.mean[0, 0, at]
            most = max(float(odds.max()), 1 - float(odds) if name == "smoker" else 0)
            said, chance = cells[name]
            # The bucket is shown as what it is, and a table that is given back has a member of it.
            assert said in (str(wanted[name]), "a new one")
            assert int(chance.removesuffix(" %")) == pytest.approx(100 * most, abs=0.51)
        assert cells["day"] == [str(wanted["day"].date()), ""]
        assert cells["moment"] == [str(wanted["moment"]), ""]


CELLS = """Array.from(document.querySelectorAll('#example tr'), (row) => [row.querySelector('th').textContent,
    [row.querySelector('.cell').textContent, row.querySelector('.chance').textContent]])"""


def test_a_missing_cell_is_said_to_be_missing_and_may_be_typed(opened: Opened, fitted: Fitted) -> None:
    estimator, source = fitted("mixed")
    page = opened("mixed")
    holed = json.loads(
        json.dumps(estimator.codec_.numbers(source.X)[:20].tolist()).replace("NaN", "null")
    )  # NaN in JavaScript
    rows = json.dumps(holed).replace("null", "NaN")
    assert "NaN" in rows
    found = page.run(f"{rows}.map((x) => Array.from(window.vaekit.encode(x)))")
    np.testing.assert_allclose(found, estimator.transform(source.X[:20]), atol=1e-4)
    page.run("document.querySelector('#stage .above').focus()")
    said = []
    for _ in range(8):
        page.key("n")
        page.rest()
        said.append(page.run("document.querySelector('#card .bars').textContent"))
    assert any("missing" in card for card in said)
    before = page.text("where")
    field = "document.querySelector('.typed input')"
    page.run(f"(() => {{ {field}.value = ''; {field}.dispatchEvent(new Event('input')) }})()")
    page.rest()
    assert page.text("where") != before


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("name", ["digits", "table"])
def test_rows_encode_as_in_torch(opened: Opened, fitted: Fitted, name: str) -> None:
    estimator, source = fitted(name)
    rows = np.asarray(source.X[:20]).reshape(20, -1)
    found = opened(name).run(f"{rows.tolist()}.map((x) => Array.from(window.vaekit.encode(x)))")
    np.testing.assert_allclose(found, estimator.transform(source.X[:20]), atol=1e-4)


def test_names_that_would_harm_are_read_as_names(opened: Opened) -> None:
    page = opened("table")
    page.rest()
    heads = page.run("Array.from(document.querySelectorAll('#example th'), (head) => head.textContent)")
    assert heads[: len(HOSTILE)] == list(HOSTILE)
    legend = page.run("Array.from(document.querySelectorAll('#legend .chip'), (chip) => chip.textContent)")
    assert set(legend) == {HOSTILE[0], HOSTILE[1], "plain"}
    _is_unharmed(page)


def test_categories_that_would_harm_are_read_as_categories(opened: Opened) -> None:
    page = opened("mixed")
    page.rest()
    options = page.run(
        "Array.from(document.querySelectorAll('.typed option'), (option) => option.textContent)"
    )
    assert {HOSTILE[0], HOSTILE[1]} < set(options)
    _is_unharmed(page)


def test_classes_that_would_harm_are_read_as_classes(opened: Opened) -> None:
    page = opened("images")
    page.rest()
    buttons = page.run(
        "Array.from(document.querySelectorAll('#choices button'), (button) => button.textContent)"
    )
    assert set(buttons) == {HOSTILE[0], "left"}
    _is_unharmed(page)


def _is_unharmed(page: Page) -> None:
    page.run("document.querySelector('.near').click()")
    page.rest()
    assert page.run("document.images.length") == 0
    assert page.run("document.scripts.length") == 2
    assert (page.requests, page.complaints) == ([], [])


def test_a_script_that_is_put_into_the_page_does_not_run(opened: Opened) -> None:
    page = opened("digits")
    page.run(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.harmed = 1'}))"
    )
    image = "<img src=https://example.org/x.png onerror=window.harmed=1>"
    page.run(f"document.body.insertAdjacentHTML('beforeend', '{image}')")
    page.run("fetch('https://example.org/').catch(() => null)")
    page.rest()
    assert page.run("typeof window.harmed") == "undefined"
    assert not page.events("Network.responseReceived")[1:]  # the page's own is the first
    assert page.complaints  # the browser says what it refused


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_wider_than_the_window(opened: Opened, name: str) -> None:
    page = opened(name, 320)
    for width in (320, 700, 1200):
        page.resize(width, 800)
        page.rest()
        assert page.run("document.documentElement.scrollWidth") <= width
        assert page.box("#stage")[2] > 0.4 * width


def test_the_plane_shows_the_whole_of_a_prior_that_is_known_by_draws(fitted: Fitted) -> None:
    estimator, source = fitted("swiss-roll")
    told = content_of(estimator, choose_rows(estimator, source, 150)).told
    drawn = estimator.model_.prior.sample(4000, torch.Generator().manual_seed(7), None).numpy()
    low, high = np.transpose(told["reach"])
    assert ((drawn >= low) & (drawn <= high)).all(axis=1).mean() > 0.97


def test_the_rows_held_out_do_not_count_as_fitted(fitted: Fitted) -> None:
    estimator, _ = fitted("digits")
    assert "Fitted on 270 pictures" in content_of(estimator, None).lead


def test_a_strip_has_its_size_before_its_pictures_are_decoded(opened: Opened) -> None:
    sizes = opened("images").run(
        "Array.from(document.querySelectorAll('.strip'), (strip) => [strip.width, strip.height])"
    )
    assert sizes == [[(60 + 4) * 9 - 4, 60]] * 16


def test_no_data_means_none(fitted: Fitted) -> None:
    estimator, source = fitted("digits")
    inside = choose_rows(estimator, source, 150)
    content = make_explorer(estimator, None, measured=inside.X).html.decode()
    told = json.loads(re.search(r'id="vaekit-data">(.*?)</script>', content, re.DOTALL)[1])
    assert told["rows"] is None
    assert told["unitWeightsAre"] == "kl"
    assert "No rows of the data are inside." in content


def test_a_page_without_rows_works(opened: Opened) -> None:
    page = opened("digits", data=False)
    page.rest()
    assert page.run("document.getElementById('nearest-section').hidden")
    assert (page.requests, page.complaints) == ([], [])
