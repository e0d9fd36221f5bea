"""What the columns of a table are: a kind for each, with the reason in words; shown, edited, and kept as JSON.

    schema = Schema.infer(people)
    print(schema)
    schema = schema.change("stars", kind="ordinal").drop("id")
    TabularVAE(schema=schema).fit(people[schema.names])

`column.py` has the kinds.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from vaekit.data.column import Column
from vaekit.data.facts import learn
from vaekit.data.frame import Frame, as_frame
from vaekit.data.names import differences
from vaekit.errors import DataError, SpecError, suggestion

FORMAT = 1
WIDE = 100
"""A table with more columns gets no likelihoods that take many numbers a column."""
_WIDEST = 44


@dataclass(frozen=True)
class Schema:
    """The columns of a table in their order. kind, named: of the table (see `Frame`); rows: how many it had."""

    columns: tuple[Column, ...]
    kind: str = "frame"
    named: bool = True
    rows: int = 0

    def __post_init__(self) -> None:
        names = self.names
        twice = [name for at, name in enumerate(names) if name in names[:at]]
        if twice:
            raise SpecError(f"the schema has the column '{twice[0]}' twice; each stands there once.")

    @classmethod
    def infer(cls, X: Any) -> Self:
        """The schema of a pandas, polars or pyarrow frame, or of an array (columns x0, x1, ...).

        Raises DataError for what is no table or cannot be told; see `vaekit.inspect` for what looks suspicious.
        """
        frame = as_frame(X)
        return cls(tuple(Column(name) for name in frame.names)).learn(frame)

    def learn(self, X: Any) -> Self:
        """The same with everything that was left out learned from X, which has the same columns.

        Kinds that are given stay; so do a likelihood, bounds and categories.
        """
        frame = as_frame(X)
        self.check_names(frame)
        wide = len(self.columns) > WIDE
        learned = tuple(
            learn(column, frame.columns[column.name], frame.plain, wide) for column in self.columns
        )
        return type(self)(learned, frame.kind, frame.named, len(frame))

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return [column.name for column in self.columns]

    @property
    def modelled(self) -> list[Column]:
        """The columns that the model has."""
        return [column for column in self.columns if column.modelled]

    def __getitem__(self, name: str) -> Column:
        self._place(name)
        return next(column for column in self.columns if column.name == name)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def change(self, name: str, **facts: Any) -> Self:
        """The same with another kind, likelihood, bounds or categories of a column: change("age", kind="count").

        A column of another kind forgets what was learned of it under the old one. Raises SpecError for a column,
        kind or fact that there is not.
        """
        at, known = self._place(name), [f.name for f in fields(Column) if f.name != "name"]
        for fact in facts:
            if fact not in known:
                raise SpecError(
                    f"a column has no '{fact}'; it has: {', '.join(known)}.{suggestion(fact, known)}"
                )
        old = self.columns[at]
        if facts.get("kind", old.kind) != old.kind:
            old = Column(old.name, form=old.form, dtype=old.dtype)
            facts = {"reason": "as you say", **facts}
        facts = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
        return replace(self, columns=(*self.columns[:at], replace(old, **facts), *self.columns[at + 1 :]))

    def drop(self, *names: str) -> Self:
        """The same without these columns."""
        out = {self._place(name) for name in names}
        return self._kept([at for at in range(len(self)) if at not in out])

    def only(self, *names: str) -> Self:
        """The same with these columns only, in the order of the schema."""
        return self._kept(sorted({self._place(name) for name in names}))

    def _kept(self, places: list[int]) -> Self:
        if not places:
            raise SpecError("this leaves no column in the schema.")
        return replace(self, columns=tuple(self.columns[at] for at in places))

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise SpecError(
                f"the schema has no column '{name}'; it has: {', '.join(self.names[:12])}"
                f"{', ...' if len(self) > 12 else ''}.{suggestion(name, self.names)}"
            )
        return self.names.index(name)

    def check_names(self, frame: Frame) -> None:
        """DataError in one sentence where the columns of a table are not those of the schema, in its order."""
        wrong = differences(self.names, frame.names)
        if wrong:
            raise DataError(wrong)

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back, and that can be edited by hand."""
        columns = [
            {
                f.name: _plain(value)
                for f in fields(Column)
                if (value := getattr(column, f.name)) != f.default or type(value) is not type(f.default)
            }
            for column in self.columns
        ]
        return {
            "format": FORMAT,
            "kind": self.kind,
            "named": self.named,
            "rows": self.rows,
            "columns": columns,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The schema that `to_json` wrote. Raises SpecError for what it does not write."""
        known = {f.name for f in fields(Column)}
        try:
            if data.get("format", FORMAT) != FORMAT:
                raise SpecError(
                    f"this schema has format {data['format']!r}; this vaekit reads format {FORMAT}."
                )
            columns = []
            for written in data["columns"]:
                unknown = sorted(set(written) - known)
                if unknown:
                    raise SpecError(
                        f"column {written.get('name')!r} of the schema has '{unknown[0]}', which no column has."
                        f"{suggestion(unknown[0], known)}"
                    )
                columns.append(Column(**{key: _tupled(value) for key, value in written.items()}))
            return cls(
                tuple(columns), data.get("kind", "frame"), data.get("named", True), int(data.get("rows", 0))
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, SpecError):
                raise
            raise SpecError(
                f"this is no schema: {error}; it is what `vaekit inspect DATA --schema FILE` writes."
            ) from error

    def show(self) -> str:
        """The schema as a table to read."""
        head = ("column", "kind", "type", "values", "missing", "likelihood", "reason")
        lines = [head, *(self._line(column) for column in self.columns)]
        widths = [min(_WIDEST, max(_width(line[at]) for line in lines)) for at in range(len(head) - 1)]
        return "\n".join(
            "  ".join(
                [*(_cut(cell, width) for cell, width in zip(line, widths, strict=False)), line[-1]]
            ).rstrip()
            for line in lines
        )

    def _line(self, column: Column) -> tuple[str, ...]:
        missing = share_told(column.missing, self.rows) if column.missing and self.rows else "-"
        return (
            column.name,
            column.kind,
            column.dtype,
            column.values_told(),
            missing,
            column.likelihood or "-",
            column.reason,
        )

    def __str__(self) -> str:
        return self.show()


def share_told(some: int, rows: int) -> str:
    """Some of the rows in per cent, of which a few are never told as none."""
    share = some / rows
    return "<0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def _width(text: str) -> int:
    """The places that a text takes in a terminal, where letters of East Asia take two."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _cut(text: str, width: int) -> str:
    if _width(text) > width:
        while _width(text) > width - 3:
            text = text[:-1]
        text += "..."
    return text + " " * (width - _width(text))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def read_schema(text: str) -> Schema:
    """The schema in this JSON text."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise SpecError(f"the schema is not JSON ({error}).") from error
    return Schema.from_json(data)
