"""The walk: chapter after chapter, each kept as far as it came, whatever happens to it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from vaekit.errors import UnknownOption, suggestion
from vaekit.tour.blocks import Block
from vaekit.tour.chapter import Chapter
from vaekit.tour.chapters import CHAPTERS
from vaekit.tour.done import Done, State
from vaekit.tour.page import render
from vaekit.tour.workshop import Workshop


def choose(names: Sequence[str] = ()) -> list[Chapter]:
    """The chapters of these names, in the order of the article; all without names. Raises UnknownOption."""
    for name in names:
        if name not in CHAPTERS:
            raise UnknownOption(
                f"the tour has no chapter '{name}'; there are: {', '.join(CHAPTERS)}.{suggestion(name, CHAPTERS)}"
            )
    return [chapter for name, chapter in CHAPTERS.items() if not names or name in names]


def walk(workshop: Workshop, chapters: Sequence[Chapter]) -> Iterator[list[Done]]:
    """After each chapter: all chapters as they are now, those to come as not reached.

    A chapter that fails keeps its blocks and its error; Ctrl-C ends the walk with what is there.
    """
    found = [Done(chapter) for chapter in chapters]
    for at, chapter in enumerate(chapters):
        workshop.say(f"{at + 1} of {len(chapters)}: {chapter.name}")
        found[at] = computed(chapter, workshop)
        yield list(found)
        if found[at].state is State.INTERRUPTED:
            return


def computed(chapter: Chapter, workshop: Workshop) -> Done:
    """A chapter, as far as it comes."""
    workshop.used.clear()
    begun, blocks = time.perf_counter(), list[Block]()
    state, error = State.WHOLE, ""
    try:
        for block in chapter.show(workshop):
            blocks.append(block)
    except KeyboardInterrupt:
        state = State.INTERRUPTED
    except Exception as fault:  # whatever it is, the other chapters stand
        state, error = State.FAILED, " ".join(f"{type(fault).__name__}: {fault}".split())
        workshop.say(f"  {chapter.name} failed: {error}")
    return Done(chapter, state, tuple(blocks), tuple(workshop.fits()), time.perf_counter() - begun, error)


def tour(
    data: str = "digits",
    lang: str = "en",
    *,
    chapters: Sequence[str] = (),
    seed: int = 0,
    full: bool = False,
    minimal: bool = False,
) -> str:
    """The page, in one language: data "digits" or "mnist", lang "ko" or "en". minimal only shows that it runs."""
    workshop = Workshop(data, seed, full=full, minimal=minimal)
    return render([*walk(workshop, choose(chapters))][-1], workshop, lang)
