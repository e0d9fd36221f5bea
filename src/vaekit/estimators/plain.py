"""Parameters as plain data and back: what JSON cannot hold is named, and asked for when a model is loaded.

A part is {"part": name, "options": {...}}, an array {"array": key} (its values stand beside the weights), an
infinite number {"number": "inf"}, the schema of a table {"schema": {...}}, a module or function of the user's own
{"own": description}. Nothing is ever imported by a name in a file. A list comes back as a tuple, a RandomState as
None.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from vaekit.data.schema import Schema
from vaekit.errors import ModelFileError
from vaekit.kinds import Array
from vaekit.spec import Part

NOT_KEPT = ("callbacks", "verbose", "device")
NOT_IN_JSON = ("inf", "-inf", "nan")
LONGEST_TEXT = 10_000


def write_parameter(key: str, value: Any, arrays: dict[str, Array]) -> Any:
    """A parameter's value as plain data; arrays are put into `arrays` under their key."""
    if isinstance(value, Part):
        options = {name: write_parameter(f"{key}.{name}", v, arrays) for name, v in value.options.items()}
        return {"part": value.name, "options": options}
    if isinstance(value, tuple | list):
        return [write_parameter(f"{key}.{i}", v, arrays) for i, v in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": repr(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "detach"):  # a tensor
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        arrays[key] = np.array(value)
        return {"array": key}
    if isinstance(value, np.random.RandomState):
        return None
    if isinstance(value, Schema):
        return {"schema": value.to_json()}
    return {"own": getattr(value, "__name__", type(value).__name__)}


def read_parameter(key: str, stored: Any, arrays: Mapping[str, Array], own: Mapping[str, Any]) -> Any:
    """The inverse; what is the user's own is taken from `own` by the name of its place.

    It is given as it was given to the estimator (a tuple where that was one), or alone where it is an option of
    a part. Raises ModelFileError for what `write_parameter` does not write.
    """
    place = key.split(".")[0]
    refuse_missing_own({place: stored}, own)
    return _read(stored, arrays, own.get(place))


def _read(stored: Any, arrays: Mapping[str, Array], given: Any) -> Any:
    if isinstance(stored, str):
        return _short(stored)
    if stored is None or isinstance(stored, bool | int | float):
        return stored
    if isinstance(stored, list):
        together = isinstance(given, tuple | list) and len(given) == len(stored)
        return tuple(_read(v, arrays, given[i] if together else given) for i, v in enumerate(stored))
    match stored:
        case {"part": str() as name, "options": dict() as options, **others} if not others:
            known = given.options if isinstance(given, Part) else {}
            made = Part(_short(name))
            made.options = {
                _short(key): _read(v, arrays, known.get(key, given)) for key, v in options.items()
            }
            return made
        case {"array": str() as key, **others} if not others and key in arrays:
            return arrays[key]
        case {"number": str() as number, **others} if not others and number in NOT_IN_JSON:
            return float(number)
        case {"schema": dict() as schema, **others} if not others:
            return Schema.from_json(schema)
        case {"own": str(), **others} if not others:
            return given
    raise ModelFileError(f"spec.json holds {str(stored)[:80]}, which no version of vaekit writes.")


def _short(text: str) -> str:
    """A name as it is; one that is no name is refused before anything is compared with it."""
    if len(text) > LONGEST_TEXT:
        raise ModelFileError(f"spec.json holds a name of {len(text):,} characters, '{text[:20]}...'.")
    return text


def marked(stored: Any, mark: str) -> Iterator[str]:
    """What stands under this mark ("own" or "array") anywhere in a stored parameter."""
    if isinstance(stored, list):
        for value in stored:
            yield from marked(value, mark)
    elif isinstance(stored, dict):
        if set(stored) == {mark}:
            yield str(stored[mark])
        for value in stored.values():
            yield from marked(value, mark)


def refuse_missing_own(parameters: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """ModelFileError in one sentence when something of the user's own was not given back."""
    needed = {place: " and ".join(marked(stored, "own"))[:80] for place, stored in parameters.items()}
    missing = {place: what for place, what in needed.items() if what and place not in own}
    if missing:
        named = " and ".join(f"{place} ('{what}')" for place, what in missing.items())
        call = ", ".join(f"{place}=..." for place in missing)
        raise ModelFileError(
            f"this model was fitted with your own {named}, whose code is not in the file; give it: "
            f"load(path, {call})."
        )
