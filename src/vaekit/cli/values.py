"""From the words of a command line to values: numbers, `none`, `400,200`, `mixture:components=10`.

What an option takes is plain data (see `options.py`): `kinds` out of none, bool, int, float, tuple, part and
str, and `words` that stand for themselves. A part with options is written NAME:OPTION=VALUE,OPTION=VALUE; a
comma without an equals sign after it goes on with the value before: `conv:channels=32,64,padding=valid`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import click

from vaekit.spec import Part

Takes = Mapping[str, Any]
Parts = Mapping[str, Any]

ANYTHING: Takes = {"kinds": ["none", "bool", "int", "float", "tuple", "str"], "words": []}
_TOLD = {
    "none": "none",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple": "numbers with commas between",
    "part": "NAME or NAME:OPTION=VALUE,...",
    "str": "a word",
}


def read_value(text: str, takes: Takes, parts: Parts | None = None) -> Any:
    """The value that `text` stands for, by the first kind that can read it; ValueError when none can."""
    if text in takes["words"]:
        return text
    for kind in ("none", "bool", "int", "float", "tuple", "part", "str"):
        if kind not in takes["kinds"]:
            continue
        if kind == "part":
            return read_part(text, parts or {})
        try:
            return _READERS[kind](text)
        except ValueError:
            continue
    raise ValueError(f"'{text}' is not possible; it takes {described(takes)}.")


def read_part(text: str, parts: Parts) -> str | Part:
    """A name as it is, NAME:OPTION=VALUE,... as a Part; `parts` says what the options of each part take."""
    name, colon, rest = text.partition(":")
    if not colon:
        return name
    known = parts.get(name, {}).get("options", {})
    options: dict[str, Any] = {}
    for option, value in _pairs(rest, text):
        try:
            options[option] = read_value(value, known.get(option, ANYTHING))
        except ValueError as error:
            raise ValueError(f"option '{option}' of '{name}': {error}") from error
    return Part(name, **options)


def _pairs(rest: str, text: str) -> list[tuple[str, str]]:
    """'a=1,2,b=x' -> [('a', '1,2'), ('b', 'x')]."""
    pairs: list[tuple[str, str]] = []
    for piece in rest.split(","):
        option, equals, value = piece.partition("=")
        if equals:
            pairs.append((option.strip().replace("-", "_"), value.strip()))
        elif pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]},{piece.strip()}")
        else:
            raise ValueError(
                f"'{text}' is not possible; options are given as NAME:OPTION=VALUE,OPTION=VALUE."
            )
    names = [option for option, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError(f"'{text}' gives an option twice.")
    return pairs


def described(takes: Takes) -> str:
    """What an option takes, in words."""
    told = [*takes["words"], *(_TOLD[kind] for kind in takes["kinds"])]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def _none(text: str) -> None:
    if text.lower() != "none":
        raise ValueError(text)


def _bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return _float(text)


def _tuple(text: str) -> tuple[int | float | str, ...]:
    """'400,200', '400' and '' as tuples of numbers, 'elu,tanh' as one of words."""
    pieces = [piece.strip() for piece in text.strip("()").split(",") if piece.strip()]
    if len(pieces) > 1 and all(piece[0].isalpha() for piece in pieces):
        return tuple(pieces)
    return tuple(_number(piece) for piece in pieces)


_READERS: dict[str, Callable[[str], Any]] = {
    "none": _none,
    "bool": _bool,
    "int": int,
    "float": _float,
    "tuple": _tuple,
    "str": str,
}


class Value(click.ParamType):
    """A click type that reads a value of the kinds that an option takes."""

    def __init__(self, takes: Takes, parts: Parts | None = None) -> None:
        self.takes, self.parts = takes, parts
        kinds = [kind.upper() for kind in takes["kinds"] if kind not in ("none", "str", "part")]
        kinds += ["PART"] if "part" in takes["kinds"] else []
        kinds += ["none"] if "none" in takes["kinds"] else []
        self.name = "|".join([*takes["words"], *kinds]) or "TEXT"

    def get_metavar(self, *_: Any, **__: Any) -> str:
        return self.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return read_value(value, self.takes, self.parts)
        except ValueError as error:
            self.fail(str(error), param, ctx)
