"""`vaekit tour`: where pages go, what is refused, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vaekit.cli.program import program
from vaekit.tour.blocks import Block
from vaekit.tour.chapters import CHAPTERS
from vaekit.tour.workshop import Workshop


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tour(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["tour", *arguments])


def test_one_chapter_alone_is_a_page(here: Path) -> None:
    done = tour("information", "--seed", "3")
    assert (done.exit_code, done.stdout) == (0, "tour-en.html\n")
    page = (here / "tour-en.html").read_text(encoding="utf-8")
    assert page.count("<section") == 1
    assert "vaekit tour information --data digits --lang en --seed 3" in page


def test_two_languages_come_from_one_computation(here: Path) -> None:
    done = tour("information", "--lang", "ko", "--lang", "en")
    assert done.stdout == "tour-ko.html\ntour-en.html\n"
    assert done.stderr.count("1 of 1") == 1
    assert {path.name for path in here.iterdir()} == {"tour-ko.html", "tour-en.html"}


def test_a_page_is_not_replaced_unless_asked(here: Path) -> None:
    (here / "mine.html").write_text("mine")
    assert tour("information", "-o", "mine.html").exit_code == 2
    assert (here / "mine.html").read_text() == "mine"
    assert tour("information", "-o", "mine.html", "--force").exit_code == 0
    assert "<section" in (here / "mine.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("elbow",), "Did you mean 'elbo'?"),
        (("--lang", "ko", "--lang", "en", "-o", "x.html"), "-o takes one page"),
        (("--data", "faces"), "'faces' is not one of"),
        (("information", "-o", "nowhere/x.html"), "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_computed(
    here: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = tour(*arguments)
    assert done.exit_code != 0
    assert said in done.output + done.stderr
    assert not list(here.iterdir())


def test_a_failed_chapter_ends_with_1_and_an_interrupted_one_with_130(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, code in ((ArithmeticError("no"), 1), (KeyboardInterrupt(), 130)):

        def show(workshop: Workshop, error: BaseException = error) -> Iterator[Block]:
            raise error
            yield

        monkeypatch.setitem(CHAPTERS, "bayes", replace(CHAPTERS["bayes"], show=show))
        done = tour("bayes", "information", "--force")
        assert done.exit_code == code
        assert (here / "tour-en.html").exists()
