"""The page of the tour in one language: everything that it shows is inside it."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from vaekit import __version__
from vaekit.tour.blocks import Block, Figure, Said, Table, is_set_right, written
from vaekit.tour.chapters import CHAPTERS
from vaekit.tour.done import Done, State
from vaekit.tour.phrases import PHRASES, duration, full_in_words
from vaekit.tour.text import words
from vaekit.tour.workshop import Workshop


def render(done: Sequence[Done], workshop: Workshop, lang: str) -> str:
    """One HTML page about these chapters, in Korean ("ko") or English ("en")."""
    said = {name: _safe(text.of(lang)) for name, text in PHRASES.items()}
    page: str = _template().render(
        lang=lang,
        title=PHRASES["title"].of(lang),
        said=said,
        chapters=[_Shown(each, lang, _command([each], workshop, lang)) for each in done],
        data=workshop.data,
        seed=workshop.seed,
        rows=f"{len(workshop.X):,}",
        schedule=said["full" if workshop.schedule.full else "short"],
        total=duration(sum(each.seconds for each in done), lang),
        version=__version__,
        command=_command(done, workshop, lang),
    )
    return page


SHORT_FORMULA = 24
"""The most letters of a formula that is never broken into two lines."""

_TOGETHER = re.compile(r"(?<=[가-힣])(?=[(\[])|(?<=[)\]∞])(?=[가-힣])|(?<=[)\]∞]`)(?=[가-힣])")
"""Where browsers break a Korean word beside a bracket, and should not."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def marked(text: str) -> str:
    """Text as HTML: what stands between backticks is a formula or a name; numbers get their minus and their powers."""
    text = re.sub(r"(?<=\d)e([+-]\d+)", _power, text)
    text = re.sub(r"(?<![\w.)\-])-(?=[\d∞])", "\N{MINUS SIGN}", text)
    text = _TOGETHER.sub("\N{WORD JOINER}", text)
    return re.sub(r"`(.+?)`", _formula, html.escape(text, quote=False))


def _power(found: re.Match[str]) -> str:
    return f" × 10{str(int(found[1])).translate(_SUPERSCRIPTS)}"


def _formula(found: re.Match[str]) -> str:
    """^(...) and _... raised and lowered."""
    raised = re.sub(r"\^\((.+?)\)", r"<sup>\1</sup>", found[1])
    lowered = re.sub(r"_(MAP|MLE|p\(z\)|[A-Za-z])(?![A-Za-z])", r"<sub>\1</sub>", raised)
    kind = "m" if len(found[1]) <= SHORT_FORMULA else "m long"
    return f'<span class="{kind}">{lowered}</span>'


def _command(done: Sequence[Done], workshop: Workshop, lang: str) -> str:
    return " ".join(
        [
            "vaekit tour",
            *([each.chapter.name for each in done] if len(done) < len(CHAPTERS) else []),
            f"--data {workshop.data} --lang {lang} --seed {workshop.seed}",
            *(["--full"] if workshop.schedule.full else []),
        ]
    )


class _Shown:
    """A chapter as the template reads it, in one language."""

    def __init__(self, done: Done, lang: str, command: str) -> None:
        chapter, self.command = done.chapter, command
        self.name, self.code, self.error = chapter.name, chapter.code.strip("\n"), done.error
        self.title, self.lead = chapter.title.of(lang), _safe(chapter.lead.of(lang))
        self.state = done.state.value
        self.trouble = None if done.state is State.WHOLE else PHRASES[done.state.value].of(lang)
        claims = [
            {
                "ids": claim.ids,
                "says": _safe(claim.says.of(lang)),
                "verdict": claim.verdict.value.of(lang),
                "kind": claim.verdict.name.lower(),
                "right": _safe(claim.right.of(lang)),
            }
            for claim in chapter.claims
        ]
        self.amended = [claim for claim in claims if claim["kind"] != "exact"]
        self.exact = [claim for claim in claims if claim["kind"] == "exact"]
        self.blocks = [_block(block, lang, alone) for block, alone in _laid_out(done.blocks)]
        self.seconds = duration(done.seconds, lang)
        self.fits = [
            {
                "title": fit.title.of(lang),
                "epochs": f"{fit.epochs:,}",
                "rows": f"{fit.rows:,}",
                "seconds": duration(fit.seconds, lang),
                "full": full_in_words(fit.full, lang),
            }
            for fit in done.fits
        ]


def _laid_out(blocks: Sequence[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether it is a figure without another beside it."""
    paired = False
    for at, block in enumerate(blocks):
        narrow = isinstance(block, Figure) and not block.wide
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        starts = narrow and not paired and isinstance(following, Figure) and not following.wide
        yield block, narrow and not paired and not starts
        paired = starts


def _block(block: Block, lang: str, alone: bool) -> dict[str, Any]:
    if isinstance(block, Said):
        return {"kind": "said", "text": _safe(block.text.of(lang))}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "caption": _safe(block.caption.of(lang)),
            "columns": [
                (_safe(words(name, lang)), is_set_right(cell))
                for name, cell in zip(block.columns, block.rows[0], strict=True)
            ],
            "rows": [
                [(_safe(written(cell, lang)), is_set_right(cell)) for cell in row] for row in block.rows
            ],
        }
    width, height = (int.from_bytes(block.content[at : at + 4], "big") for at in (16, 20))
    return {
        "kind": "figure",
        "layout": "wide" if block.wide else "alone" if alone else "",
        "address": f"data:image/png;base64,{base64.b64encode(block.content).decode()}",
        "width": width,
        "height": height,
        "title": block.title.of(lang),
        "caption": _safe(block.caption.of(lang)),
    }


def _safe(text: str) -> Any:
    from markupsafe import Markup

    return Markup(marked(text))  # noqa: S704 - `marked` escapes


@cache
def _template() -> Any:
    import jinja2

    text = files("vaekit.tour").joinpath("tour.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
