"""A minimal walk, as tests take it."""

from __future__ import annotations

from typing import NamedTuple

from vaekit.tour.done import Done
from vaekit.tour.page import render
from vaekit.tour.walk import choose, walk
from vaekit.tour.workshop import Workshop


class Walked(NamedTuple):
    """What a walk left."""

    workshop: Workshop
    done: list[Done]

    def page(self, lang: str) -> str:
        return render(self.done, self.workshop, lang)


def walked(seed: int, *names: str) -> Walked:
    """These chapters, or all, with tiny models."""
    workshop = Workshop(seed=seed, minimal=True)
    return Walked(workshop, [*walk(workshop, choose(names))][-1])
