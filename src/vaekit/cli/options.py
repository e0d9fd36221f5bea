"""The table of options: what help and lists need to know of estimators and parts, without importing them.

`options.json` is made from signatures, docstrings and the registry:

    python -m vaekit.cli.options            writes it (--write is the same)
    python -m vaekit.cli.options --check    compares, as `make check` does

A row of "options" has a name, what it takes (see `values.py`), its default, help, whether it may be given
many times, and the place of a part. "estimators" says which estimator has which option.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from vaekit.cli.models import DEFAULT, MODELS, model_class

FILE = Path(__file__).with_name("options.json")
# Given in another way on the command line (-q and -v), or only in Python.
LEFT_OUT = ("callbacks", "verbose", "condition", "labels")
_KINDS = {"int": "int", "float": "float", "bool": "bool", "None": "none", "str": "str", "part": "part"}


@cache
def table() -> dict[str, Any]:
    """The table as it was written."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def made() -> dict[str, Any]:
    """The table as it should be, from the code."""
    from vaekit.estimators.presets import PRESETS
    from vaekit.recipes import RECIPES

    classes = {name: model_class(name) for name in MODELS}
    return {
        "estimators": {name: _options_of(cls) for name, cls in classes.items()},
        "options": _rows([classes[DEFAULT], *classes.values()]),
        "recipes": {
            recipe.name: {
                "summary": recipe.summary,
                "reference": recipe.reference,
                "options": _options(inspect.signature(recipe.apply)),
            }
            for recipe in RECIPES.values()
        },
        "parts": _parts(),
        "presets": {
            preset.name: {
                "summary": preset.summary,
                "reference": preset.reference,
                "data": preset.data,
                "estimator": _model_of(preset.estimator),
            }
            for preset in PRESETS.values()
        },
        "data": _data_sets(),
    }


def takes_of(words: str) -> dict[str, Any]:
    """What a docstring's type or an annotation allows: 'int or "auto"' -> kinds ['int'], words ['auto']."""
    pieces = re.split(r"\s*\|\s*|, | or ", re.sub(r"\[.*?\]", "", words))
    kinds = [_KINDS.get(piece, "tuple" if piece.startswith("tuple") else "") for piece in pieces]
    found = {
        "kinds": [kind for kind in kinds if kind],
        "words": [piece.strip('"') for piece in pieces if piece.startswith('"')],
    }
    return found if found["kinds"] or found["words"] else takes_of("None | bool | int | float | tuple | str")


def documented(cls: type) -> dict[str, tuple[str, str]]:
    """name -> (type, help) from the Parameters section of a numpydoc docstring."""
    section = (inspect.getdoc(cls) or "").split("Parameters\n----------\n")[1].split("\n\n")[0]
    found: dict[str, tuple[str, str]] = {}
    for line in section.splitlines():
        if line.startswith(" "):
            name = list(found)[-1]
            found[name] = (found[name][0], f"{found[name][1]} {line.strip()}".strip())
        else:
            name, _, words = line.partition(" : ")
            found[name] = (words, "")
    return found


def _options_of(cls: type) -> list[str]:
    return [name for name in inspect.signature(cls).parameters if name not in LEFT_OUT]


def _rows(classes: list[type]) -> list[dict[str, Any]]:
    """The options of all estimators, each once: as the first that has it documents it."""
    found: dict[str, dict[str, Any]] = {}
    for cls in classes:
        parameters, helps = inspect.signature(cls).parameters, documented(cls)
        for name in _options_of(cls):
            if name not in found:
                found[name] = _row(name, parameters[name].default, *helps[name])
    return list(found.values())


def _model_of(cls: type) -> str:
    return next(name for name, kind in MODELS.items() if kind == cls.__name__)


def _row(name: str, default: Any, words: str, told: str) -> dict[str, Any]:
    many = words.startswith("tuple of ")
    takes = takes_of(words.removeprefix("tuple of "))
    row = {"name": name, "takes": takes, "default": default, "help": told, "many": many}
    return row | ({"place": "penalty" if name == "penalties" else name} if "part" in takes["kinds"] else {})


def _parts() -> dict[str, Any]:
    from vaekit.spec import PLACES, lookup, names

    return {place: {name: _part(lookup(place, name)) for name in names(place)} for place in PLACES}


def _part(cls: Any) -> dict[str, Any]:
    return {
        "summary": _first_sentence(cls),
        "reference": getattr(cls, "reference", None),
        "options": _options(inspect.signature(cls.__init__)),
    }


def _options(signature: inspect.Signature) -> dict[str, Any]:
    """Options are the parameters that are keywords only."""
    return {
        name: {**takes_of(str(p.annotation)), "default": p.default}
        for name, p in signature.parameters.items()
        if p.kind is p.KEYWORD_ONLY
    }


def _data_sets() -> dict[str, str]:
    from vaekit.data.read import NAMED

    return {name: _first_sentence(sys.modules[reader.__module__]) for name, reader in NAMED.items()}


def _first_sentence(documented: Any) -> str:
    """The first sentence of a docstring, in one line."""
    first = (inspect.getdoc(documented) or "").split("\n\n")[0]
    return re.split(r"(?<=[^.\s]\.)\s", " ".join(first.split()))[0]


def _text(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the table, or with --check compare it."""
    if arguments not in ([], ["--write"], ["--check"]):
        print("usage: python -m vaekit.cli.options [--check | --write]", file=sys.stderr)
        return 2
    text = _text(made())
    if arguments != ["--check"]:
        FILE.write_text(text, encoding="utf-8")
        return 0
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
        print(f"{FILE.name} is not what the code says; run: python -m vaekit.cli.options", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
