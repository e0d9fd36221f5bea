"""The page as a browser shows it: wide and narrow, light and dark, and all of it on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, Page
from walked import Walked

from vaekit.tour.chapters import CHAPTERS

# Words whose contrast is less than WCAG asks of their size and weight: 4.5, or 3 where they are large.
FAINT = """(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = channels(colour).map((c) => c / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (channels(colour)[3] !== 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const faint = [];
    for (const node of document.querySelectorAll("body *")) {
        const says = [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
        if (!says) continue;
        const style = getComputedStyle(node);
        const [one, other] = [light(style.color), light(behind(node))].sort((a, b) => b - a);
        const large = parseFloat(style.fontSize) >= 24;
        if ((one + 0.05) / (other + 0.05) < (large ? 3 : 4.5)) faint.push(node.outerHTML.slice(0, 80));
    }
    return faint;
})()"""

TOO_WIDE = """[...document.querySelectorAll("body *")]
    .filter((node) => !node.closest("pre, .scroll") && node.getBoundingClientRect().right > innerWidth + 0.5)
    .map((node) => node.outerHTML.slice(0, 80))"""


@pytest.fixture
def opened(browser: Browser, pages: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """opened(lang, width, dark) -> the page of a whole minimal walk."""
    shown = []

    def open_it(lang: str, width: int = 1280, dark: bool = False) -> Page:
        file = tmp_path / f"{lang}.html"
        file.write_text(pages[lang], encoding="utf-8")
        shown.append(browser.open(file, width, 900, dark, explorer=False))
        return shown[-1]

    yield open_it
    for page in shown:
        page.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_nothing_is_wider_than_the_page(opened: Callable[..., Page], lang: str, width: int) -> None:
    page = opened(lang, width)
    page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run(TOO_WIDE) == []


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_browser_asks_for_nothing_and_has_nothing_to_complain_of(
    opened: Callable[..., Page], lang: str
) -> None:
    page = opened(lang)
    assert page.requests == []
    assert page.complaints == []
    assert page.run("[...document.images].every((each) => each.complete && each.naturalWidth > 0)")


@pytest.mark.parametrize("dark", [False, True])
def test_every_word_stands_out_from_what_is_behind_it(opened: Callable[..., Page], dark: bool) -> None:
    page = opened("ko", dark=dark)
    page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.run(FAINT) == []


def test_claims_that_are_folded_are_printed(opened: Callable[..., Page]) -> None:
    page = opened("en")
    page.call("Emulation.setEmulatedMedia", media="print")
    seen = "document.querySelectorAll('details .claims')"
    folded: list[Any] = page.run(f"[...{seen}].map((each) => each.checkVisibility() && each.offsetHeight)")
    assert len(folded) == sum(
        any(c.verdict.name == "EXACT" for c in each.claims) for each in CHAPTERS.values()
    )
    assert all(height > 0 for height in folded), folded


def test_chapters_come_from_the_walk(whole: Walked, opened: Callable[..., Page]) -> None:
    page = opened("en", 360)
    names = page.run("[...document.querySelectorAll('nav a')].map((each) => each.hash.slice(1))")
    assert names == [done.chapter.name for done in whole.done]
    for name in names:
        assert page.run(f"Boolean(document.getElementById('{name}'))")
