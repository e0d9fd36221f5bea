"""What a model is made of, where each part comes from, and which settings are not the defaults."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vaekit.spec import Part, as_part, is_name_or_part, lookup


@dataclass(frozen=True)
class PartLine:
    """A place, what fills it, what that is in one line, and its source ("" where there is none)."""

    place: str
    value: str
    summary: str
    reference: str


@dataclass(frozen=True)
class Setting:
    """A parameter that differs from its default."""

    name: str
    value: str
    default: str


@dataclass(frozen=True)
class Citation:
    """A source: its text, its address ("" where it has none), and the parts that come from it."""

    text: str
    url: str
    parts: tuple[str, ...]


def parts_of(estimator: Any) -> list[PartLine]:
    """All parts of a fitted estimator, as a model is made of them; a prior only where it is used."""
    placed = [*estimator.spec_.places(), ("optimizer", estimator.optimizer), ("schedule", estimator.schedule)]
    used = [(place, value) for place, value in placed if place != "prior" or hasattr(estimator, "sample")]
    return [_part_line(estimator, place, value) for place, value in used]


def _part_line(estimator: Any, place: str, value: Any) -> PartLine:
    made = f"{estimator.network_}." if place == "network" else ""
    if not is_name_or_part(value):
        return PartLine(place, own_name(value), made or "A module of your own.", "")
    if isinstance(value, str) and value == "auto":
        return PartLine(place, "'auto'", made, "")
    cls = lookup(place, as_part(place, value).name)
    return PartLine(place, repr(value), made or _first_sentence(cls), getattr(cls, "reference", ""))


def own_name(value: Any) -> str:
    """What a module or function of the user's own is called."""
    if isinstance(value, tuple | list):
        return ", ".join(own_name(item) for item in value)
    return str(getattr(value, "__name__", type(value).__name__))


def _first_sentence(cls: type) -> str:
    text = " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[a-z)|]\.) ", text)[0]


def settings_of(estimator: Any) -> list[Setting]:
    """The parameters of an estimator that are not what they would be by themselves."""
    return [
        Setting(name, written(value), written(default))
        for name, value, default in changed_parameters(estimator)
    ]


def changed_parameters(estimator: Any) -> Iterator[tuple[str, Any, Any]]:
    """(name, value, default) of each parameter that differs from its default."""
    for name, parameter in inspect.signature(type(estimator).__init__).parameters.items():
        if name == "self":
            continue
        value = getattr(estimator, name)
        if not _same(value, parameter.default):
            yield name, value, parameter.default


def _same(one: Any, other: Any) -> bool:
    """Whether two values of a parameter mean the same: 1 and 1.0 do, True and 'auto' do not."""
    of_numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return bool(one == other) if of_numbers else repr(one) == repr(other)


def written(value: Any) -> str:
    """A value as it is typed in Python, or the name of what is the user's own."""
    return repr(value) if is_plain(value) else own_name(value)


def is_plain(value: Any) -> bool:
    """Whether `repr` of a value is Python that gives it back."""
    if isinstance(value, tuple | list):
        return all(is_plain(item) for item in value)
    if isinstance(value, Part):
        return all(is_plain(option) for option in value.options.values())
    return value is None or isinstance(value, bool | int | float | str)


def citations(lines: list[PartLine]) -> list[Citation]:
    """Each source once, with the parts that come from it."""
    parts: dict[str, list[str]] = {}
    for line in lines:
        if line.reference:
            parts.setdefault(line.reference, []).append(f"{line.place} {_short(line.value)}")
    return [Citation(*split_reference(reference), tuple(users)) for reference, users in parts.items()]


def _short(value: str) -> str:
    """The name of a part without its options: part('gaussian', scale='learned') -> gaussian."""
    found = re.search(r"'([^']*)'", value)
    return found.group(1) if found else value


def split_reference(reference: str) -> tuple[str, str]:
    """'Kingma and Welling, 2014, https://...' -> (text, address)."""
    found = re.search(r"https://\S+", reference)
    if found is None:
        return reference, ""
    return reference[: found.start()].rstrip(" ,"), found.group()
