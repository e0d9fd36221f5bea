"""Parameters as plain data and back: what JSON cannot hold is named, and asked for when a model is loaded.

A part is {"part": name, "options": {...}}, an array {"array": key} (its values stand beside the weights), a
module or function of the user's own {"own": description}. Nothing is ever imported by a name in a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vaekit.errors import ModelFileError
from vaekit.kinds import Array
from vaekit.spec import Part

NOT_KEPT = ("callbacks", "verbose", "device")


def write_parameter(key: str, value: Any, arrays: dict[str, Array]) -> Any:
    """A parameter's value as plain data; arrays are put into `arrays` under their key."""
    if isinstance(value, Part):
        options = {name: write_parameter(f"{key}.{name}", v, arrays) for name, v in value.options.items()}
        return {"part": value.name, "options": options}
    if isinstance(value, tuple | list):
        return [write_parameter(f"{key}.{i}", v, arrays) for i, v in enumerate(value)]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic) and value.ndim == 0:
        return value.item()
    if isinstance(value, np.ndarray) or hasattr(value, "detach"):
        arrays[key] = np.array(value.detach().cpu() if hasattr(value, "detach") else value)
        return {"array": key}
    if isinstance(value, np.random.RandomState):
        return None
    return {"own": getattr(value, "__name__", type(value).__name__)}


def read_parameter(key: str, stored: Any, arrays: Mapping[str, Array], own: Mapping[str, Any]) -> Any:
    """The inverse; what is the user's own is taken from `own` by the name of its place."""
    if isinstance(stored, list):
        return tuple(read_parameter(f"{key}.{i}", v, arrays, own) for i, v in enumerate(stored))
    if not isinstance(stored, dict):
        return stored
    if set(stored) == {"array"} and stored["array"] in arrays:
        return arrays[stored["array"]]
    if set(stored) == {"part", "options"} and isinstance(stored["options"], dict):
        options = {
            name: read_parameter(f"{key}.{name}", v, arrays, own) for name, v in stored["options"].items()
        }
        return Part(str(stored["part"]), **options)
    if set(stored) == {"own"}:
        place = key.split(".")[0]
        if place not in own:
            raise ModelFileError(
                f"this model was fitted with your own {place} ('{stored['own']}'), whose code is not in the file; "
                f"give it: load(path, {place}=...)."
            )
        return own[place]
    raise ModelFileError(f"parameter '{key}' holds {str(stored)[:80]}, which no version of vaekit writes.")
