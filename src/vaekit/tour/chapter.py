"""A chapter: what the article says, how far it holds, the lines that do it, and what they give now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from vaekit.tour.blocks import Block
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop


class Verdict(Enum):
    """How far a statement holds."""

    EXACT = Text(ko="정확", en="exact")
    LOOSE = Text(ko="느슨함", en="loose")
    WRONG = Text(ko="틀림", en="wrong")
    MISSING = Text(ko="빠짐", en="missing")
    OPEN = Text(ko="의견", en="opinion")


@dataclass(frozen=True)
class Claim:
    """A statement of the article (ids A to G) or of its readers (H), and what is exact or loose in it."""

    ids: str
    says: Text
    verdict: Verdict
    right: Text


@dataclass(frozen=True)
class Chapter:
    """name: what `vaekit tour NAME` takes. code: lines that a reader may type; X, y are the data.

    show gives its blocks one by one, so that those before a fault stand.
    """

    name: str
    title: Text
    lead: Text
    claims: tuple[Claim, ...]
    code: str
    show: Callable[[Workshop], Iterator[Block]]
