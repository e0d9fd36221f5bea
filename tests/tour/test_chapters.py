"""Chapters: all claims, both languages, each to its end, numbers that follow the seed, pictures without words."""

from __future__ import annotations

import re
import warnings

import pytest
from matplotlib.text import Text as Drawn
from sklearn.datasets import load_digits
from walked import Walked, walked

from vaekit.tour.blocks import Block, Figure, Said, Table, written
from vaekit.tour.chapters import CHAPTERS
from vaekit.tour.done import State
from vaekit.tour.text import Text

HANGUL = re.compile("[가-힣]")
# The claims of the article by section, and of its commenters (H).
SECTIONS = {"A": 22, "B": 12, "C": 8, "D": 7, "E": 7, "F": 2, "G": 2, "H": 18}
# Blocks of each chapter that no seed can change: formulas without data, layers, and words without numbers.
FROM_FORMULAS = {
    "bayes": {"The printed density against the right one (A9)", "Both formulas integrated numerically"},
    "information": {
        "The rarer, the more information",
        "Information of events",
        "Where the triangle inequality fails",
    },
    "ae-vae": {"Asked for samples (H4)"},
    "elbo": {"A `log p(x)` above 0 is no fault"},
    "aae": {"Layers of this AAE (F2)"},
    "cvae": {"Layers of this CVAE (G2)"},
}
NAMES_IN_PICTURES = {"AE", "VAE", "AAE", "MSE", "NLL", "KL"}


def texts(block: Block) -> list[Text]:
    """Every text of a block."""
    if isinstance(block, Said):
        return [block.text]
    if isinstance(block, Figure):
        return [block.title, block.caption]
    cells = [*block.columns, *(cell for row in block.rows for cell in row)]
    return [block.caption, *(cell for cell in cells if isinstance(cell, Text))]


def numbers(block: Block) -> list[str]:
    """Every number that a block shows."""
    said = " ".join(text.en for text in texts(block))
    cells = [written(cell, "en") for row in block.rows for cell in row] if isinstance(block, Table) else []
    return re.findall(r"\d+\.\d+|\d+", " ".join([said, *cells]))


def name(block: Block) -> str:
    """The title of a figure, or how other blocks begin."""
    if isinstance(block, Figure):
        return block.title.en
    return re.split("[.:,]", (block.text if isinstance(block, Said) else block.caption).en)[0]


def shown(block: Block) -> bytes | list[str] | str:
    """What a seed should change: the picture of a figure, the cells of a table, the words of a paragraph."""
    if isinstance(block, Figure):
        return block.content
    if isinstance(block, Table):
        return [written(cell, "en") for row in block.rows for cell in row]
    return block.text.en


def test_every_claim_of_the_article_stands_in_one_chapter() -> None:
    told = [name for chapter in CHAPTERS.values() for claim in chapter.claims for name in claim.ids.split()]
    assert sorted(told) == sorted(f"{section}{i}" for section, n in SECTIONS.items() for i in range(1, n + 1))


@pytest.mark.parametrize("name", CHAPTERS)
def test_claims_are_told_in_both_languages(name: str) -> None:
    chapter = CHAPTERS[name]
    for text in [chapter.title, chapter.lead, *(claim.right for claim in chapter.claims)]:
        assert HANGUL.search(text.ko), text
    for text in [chapter.title, chapter.lead, *(t for c in chapter.claims for t in (c.says, c.right))]:
        assert text.ko and text.en and not HANGUL.search(text.en), text
        assert text.ko.count("`") % 2 == text.en.count("`") % 2 == 0, text


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_comes_to_its_end(whole: Walked, name: str) -> None:
    (done,) = [each for each in whole.done if each.chapter.name == name]
    assert done.state is State.WHOLE, done.error
    assert any(isinstance(block, Figure) for block in done.blocks)
    assert any(isinstance(block, Table) for block in done.blocks)
    for block in done.blocks:
        for text in texts(block):
            assert not HANGUL.search(text.en), text
            assert not re.search(r"\bnan\b", text.en), text
        if not isinstance(block, Table):
            assert HANGUL.search(texts(block)[-1].ko)
        else:
            assert all(len(row) == len(block.columns) for row in block.rows)


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_languages_show_the_same_numbers(whole: Walked, name: str) -> None:
    (done,) = [each for each in whole.done if each.chapter.name == name]
    for block in done.blocks:
        for text in texts(block):
            found = (set(re.findall(r"\d+\.\d{2,}(?:e[+-]\d+)?", said)) for said in (text.ko, text.en))
            assert next(found) == next(found), text


def test_another_seed_gives_other_numbers_and_pictures_except_where_a_formula_alone_speaks(
    whole: Walked,
) -> None:
    other = walked(1)
    for here, there in zip(whole.done, other.done, strict=True):
        same = {
            name(one) for one, two in zip(here.blocks, there.blocks, strict=True) if shown(one) == shown(two)
        }
        assert same == FROM_FORMULAS.get(here.chapter.name, set())


def test_the_same_seed_gives_the_same_numbers(whole: Walked) -> None:
    again = walked(0, "bayes", "information", "elbo")
    first = {done.chapter.name: done for done in whole.done}
    for done in again.done:
        # With draws that belong to a purpose, it makes no difference which chapters came before.
        assert [numbers(block) for block in done.blocks] == [
            numbers(block) for block in first[done.chapter.name].blocks
        ]


def test_pictures_have_no_words(whole: Walked) -> None:
    """The fonts of pictures have no Hangul, and one picture serves both languages."""
    for done in whole.done:
        for block in done.blocks:
            if not isinstance(block, Figure):
                continue
            for drawn in block.drawn.findobj(Drawn):
                said = re.sub(r"\$[^$]*\$", "", drawn.get_text())
                words = set(re.findall(r"[^\W\d_]{2,}", said))
                assert words <= NAMES_IN_PICTURES, (done.chapter.name, drawn.get_text())


def test_models_are_trained_once_and_told_in_every_chapter_that_uses_them(whole: Walked) -> None:
    told = [fit for done in whole.done for fit in done.fits if fit.title.en.startswith("VAE, 2")]
    assert len(told) > 2
    assert len({id(fit) for fit in told}) == 1


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_lines_of_code_run(name: str) -> None:
    X, y = load_digits(return_X_y=True)
    given = {"X": X[:400].reshape(-1, 1, 8, 8), "y": y[:400]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(CHAPTERS[name].code, given)
