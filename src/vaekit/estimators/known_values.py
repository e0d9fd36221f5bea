"""What a user knows of one example, {column: value} or a row with NaN, as its values in order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array

SHOWN = 12


class KnownValues(NamedTuple):
    """values (size,) of one flat example in the user's units, NaN where not known; names of all of them."""

    values: Array
    names: list[str]

    @property
    def known(self) -> Array:
        """(size,) True where a value is known."""
        return ~np.isnan(self.values)

    def told(self, at: int) -> str:
        """A known value in words."""
        return f"{self.names[at]} = {self.values[at]:g}"


def read_known_values(
    given: Any, shape: tuple[int, ...], names: Array | None, asked: str = "given"
) -> KnownValues:
    """The known values in `given` for examples of this shape, whose values may have names.

    given is {column: value} by name, number or, for images, position; or one example with NaN where a value is not
    known, also as a frame of one row or a Series. None and NaN in a mapping count as not known.

    Raises DataError for columns that do not exist, values that are no finite numbers, and where nothing is known.
    """
    size = math.prod(shape)
    known_as = [f"x{at}" for at in range(size)] if names is None else [str(name) for name in names]
    mapping = mapping_of(given)
    if mapping is None:
        values = _flat(given, shape, asked)
    else:
        values = np.full(size, np.nan)
        for column, value in mapping.items():
            at = _place(column, shape, names, asked)
            values[at] = _number(value, column, asked)
    if np.isinf(values).any():
        raise DataError(
            f"{asked} holds an infinite value for {known_as[int(np.isinf(values).argmax())]}; give finite numbers, or "
            "NaN where a value is not known."
        )
    found = KnownValues(values, known_as)
    if not found.known.any():
        raise DataError(f"{asked} holds no known value; leave it out, or give a value for a column.")
    return found


def mapping_of(given: Any) -> Mapping[Any, Any] | None:
    """{column: value} of a mapping, a Series, or a frame of one row; None for arrays."""
    if isinstance(given, Mapping):
        return given
    import narwhals

    frame = narwhals.from_native(given, eager_only=True, pass_through=True)
    if isinstance(frame, narwhals.DataFrame):
        if len(frame) != 1:
            raise DataError(f"given is a frame of {len(frame)} rows; give one row.")
        return {name: frame[name].to_list()[0] for name in frame.columns}
    if hasattr(given, "to_dict") and np.ndim(given) == 1:
        return dict(given.to_dict())
    return None


def _flat(given: Any, shape: tuple[int, ...], asked: str) -> Array:
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{asked} holds values that are no numbers ({error}); give NaN where one is not known."
        ) from error
    size = math.prod(shape)
    if values.shape not in (shape, (1, *shape), (size,), (1, size)):
        raise DataError(
            f"{asked} has shape {values.shape}; wanted is one example of shape {shape}, with NaN where a value is not "
            "known, or {column: value}."
        )
    return values.reshape(size)


def _place(column: Any, shape: tuple[int, ...], names: Array | None, asked: str) -> int:
    """Where a column stands in the flat example."""
    size = math.prod(shape)
    if isinstance(column, str):
        there = [] if names is None else [str(name) for name in names]
        if column in there:
            return there.index(column)
        more = ", ..." if len(there) > SHOWN else ""
        has = (
            f"there are: {', '.join(there[:SHOWN])}{more}"
            if there
            else f"columns have numbers, 0 to {size - 1}"
        )
        raise DataError(
            f"{asked} names '{column}', which is no column of this model; {has}.{suggestion(column, there)}"
        )
    if (
        isinstance(column, tuple)
        and len(column) == len(shape)
        and all(isinstance(at, Integral) for at in column)
    ):
        if all(0 <= int(at) < length for at, length in zip(column, shape, strict=True)):
            return int(np.ravel_multi_index(column, shape))
    elif isinstance(column, Integral) and not isinstance(column, bool) and -size <= int(column) < size:
        return int(column) % size
    raise DataError(
        f"{asked} names {column!r}, which is no column of this model, whose examples have shape {shape}; columns have "
        f"numbers, 0 to {size - 1}."
    )


def _number(value: Any, column: Any, asked: str) -> float:
    """The value as a number, NaN where it is not known."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return math.nan
    if isinstance(value, Real | np.bool_):
        return float(value)
    raise DataError(f"{asked} has {column!r}: {value!r}, and wanted is a number.")
