"""What a recipe is, the table of all of them, and their composition by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vaekit.errors import UnknownOption, UnknownPart, suggestion
from vaekit.spec import Part, Spec


@dataclass(frozen=True)
class Recipe:
    """A function Spec -> Spec with its name, its options and its source."""

    name: str
    apply: Callable[..., Spec]
    reference: str

    @property
    def options(self) -> dict[str, Any]:
        """option -> default."""
        found = inspect.signature(self.apply).parameters.values()
        return {p.name: p.default for p in found if p.kind is p.KEYWORD_ONLY}

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.apply) or "").splitlines()[0]


RECIPES: dict[str, Recipe] = {}


def recipe(reference: str) -> Callable[[Callable[..., Spec]], Callable[..., Spec]]:
    """Decorator: put a function Spec -> Spec into the table of recipes."""

    def add(function: Callable[..., Spec]) -> Callable[..., Spec]:
        name = function.__name__
        RECIPES[name] = Recipe(name, function, reference)
        return function

    return add


def amended(current: Any, name: str, **options: Any) -> Part:
    """The part `name` with these options, keeping the options that a part of that name already had."""
    kept = current.options if isinstance(current, Part) and current.name == name else {}
    return Part(name, **{**kept, **options})


def find(name: str) -> Recipe:
    """The recipe of that name (hyphens and underscores are the same), or UnknownPart."""
    plain = name.strip().replace("-", "_")
    if plain not in RECIPES:
        raise UnknownPart(
            f"no recipe is called '{name}'; there are: {', '.join(sorted(RECIPES))}.{suggestion(plain, RECIPES)}"
        )
    return RECIPES[plain]


def compose(names: str, spec: Spec | None = None, **options: Any) -> Spec:
    """The spec of one recipe or of several joined by '+', applied from left to right.

    Each option goes to every recipe that has it; UnknownOption when none has.
    """
    chosen = [find(name) for name in names.split("+")]
    known = {option for r in chosen for option in r.options}
    for option in options:
        if option not in known:
            raise UnknownOption(
                f"recipe '{names}' has no option '{option}'; it has: {', '.join(sorted(known)) or 'none'}."
                f"{suggestion(option, known)}"
            )
    made = Spec() if spec is None else spec
    for r in chosen:
        made = r.apply(made, **{key: value for key, value in options.items() if key in r.options})
    return made
