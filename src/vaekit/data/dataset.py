"""A torch Dataset, map-style or iterable, one of Hugging Face, or anything with items, as one array or as pieces.

torch itself is not imported: an item's tensor gives its values to numpy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from vaekit.data.arrays import numbers
from vaekit.data.labels import as_labels
from vaekit.data.picture import pixels
from vaekit.data.pieces import Pieces
from vaekit.data.source import Source, sha256_of_arrays
from vaekit.errors import DataError
from vaekit.kinds import Array

LABELS = ("label", "labels", "y", "target")
PIECE_BYTES = 2**23
MOST_BYTES = 2**32
"""What items without a number may hold to be read into memory."""


def read_dataset(given: Any) -> Source:
    """Items x or (x, y), or dicts with a label among them; x a tensor, array, image or columns, all of one shape."""
    kind = type(given).__name__
    pairs = list(_in_memory(items(given), kind))
    if not pairs:
        raise DataError(f"X is a {kind} without items; give at least two.")
    X = numbers(np.stack([x for x, _ in pairs]), f"your {kind}")
    y, classes = None, None
    if all(y is not None for _, y in pairs):
        y, classes = as_labels(np.array([_scalar(y, kind) for _, y in pairs]))
    own = _class_names(given)
    return Source(
        X=X,
        y=y,
        sha256=sha256_of_arrays(X, y),
        name=kind,
        class_names=tuple(map(str, own)) if own is not None and y is not None else classes,
    )


def is_dataset(given: Any) -> bool:
    """Whether this is a Dataset of Hugging Face, which is no class that torch knows."""
    return all(hasattr(given, name) for name in ("column_names", "features", "__getitem__"))


def items(given: Any) -> Iterator[tuple[Array, Any]]:
    """(x, y) of every item in order, all x of one shape; y is None where an item is x alone."""
    kind = type(given).__name__
    shape = None
    for row, item in enumerate(given if _iterates(given) else _by_number(given)):
        x, y = _pair(item, row, kind)
        shape = x.shape if shape is None else shape
        if x.shape != shape:
            raise DataError(
                f"item {row} of your {kind} has shape {x.shape} and item 0 has {shape}; make them alike."
            )
        yield x, y


class Items(Pieces):
    """The x of a map-style Dataset that is too large for memory, read when they are needed."""

    def __init__(self, given: Any) -> None:
        rows = _length(given)
        first, _ = _pair(_item(given, 0), 0, type(given).__name__)
        numbers(first, f"your {type(given).__name__}")
        each = max(1, PIECE_BYTES // max(1, first.nbytes))
        lengths = [min(each, rows - start) for start in range(0, rows, each)]
        super().__init__(lengths, first.shape, first.dtype)
        self.given = given

    def read(self, number: int) -> Array:
        run = range(int(self.starts[number]), int(self.starts[number + 1]))
        kind = type(self.given).__name__
        made: Array = np.empty((len(run), *self.shape[1:]), dtype=self.dtype)
        for at, row in enumerate(run):
            x, _ = _pair(_item(self.given, row), row, kind)
            if x.shape != self.shape[1:]:
                raise DataError(
                    f"item {row} of your {kind} has shape {x.shape} and item 0 has {self.shape[1:]}; make them alike."
                )
            made[at] = x
        return made


def _iterates(given: Any) -> bool:
    """Whether items come by iteration, again and again: an iterator is spent, and a dict gives its keys."""
    return hasattr(given, "__iter__") and not hasattr(given, "__next__") and not isinstance(given, Mapping)


def _length(given: Any) -> int:
    try:
        return len(given)
    except (TypeError, NotImplementedError) as error:
        raise DataError(
            f"X is a {type(given).__name__} without a length; give a map-style Dataset (__len__ and __getitem__), an "
            "iterable one (__iter__), or an array."
        ) from error


def _in_memory(given: Iterable[tuple[Array, Any]], kind: str) -> Iterator[tuple[Array, Any]]:
    """The pairs, as long as memory should hold them."""
    held = 0
    for x, y in given:
        held += x.nbytes
        if held > MOST_BYTES:
            raise DataError(
                f"your {kind} gives more than {MOST_BYTES / 2**30:g} GiB; write it to a folder first with "
                "vaekit.write_shards(dataset, folder), and fit what that gives."
            )
        yield x, y


def _by_number(given: Any) -> Iterator[Any]:
    for row in range(_length(given)):
        yield _item(given, row)


def _item(given: Any, row: int) -> Any:
    try:
        return given[row]
    except Exception as error:
        raise DataError(
            f"item {row} of your {type(given).__name__} failed ({type(error).__name__}: {error})."
        ) from error


def _pair(item: Any, row: int, kind: str) -> tuple[Array, Any]:
    """(x, y) of an item; y is None where the item is x alone."""
    x, y = item, None
    if isinstance(item, Mapping):
        x, y = _of_columns(item, row, kind)
    elif isinstance(item, tuple | list):
        if len(item) not in (1, 2):
            raise DataError(f"item {row} of your {kind} has {len(item)} parts; wanted is x or (x, y).")
        x, y = item if len(item) == 2 else (item[0], None)
    if hasattr(x, "getbands"):
        return pixels(x, f"item {row}"), y
    return np.asarray(x), y


def _of_columns(item: Mapping[str, Any], row: int, kind: str) -> tuple[Any, Any]:
    """(x, y) of a dict: its one column beside the label, or all of them as numbers."""
    label = next((name for name in LABELS if name in item), None)
    rest = {name: value for name, value in item.items() if name != label}
    y = None if label is None else item[label]
    if len(rest) == 1:
        return next(iter(rest.values())), y
    wrong = [
        name
        for name, value in rest.items()
        if np.ndim(value) or not isinstance(value, int | float | np.number)
    ]
    if wrong or not rest:
        raise DataError(
            f"item {row} of your {kind} has the columns {', '.join(item)}, and wanted are numbers, or one array or "
            f"image, and a label ({', '.join(LABELS)}); leave out {', '.join(wrong) or 'what is none'}."
        )
    return list(rest.values()), y


def _class_names(given: Any) -> Any:
    """The names of the classes, where a Dataset says them."""
    features = getattr(given, "features", None)
    if isinstance(features, Mapping):
        return next((getattr(features[name], "names", None) for name in LABELS if name in features), None)
    return getattr(given, "classes", None)


def _scalar(y: Any, kind: str) -> Any:
    """One label: a number or a text."""
    if isinstance(y, str):
        return y
    value = np.asarray(y)
    if value.size != 1:
        raise DataError(f"your {kind} has labels of shape {value.shape}; wanted is one label an item.")
    return value.item()
