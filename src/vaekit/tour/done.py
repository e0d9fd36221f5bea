"""How far a chapter came, and what it showed until then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vaekit.tour.blocks import Block
from vaekit.tour.chapter import Chapter
from vaekit.tour.workshop import Fit


class State(Enum):
    """How a chapter ended."""

    WHOLE = "whole"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Done:
    """A chapter with the blocks that it gave, the models that it used, and the error in a sentence if one ended it."""

    chapter: Chapter
    state: State = State.NOT_REACHED
    blocks: tuple[Block, ...] = ()
    fits: tuple[Fit, ...] = ()
    seconds: float = 0.0
    error: str = ""
