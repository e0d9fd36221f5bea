"""What one column of a table is: its kind, what is known of its values, and the family that models it.

| kind | its values | suggested likelihood |
|---|---|---|
| real | numbers | gaussian; student-t where tails are heavy; heaped where rows are many and share values |
| positive | numbers above 0, skewed | log-normal, or heaped |
| bounded | numbers between two bounds | beta, or logistic where bounds are reached |
| count | 0, 1, 2, ... | poisson, negative-binomial, or a zero-inflated one; heaped where rows are many |
| binary | two values | bernoulli |
| categorical | a name out of some; rare and unseen ones share a bucket | categorical |
| ordinal | names in an order | ordinal |
| datetime | times in one zone | gaussian |
| constant | one value: given back, never modelled | none |
| identifier | names rows: never modelled, refused until it is declared or dropped | none |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vaekit.errors import SpecError, suggestion

MODELLED = ("real", "positive", "bounded", "count", "binary", "categorical", "ordinal", "datetime")
KINDS = (*MODELLED, "constant", "identifier")
NAMED_VALUES = ("binary", "categorical", "ordinal")
_SHOWN_CATEGORIES = 4


@dataclass(frozen=True)
class Column:
    """One column. `name` and `kind` are what a user gives; what is left out is learned from the data.

    form: "number", "truth", "text" or "time"; dtype: as the user's table calls it. reason: why this kind.
    likelihood: the family of p(x | z) for this column. bounds: of a bounded column. categories: the values of a
    binary, categorical or ordinal column, in order; rare: the members of a categorical column's bucket, which unseen
    values join; counts: rows of each of both. levels, ordered: what the user's categorical type declares. value: of a
    constant column. low, high: the range in the data. decimals: places that the data are written with. zone, origin,
    step: of times, which are counted in steps from the origin (UTC). missing: cells without a value.
    """

    name: str
    kind: str = ""
    form: str = ""
    dtype: str = ""
    reason: str = ""
    likelihood: str | None = None
    bounds: tuple[float, float] | None = None
    categories: tuple[Any, ...] = ()
    rare: tuple[Any, ...] = ()
    counts: tuple[int, ...] = ()
    levels: tuple[Any, ...] | None = None
    ordered: bool = False
    value: Any = None
    low: float | str | None = None
    high: float | str | None = None
    decimals: int | None = None
    zone: str | None = None
    origin: str | None = None
    step: str | None = None
    missing: int = 0

    def __post_init__(self) -> None:
        if self.kind and self.kind not in KINDS:
            raise SpecError(
                f"column '{self.name}' cannot be of kind {self.kind!r}; there are: {', '.join(KINDS)}."
                f"{suggestion(self.kind, KINDS)}"
            )
        if self.kind == "bounded" and self.bounds is not None and not self.bounds[0] < self.bounds[1]:
            raise SpecError(
                f"column '{self.name}' has bounds={self.bounds}; give (low, high), low below high."
            )

    @property
    def modelled(self) -> bool:
        """Whether the model has this column."""
        return self.kind in MODELLED

    @property
    def width(self) -> int:
        """How many numbers an encoder reads of it: one, or one a category."""
        return len(self.categories) + (self.kind == "categorical") if self.kind in NAMED_VALUES[1:] else 1

    def values_told(self) -> str:
        """Its values in a few words."""
        if self.kind == "constant":
            return "nothing" if self.value is None else f"always {self.value}"
        if self.kind in NAMED_VALUES:
            shown = [str(value)[:20] for value in self.categories[:_SHOWN_CATEGORIES]]
            more = len(self.categories) - len(shown)
            told = ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
            bucket = f"{len(self.rare):,} rare" if self.rare else ""
            return "; ".join(piece for piece in (told, bucket) if piece)
        if self.low is None:
            return f"{sum(self.counts):,} texts" if self.form == "text" else "nothing"
        low, high = self.bounds if self.kind == "bounded" and self.bounds else (self.low, self.high)
        return f"{_short(low)} to {_short(high)}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    return str(value)
