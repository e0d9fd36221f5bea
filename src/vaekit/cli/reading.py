"""DATA, CODES and RUN of a command line, read with the error that belongs to each.

What is wrong with data is a DataError (exit code 3), what is wrong with a run a ModelFileError (exit code 4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vaekit.cli.layout import option
from vaekit.errors import DataError, ModelFileError, RunError, SpecError, UnknownOption

if TYPE_CHECKING:
    from vaekit.data.source import Source

F = TypeVar("F", bound=Callable[..., Any])

# Options of the readers in vaekit.data: given on, where they were typed.
_READING = (
    option("--labels", metavar="COLUMN", help="Column of labels (.csv, .parquet): colours, never learned from."),
    option("--drop", metavar="COLUMN", multiple=True, help="Column to leave out; may be given many times."),
    option("--header/--no-header", default=None, help="Whether the first row of a .csv has names; else found."),
    option("--delimiter", metavar="CHARACTER", help="Of a .csv; else found."),
    option("--x", metavar="NAME", help="The array of a .npz that holds the data."),
    option("--y", metavar="NAME", help="The array of a .npz that holds labels."),
)
OPTIONS = ("labels", "drop", "header", "delimiter", "x", "y")


def reading_options(command: F) -> F:
    """Decorator: the options of how DATA are read, handed on as one mapping `how`."""

    def with_how(**given: Any) -> Any:
        how = {name: given.pop(name) for name in OPTIONS}
        return command(how={name: value for name, value in how.items() if value not in (None, ())}, **given)

    with_how.__doc__ = command.__doc__
    for add in reversed(_READING):
        with_how = add("Reading DATA")(with_how)
    return with_how  # type: ignore[return-value]


def read_data(name: str, how: Mapping[str, Any]) -> Source:
    """The data of this name or path. Raises DataError for all that is wrong with them."""
    from vaekit.data.read import read

    try:
        return read(name, **how)
    except RunError as error:
        raise DataError(str(error)) from error


@contextmanager
def told_of_data() -> Iterator[None]:
    """What scikit-learn says of X, in a plain ValueError of several lines, as a DataError of one."""
    try:
        yield
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        raise DataError(str(error).splitlines()[0]) from error


@dataclass(frozen=True)
class Run:
    """A run folder: its estimator and what it says of its data."""

    path: Path
    estimator: Any

    @cached_property
    def data(self) -> dict[str, Any]:
        """data.json."""
        from vaekit.run import from_json, read_plain

        return from_json(read_plain(self.path / "data.json"), "data.json")

    @property
    def columns(self) -> list[str]:
        """The names of the values of one example, row by row for pictures: x0, x1, ... where they had none."""
        named: list[str] | None = self.data["feature_names"]
        return named or [f"x{at}" for at in range(self.data["features"])]

    def rows(self, name: str, how: Mapping[str, Any]) -> Any:
        """X of DATA, read as the run's own data were unless `how` says otherwise; columns are found by name."""
        source = self._like_its_own(name, how)
        wanted, given = self.data["feature_names"], source.feature_names
        if wanted is None or given is None or wanted == list(given):
            return source.X
        missing = [column for column in wanted if column not in given]
        if missing:
            raise DataError(
                f"'{name}' has no column '{missing[0]}' ({len(missing)} of {len(wanted)} are missing); the run was "
                f"fitted on: {', '.join(wanted[:12])}{', ...' if len(wanted) > 12 else ''}."
            )
        return source.X[:, [given.index(column) for column in wanted]]

    def _like_its_own(self, name: str, how: Mapping[str, Any]) -> Source:
        recorded = self.data["source"] and self.data["source"]["how"]["options"]
        if how or not recorded:
            return read_data(name, how)
        try:
            return read_data(name, recorded)
        except (DataError, UnknownOption):  # a file of another kind, or one without labels
            return read_data(name, {})

    def ability(self, method: str) -> Callable[..., Any]:
        """A method of the estimator; SpecError with the reason when the model has none."""
        try:
            found: Callable[..., Any] = getattr(self.estimator, method)
        except AttributeError as error:
            raise SpecError(f"'{self.path}': {error.__cause__ or error}") from error
        return found


def load_run(path: str | Path) -> Run:
    """The run in this folder. Raises ModelFileError for all that is wrong with it."""
    from vaekit.estimators import load

    try:
        return Run(Path(path), load(path))
    except ModelFileError:
        raise
    except RunError as error:
        raise ModelFileError(str(error)) from error


run_argument = click.argument("run", type=click.Path())
data_argument = click.argument("data")
