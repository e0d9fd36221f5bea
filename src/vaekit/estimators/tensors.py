"""The tensors of a file: each has one place, one shape and one type there, and is finite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from vaekit.errors import ModelFileError
from vaekit.kinds import Array
from vaekit.run import from_json


class Tensors:
    """The tensors of a file, each to be taken once; what nobody takes is no part of a model."""

    def __init__(self, content: bytes) -> None:
        try:
            self._left: dict[str, Array] = load_tensors(content)
        except (SafetensorError, ValueError, KeyError) as error:
            raise ModelFileError(
                f"weights.safetensors is not a file of tensors in the format safetensors ({str(error)[:200]}); "
                "files in other formats, pickles among them, are never read."
            ) from error
        from_json(content[8 : 8 + int.from_bytes(content[:8], "little")], "header of weights.safetensors")
        self.count = len(self._left)
        self.size = sum(array.size for array in self._left.values())

    def below(self, prefix: str) -> dict[str, Array]:
        """Those whose name starts with the prefix, without it."""
        names = [name for name in self._left if name.startswith(prefix)]
        return {name.removeprefix(prefix): self._left.pop(name) for name in names}

    def refuse_rest(self) -> None:
        """ModelFileError when something was not taken."""
        if self._left:
            raise ModelFileError(f"weights.safetensors holds what no model has: {_some(self._left)}.")


def fill(module: torch.nn.Module, stored: Mapping[str, Array]) -> None:
    """Give the module its weights: the same names, shapes and types, and finite numbers."""
    wanted = module.state_dict()
    same_names("weights", wanted, stored)
    learned = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    for name, tensor in wanted.items():
        given, dtype = stored[name], str(tensor.dtype).removeprefix("torch.")
        if tuple(tensor.shape) != given.shape or dtype != given.dtype.name:
            raise ModelFileError(
                f"weight '{name}' is {given.dtype.name} of shape {given.shape}; the model wants {dtype} of shape "
                f"{tuple(tensor.shape)}."
            )
        # A buffer may be infinite, as the mask of an attention is; nothing is ever NaN.
        if np.isnan(given).any() or (name in learned and not np.isfinite(given).all()):
            raise ModelFileError(f"weight '{name}' holds values that are not finite.")
    module.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in stored.items()})


def treatment_arrays(arrays: dict[str, Array], event: tuple[int, ...]) -> dict[str, Array]:
    """The arrays of a treatment: finite, scales above zero."""
    kinds = {"offset": "float64", "scale": "float64", "constant": "bool"}
    same_names("arrays of the treatment", kinds, arrays)
    for name, kind in kinds.items():
        if arrays[name].dtype.name != kind or arrays[name].shape not in ((), event):
            raise ModelFileError(f"the tensor 'treatment.{name}' is not {kind} of shape () or {event}.")
    if not (np.isfinite(arrays["offset"]).all() and np.isfinite(arrays["scale"]).all()):
        raise ModelFileError("the treatment of the data holds values that are not finite.")
    if not (arrays["scale"] > 0).all():
        raise ModelFileError("the treatment of the data has a scale that is not above zero.")
    return arrays


def kept_arrays(stored: Mapping[str, Array], wanted: Mapping[str, tuple[int, ...]]) -> Mapping[str, Array]:
    """What was learned beside the model: the same names, float64 of these shapes (-1: any length), and finite."""
    same_names("arrays beside the model", wanted, stored)
    for name, shape in wanted.items():
        given = stored[name]
        alike = len(given.shape) == len(shape) and all(
            length in (-1, n) for length, n in zip(shape, given.shape, strict=True)
        )
        if not alike or given.dtype != np.float64 or not np.isfinite(given).all():
            raise ModelFileError(f"the tensor 'kept.{name}' is not float64 of shape {shape}, and finite.")
    return stored


def held_out(stored: Mapping[str, Array], wanted: int, rows: int) -> Array | None:
    """The numbers of the rows that were held out, sorted: as many as wanted, all of them within the data."""
    same_names("numbers of the rows held out", [""] if wanted else [], stored)
    if not wanted:
        return None
    numbers = stored[""]
    right = numbers.shape == (wanted,) and numbers.dtype == np.int64
    if not right or numbers[0] < 0 or numbers[-1] >= rows or (np.diff(numbers) <= 0).any():
        raise ModelFileError(
            f"the tensor 'held_out' does not hold the numbers of {wanted:,} of {rows:,} rows."
        )
    return numbers


def same_names(what: str, wanted: Iterable[str], given: Iterable[str]) -> None:
    """ModelFileError with the names that are missing or too many."""
    wanted, given = set(wanted), set(given)
    missing, extra = wanted - given, given - wanted
    if missing or extra:
        raise ModelFileError(
            f"the {what} do not fit the model: missing {_some(missing)}, not known {_some(extra)}."
        )


def _some(names: Iterable[str]) -> str:
    """'a', 'b', 'c' and 4 more."""
    names = sorted(names)
    shown = ", ".join(f"'{name[:80]}'" for name in names[:3])
    return (shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")) or "none"
