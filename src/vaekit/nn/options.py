"""Options of parts, checked in words when a part is made. `what` names the part and the option."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

from vaekit.errors import SpecError, UnknownOption, suggestion


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def whole_number(what: str, value: Any, least: int = 1) -> int:
    """The value as an int, or SpecError when it is not a whole number of at least `least`."""
    if not _is_whole(value, least):
        raise SpecError(f"{what}={value!r} is not possible; give a whole number of {least} or more.")
    return int(value)


def whole_numbers(what: str, values: Any) -> tuple[int, ...]:
    """Widths or channels as a tuple, one number alone included; SpecError when one is not 1 or more."""
    several = values if isinstance(values, tuple | list) else (values,)
    if not all(_is_whole(value, 1) for value in several):
        raise SpecError(
            f"{what}={values!r} is not possible; give whole numbers of 1 or more, e.g. (64, 32), or 'auto'."
        )
    return tuple(int(value) for value in several)


def one_of(what: str, value: Any, possible: Iterable[str]) -> str:
    """The value, or UnknownOption with the names that are possible."""
    known = list(possible)
    if value not in known:
        raise UnknownOption(
            f"{what}={value!r} is not possible; there are: {', '.join(known)}.{suggestion(value, known)}"
        )
    return str(value)
