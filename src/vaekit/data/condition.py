"""What rows are conditioned on, as the numbers that a model reads: labels one-hot, real values standardised.

A condition has one column or several. Whole numbers, truth values and texts are labels; real numbers are measured
from their mean in standard deviations, as styles of strokes or the age of a patient are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np

from vaekit.errors import DataError, suggestion
from vaekit.kinds import Array

UNLABELLED = -1
MOST_WHOLE = 20
"""Real numbers that are all whole, none below zero and no more than these, are labels."""
SHOWN = 12


@dataclass(frozen=True)
class Labels:
    """A column of labels. classes: sorted; shares: how frequent each was among the rows that had one."""

    name: str | None
    classes: tuple[Any, ...]
    shares: tuple[float, ...]
    kind: ClassVar[str] = "labels"

    @property
    def width(self) -> int:
        """One number a class."""
        return len(self.classes)

    def places(self, values: Sequence[Any], unlabelled: bool) -> Array:
        """(n,) the number of each value's class; -1 for a missing one where `unlabelled` allows it."""
        known = {label: at for at, label in enumerate(self.classes)}
        places = np.full(len(values), UNLABELLED, dtype=np.int64)
        for row, value in enumerate(values):
            at = known.get(value) if isinstance(value, Hashable) else None
            if at is not None:
                places[row] = at
            elif not (unlabelled and (_is_nothing(value) or value == UNLABELLED)):
                what = "is missing" if _is_nothing(value) else f"{value!r} was not seen in fit"
                raise DataError(f"{_of(self.name)}class {what}; seen were: {self.told()}.")
        return places

    def to_model(self, values: Sequence[Any], unlabelled: bool) -> Array:
        """(n, classes) one-hot; a row of zeros where there is no label."""
        places = self.places(values, unlabelled)
        rows: Array = np.zeros((len(places), self.width), dtype=np.float32)
        known = np.flatnonzero(places >= 0)
        rows[known, places[known]] = 1
        return rows

    def read(self, text: str) -> Any:
        """The class that is written so."""
        written = {str(label): label for label in self.classes}
        if text not in written:
            near = suggestion(text, written)
            raise DataError(
                f"{_of(self.name)}class '{text}' was not seen in fit; seen were: {self.told()}.{near}"
            )
        return written[text]

    def told(self) -> str:
        """The classes in words."""
        more = f" and {self.width - SHOWN} more" if self.width > SHOWN else ""
        return ", ".join(map(repr, self.classes[:SHOWN])) + more


@dataclass(frozen=True)
class Reals:
    """A column of real numbers, read by a model as (value - mean) / scale."""

    name: str | None
    mean: float
    scale: float
    kind: ClassVar[str] = "real"

    @property
    def width(self) -> int:
        """One number."""
        return 1

    def to_model(self, values: Sequence[Any], unlabelled: bool) -> Array:
        """(n, 1); `unlabelled` is for labels."""
        try:
            numbers = np.array(values, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(
                f"{_of(self.name)}a condition of real numbers cannot be {values[0]!r}."
            ) from error
        if not np.isfinite(numbers).all():
            raise DataError(
                f"{_of(self.name)}a condition must be finite numbers; some are missing or infinite."
            )
        made: Array = ((numbers - self.mean) / self.scale)[:, None].astype(np.float32)
        return made

    def read(self, text: str) -> float:
        """The number that is written so."""
        try:
            return float(text)
        except ValueError as error:
            raise DataError(f"{_of(self.name)}'{text}' is no number, which this condition is.") from error

    def told(self) -> str:
        """What it is, in words."""
        return f"real numbers about {self.mean:.4g} with standard deviation {self.scale:.4g}"


Column = Labels | Reals


@dataclass(frozen=True)
class Condition:
    """What was learned of y: its columns. `unlabelled`: labels may be missing, which is a row of zeros."""

    columns: tuple[Column, ...]
    unlabelled: bool = False

    @classmethod
    def learn(cls, y: Any, rows: int, *, asked_by: str, unlabelled: bool = False) -> Self:
        """y of so many rows: labels (n,), several columns (n, k), or a frame.

        Missing are None, NaN and an empty text; where `unlabelled` allows labels to be missing, -1 too, as in
        scikit-learn (unless -1 and one other number are all there is: both are then classes). Raises DataError, a
        ValueError, for what cannot be a condition.
        """
        if y is None:
            raise DataError(f"{asked_by} requires y to be passed, but the target y is None.")
        given = _columns_of(y)
        for _, values in given:
            if len(values) != rows:
                raise DataError(f"y has {len(values)} rows and X has {rows}; give one condition a row.")
        if not given:
            raise DataError("y has no columns; give labels (n,) or columns (n, k).")
        return cls(tuple(_learned(name, values, asked_by, unlabelled) for name, values in given), unlabelled)

    @property
    def width(self) -> int:
        """How many numbers a model reads."""
        return sum(column.width for column in self.columns)

    @property
    def labels(self) -> Labels | None:
        """The labels, where they are the whole condition."""
        only = self.columns[0]
        return only if len(self.columns) == 1 and isinstance(only, Labels) else None

    def to_model(self, c: Any, n: int) -> Array:
        """The condition of n rows, as it was given to fit, or one for all of them -> (n, width) float32.

        A dict has a value for each name of a column. Raises DataError for an unseen class, naming those seen.
        """
        given = self._values(c, n)
        made = [column.to_model(v, self.unlabelled) for column, v in zip(self.columns, given, strict=True)]
        return np.concatenate(made, axis=1)

    def places(self, c: Any, n: int) -> Array:
        """(n,) the number of each row's class, -1 where it has none, of a condition that is labels."""
        assert self.labels is not None
        return self.labels.places(self._values(c, n)[0], self.unlabelled)

    def log_shares(self, c: Any, n: int) -> Array:
        """(n,) log of how frequent each row's class was in fit, in nats; NaN without a label.

        Raises DataError for a condition that is not one column of labels.
        """
        if self.labels is None:
            raise DataError(
                f"log p(c) is known by the frequencies of one column of labels; this condition is {self.told()}."
            )
        logs: Array = np.append(np.log(self.labels.shares), np.nan)  # the place -1 is the last
        return logs[self.places(c, n)]

    def read(self, text: str) -> Any:
        """A condition as it is typed: '7', or 'rose,3.5' for two columns."""
        pieces = [text] if len(self.columns) == 1 else [piece.strip() for piece in text.split(",")]
        if len(pieces) != len(self.columns):
            raise DataError(
                f"'{text}' has {len(pieces)} values; this condition has {len(self.columns)}: {self.told()}."
            )
        values = [column.read(piece) for column, piece in zip(self.columns, pieces, strict=True)]
        return values[0] if len(values) == 1 else values

    def told(self) -> str:
        """What it is, in words."""
        if self.labels is not None:
            return f"one of {self.labels.width} classes: {self.labels.told()}"
        return "; ".join(
            f"{column.name if column.name is not None else f'column {at}'} ({column.told()})"
            for at, column in enumerate(self.columns)
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_stored` reads back."""
        written = [{"kind": column.kind, **_plain_fields(column)} for column in self.columns]
        return {"columns": written, "unlabelled": self.unlabelled}

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """The condition that `to_json` wrote."""
        kinds: dict[str, Any] = {Labels.kind: Labels, Reals.kind: Reals}
        columns: list[Column] = []
        for written in stored["columns"]:
            values = {k: tuple(v) if isinstance(v, list) else v for k, v in written.items() if k != "kind"}
            columns.append(kinds[written["kind"]](**values))
        return cls(tuple(columns), stored["unlabelled"])

    def _values(self, c: Any, n: int) -> list[list[Any]]:
        """Each column's n values, of what was given for all rows or for each."""
        if c is None and not self.unlabelled:
            raise DataError(f"give c=, the condition of the {n} rows: {self.told()}.")
        if isinstance(c, Mapping):
            given = [np.asarray(value) for value in self._of_names(c)]
        elif _is_one(c):
            given = [np.asarray(c, dtype=object)]
        else:
            columns = _columns_of(c)
            given = [values for _, values in columns]
            if len(given) == 1 < len(self.columns) == len(given[0]):  # a value of each column, for all rows
                given = [np.asarray(value, dtype=object) for value in given[0]]
        if len(given) != len(self.columns):
            raise DataError(
                f"c has {len(given)} columns; this condition has {len(self.columns)}: {self.told()}."
            )
        return [_for_rows(value, n) for value in given]

    def _of_names(self, c: Mapping[str, Any]) -> list[Any]:
        names = [column.name for column in self.columns]
        missing = [name for name in names if name not in c]
        unknown = [name for name in c if name not in names]
        if missing or unknown:
            wrong = (
                f"lacks {missing[0]!r}" if missing else f"has {unknown[0]!r}, which is none of its columns"
            )
            raise DataError(f"c {wrong}; this condition is {self.told()}.")
        return [c[name] for name in names if name is not None]


def _columns_of(y: Any) -> list[tuple[str | None, Array]]:
    """(name, values (n,)) of each column of an array, a list, a tensor, a series, a frame, or a dict of columns."""
    import narwhals

    if isinstance(y, Mapping):
        return [(str(name), np.asarray(values)) for name, values in y.items()]
    frame = narwhals.from_native(y, eager_only=True, pass_through=True)
    if isinstance(frame, narwhals.DataFrame):
        return [(str(name), np.asarray(frame[name].to_numpy())) for name in frame.columns]
    if hasattr(y, "detach"):  # a tensor
        y = y.detach().cpu().numpy()
    given = np.asarray(y, dtype=object if isinstance(y, list | tuple) else None)
    if given.ndim == 1:
        return [(None, given)]
    if given.ndim != 2:
        raise DataError(f"a condition has shape {given.shape}; give labels (n,) or columns (n, k).")
    return [(None, given[:, at]) for at in range(given.shape[1])]


def _learned(name: str | None, values: Array, asked_by: str, unlabelled: bool) -> Column:
    """A column of labels or of real numbers, by what it holds."""
    plain = _plain_values(name, values)
    found = [value for value in plain if not _is_nothing(value)]
    if found and isinstance(found[0], float):
        classes = set(found)
        if not all(math.isfinite(value) for value in found):
            raise DataError(f"{_of(name)}y holds infinite numbers; give finite ones, or labels.")
        least = UNLABELLED if unlabelled else 0  # numbers that go below zero measure something
        if len(classes) > MOST_WHOLE or any(value != int(value) or value < least for value in classes):
            return _reals(name, plain, found, asked_by)
        found = [int(value) for value in found]
    if unlabelled and not _are_two_classes(found, plain):
        found = [value for value in found if value != UNLABELLED]
    return _labels(name, found, len(plain), asked_by, unlabelled)


def _are_two_classes(found: Sequence[Any], plain: Sequence[Any]) -> bool:
    """Whether -1 is a class: where it and one other are all that there is, one alone would tell nothing apart."""
    return len(found) == len(plain) and len(set(found) | {UNLABELLED}) == 2


def _labels(name: str | None, found: list[Any], rows: int, asked_by: str, unlabelled: bool) -> Labels:
    if not found:
        raise DataError(f"{_of(name)}{asked_by} needs labels, but none of the {rows} rows has one.")
    if len(found) < rows and not unlabelled:
        raise DataError(
            f"{_of(name)}{asked_by} needs a label for every row, but {rows - len(found)} of {rows} are missing; leave "
            "these rows out."
        )
    counts = Counter(found)
    if len(counts) > max(2 * MOST_WHOLE, rows // 2):
        raise DataError(
            f"{_of(name)}y has {len(counts)} classes in {rows} rows, so that hardly two rows share one; give real "
            "numbers as floats, and leave names of rows out."
        )
    classes = sorted(counts)
    return Labels(name, tuple(classes), tuple(counts[label] / len(found) for label in classes))


def _reals(name: str | None, plain: Sequence[Any], found: list[float], asked_by: str) -> Reals:
    if len(found) < len(plain):
        raise DataError(
            f"{_of(name)}{asked_by} needs y for every row, but {len(plain) - len(found)} of {len(plain)} values are "
            "missing; leave these rows out."
        )
    numbers = np.array(found)
    return Reals(name, float(numbers.mean()), float(numbers.std()) or 1.0)


def _plain_values(name: str | None, values: Array) -> list[Any]:
    """The values as bool, int, float or str, all of one kind (None and NaN beside them)."""
    plain = [value.item() if hasattr(value, "item") else value for value in values.tolist()]
    for kind, as_kind in ((bool, bool), (Integral, int), (Real, float), (str, str)):
        if all(_is_nothing(value) or _is_of(value, kind) for value in plain):
            return [value if _is_nothing(value) else as_kind(value) for value in plain]
    wrong = next(value for value in plain if not _is_nothing(value))
    kinds = sorted({type(value).__name__ for value in plain if not _is_nothing(value)})
    raise DataError(
        f"{_of(name)}y holds values of type {' and '.join(kinds)}, such as {str(wrong)[:40]!r}; a condition is whole "
        "numbers, texts or truth values (labels), or real numbers, all of one kind in a column."
    )


def _is_of(value: Any, kind: type) -> bool:
    """Whether a value is of this kind, where a truth value is no number."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _is_nothing(value: Any) -> bool:
    """None, NaN, pandas' NA and NaT, or an empty text."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return bool(isinstance(value, str) and not value.strip()) or bool(value != value)


def _for_rows(values: Array, n: int) -> list[Any]:
    """One value for all rows, or one a row, as a list of n."""
    if values.ndim == 0:
        return [values.item()] * n
    if values.shape != (n,):
        raise DataError(
            f"there are conditions of shape {values.shape} for {n} rows; give one for all of them, or one a row."
        )
    return [value.item() if hasattr(value, "item") else value for value in values.tolist()]


def _is_one(c: Any) -> bool:
    """One value: no array, list or frame."""
    many = hasattr(c, "__len__") and not isinstance(c, str | bytes)
    return bool(getattr(c, "ndim", int(many)) == 0)


def _plain_fields(column: Column) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(column).items()}


def _of(name: str | None) -> str:
    return "" if name is None else f"column {name!r}: "
