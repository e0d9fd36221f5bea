"""The page: one file that loads nothing, the same in both languages, and honest about what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from walked import Walked

from vaekit.errors import UnknownOption
from vaekit.tour import models
from vaekit.tour.blocks import Block, Said, written
from vaekit.tour.chapters import CHAPTERS
from vaekit.tour.done import Done, State
from vaekit.tour.page import marked, render
from vaekit.tour.phrases import duration
from vaekit.tour.text import Text
from vaekit.tour.walk import choose, walk
from vaekit.tour.workshop import Workshop

RESOURCES = ("src", "srcset", "href", "data", "poster", "action", "background")


class Slots(HTMLParser):
    """The page without its words: tags with what names them, and every address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, str, str]] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag not in ("span", "sup", "sub"):  # formulas stand where a language has them
            self.tags.append((tag, known.get("class") or "", known.get("id") or ""))
        self.addresses += [value or "" for name, value in attrs if name in RESOURCES]


def test_both_languages_have_the_same_chapters_and_slots(pages: dict[str, str]) -> None:
    ko, en = Slots(pages["ko"]), Slots(pages["en"])
    assert ko.tags == en.tags
    assert [each[2] for each in en.tags if each[0] == "section"] == list(CHAPTERS)
    assert '<html lang="ko">' in pages["ko"] and '<html lang="en">' in pages["en"]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_nothing_is_fetched(pages: dict[str, str], lang: str) -> None:
    page = pages[lang]
    addresses = Slots(page).addresses
    assert addresses and all(each.startswith(("data:image/png;base64,", "#")) for each in addresses)
    without_pictures = re.sub(r"data:image/png;base64,[\w+/=]+", "", page)
    assert not re.search(r"<script|<link|@import|url\(|https?://", without_pictures)
    assert "default-src 'none'" in page


def test_the_english_page_has_no_hangul(pages: dict[str, str]) -> None:
    assert not re.search("[가-힣]", pages["en"].split("</style>")[1])


def test_every_picture_is_named(pages: dict[str, str]) -> None:
    for lang in ("ko", "en"):
        named = re.findall(r'<img [^>]*alt="([^"]*)"', pages[lang])
        assert named and all(named)


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop(minimal=True)


def broken(name: str, error: BaseException) -> Any:
    """The chapter on information, giving one block and then this error."""

    def show(workshop: Workshop) -> Iterator[Block]:
        yield Said(Text(ko="여기까지", en="so far"))
        raise error

    return replace(CHAPTERS["information"], name=name, show=show)


def last(workshop: Workshop, *chapters: Any) -> list[Done]:
    return [*walk(workshop, chapters)][-1]


def test_a_chapter_that_fails_is_told_and_the_rest_stand(workshop: Workshop) -> None:
    fault = ImportError("cannot import name 'CVAE'")
    found = last(workshop, CHAPTERS["bayes"], broken("cvae", fault), CHAPTERS["information"])
    assert [done.state for done in found] == [State.WHOLE, State.FAILED, State.WHOLE]
    page = render(found, workshop, "en")
    assert "ImportError: cannot import name &#39;CVAE&#39;" in page
    assert "so far" in page and "KL of random pairs" in page
    assert page.count('class="trouble"') == 1
    assert "끝까지 계산하지 못했습니다" in render(found, workshop, "ko")


def test_an_interrupted_walk_keeps_what_it_has(workshop: Workshop) -> None:
    found = last(workshop, CHAPTERS["bayes"], broken("elbo", KeyboardInterrupt()), CHAPTERS["information"])
    assert [done.state for done in found] == [State.WHOLE, State.INTERRUPTED, State.NOT_REACHED]
    page = render(found, workshop, "en")
    assert "was interrupted" in page and "so far" in page and "ended before this chapter" in page
    assert CHAPTERS["information"].claims[0].right.en.split(":")[0] in page  # its words stand all the same


def test_chapters_to_come_are_on_the_page_from_the_first_on(workshop: Workshop) -> None:
    first = next(walk(workshop, choose(["information", "bayes"])))
    assert [done.state for done in first] == [State.WHOLE, State.NOT_REACHED]


def test_a_fit_that_was_cut_off_ends_the_walk_and_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    class CutOff:
        interrupted_ = True
        max_epochs = 1

        def set_params(self, **options: Any) -> None: ...

        def fit(self, X: Any, y: Any = None) -> None: ...

    workshop = Workshop(minimal=True)
    monkeypatch.setitem(models.MODELS, "vae", models.Model(Text.same("cut"), lambda **_: CutOff()))
    (done,) = last(workshop, CHAPTERS["review"])
    assert done.state is State.INTERRUPTED
    assert not done.fits


def test_the_full_schedule_is_priced_by_its_epochs_alone() -> None:
    class Costs:
        """Ten seconds in the first epoch, a tenth of one in each of the others."""

        max_epochs, batch_size, interrupted_ = 50, 32, False

        def set_params(self, *, max_epochs: int, validation_fraction: float) -> None:
            self.max_epochs = max_epochs

        def fit(self, X: Any, y: Any) -> None:
            self.history_ = [{"seconds": 0.1 if epoch else 10.0} for epoch in range(self.max_epochs)]

    found = Workshop(minimal=True)._full_cost(models.Model(Text.same("costs"), lambda **_: Costs()))
    assert found is not None
    assert found[1:] == (50, pytest.approx(0.1 * 50))


def test_a_chapter_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UnknownOption, match=r"no chapter 'elbow'.*information.*Did you mean 'elbo'"):
        choose(["elbow"])


def test_chapters_come_in_the_order_of_the_article() -> None:
    assert [chapter.name for chapter in choose(["elbo", "bayes"])] == ["bayes", "elbo"]


def test_the_page_says_what_the_full_schedule_would_take(whole: Walked, pages: dict[str, str]) -> None:
    fits = [fit for done in whole.done for fit in done.fits]
    assert all(fit.full is not None and fit.full[1] > fit.epochs and fit.full[2] > 0 for fit in fits)
    assert pages["en"].count("at most 600 epochs") == len(fits)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("`σ^(−1/4)`", '<span class="m">σ<sup>−1/4</sup></span>'),
        ("`E_P[I_Q]`", '<span class="m">E<sub>P</sub>[I<sub>Q</sub>]</span>'),
        ("2.0e-05비트", "2.0 × 10⁻⁵비트"),
        ("from -3.5 to 2020-10-23", "from −3.5 to 2020-10-23"),
        ("`--seed`", '<span class="m">--seed</span>'),
        ("맞습니다(A9). `P(w)`가", '맞습니다\u2060(A9). <span class="m">P(w)</span>\u2060가'),
        ("`P(y|X,w)P(w) = P(y|X)P(w|y,X)`", '<span class="m long">P(y|X,w)P(w) = P(y|X)P(w|y,X)</span>'),
    ],
)
def test_text_becomes_html(given: str, wanted: str) -> None:
    assert marked(given) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (3, "3"),
        (12345, "12,345"),
        (1.0, "1"),
        (0.123456, "0.1235"),
        (float("nan"), "–"),
        (float("-inf"), "-∞"),
    ],
)
def test_numbers_are_written_in_four_figures(cell: float, wanted: str) -> None:
    assert written(cell, "en") == wanted


@pytest.mark.parametrize(
    ("seconds", "ko", "en"),
    [(2.34, "2.3초", "2.3 s"), (75, "1분 15초", "1 min 15 s"), (7200, "2.0시간", "2.0 h")],
)
def test_durations_are_in_both_languages(seconds: float, ko: str, en: str) -> None:
    assert duration(seconds, "ko") == ko
    assert duration(seconds, "en").replace("\N{NO-BREAK SPACE}", " ") == en
