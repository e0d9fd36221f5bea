"""The condition of a model as the page offers it: classes as buttons, numbers as sliders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.kinds import Array


@dataclass(frozen=True)
class Choice:
    """A class: its name, the condition (C,) that stands for it, and how Python writes it."""

    name: str
    c: Array
    code: str


@dataclass(frozen=True)
class Condition:
    """rows: of the rows that a page holds, (n, C) as the model reads it, or None. rest: the one shown first.

    choices: classes to choose from; without them each of the C values gets a slider over `reach` (C, 2).
    """

    rows: Array | None
    rest: list[float]
    choices: tuple[Choice, ...]
    names: tuple[str, ...]
    reach: Array

    def for_page(self) -> dict[str, Any]:
        """As explorer.js reads it."""
        return {
            "choices": [
                {"name": choice.name, "c": [float(v) for v in choice.c], "code": choice.code}
                for choice in self.choices
            ],
            "names": list(self.names),
            "reach": np.asarray(self.reach, dtype=float).tolist(),
        }
