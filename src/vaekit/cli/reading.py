"""DATA, CODES and RUN of a command line, read with the error that belongs to each.

What is wrong with data is a DataError (exit code 3), what is wrong with a run a ModelFileError (exit code 4).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import option, together
from vaekit.errors import DataError, ModelFileError, RunError, SpecError, UnknownOption

if TYPE_CHECKING:
    from vaekit.data.source import Source

# The options of the readers in vaekit.data, under their own names.
_READING = partial(option, section="Reading DATA")
reading_options = together(
    _READING(
        "--labels", metavar="COLUMN|FILE", help="Labels: a column (.csv, .parquet), or a file with one a row."
    ),
    _READING("--drop", metavar="COLUMN", multiple=True, help="Column to leave out; may be given many times."),
    _READING("--only", metavar="COLUMN", multiple=True, help="Column to keep, of those that are kept only."),
    _READING(
        "--header/--no-header", default=None, help="Whether a .csv has names in its first row; else found."
    ),
    _READING("--delimiter", metavar="CHARACTER", help="Between the cells of a .csv; else found."),
    _READING("--decimal", metavar=". or ,", help="The decimal mark of a .csv; else found."),
    _READING("--quote", metavar="CHARACTER", help="Around cells of a .csv; else found."),
    _READING("--encoding", metavar="NAME", help="Of a .csv: utf-8, cp949, latin-1, ...; else found."),
    _READING(
        "--na",
        metavar="WORD",
        multiple=True,
        help="What a .csv writes for a missing value, beside the empty cell.",
    ),
    _READING("--x", metavar="NAME", help="The array of a .npz that holds the data."),
    _READING("--y", metavar="NAME", help="The array of a .npz that holds labels."),
    _READING("--size", metavar="SIDE|HxW", help="Height and width that images are brought to: 64, or 48x64."),
    _READING(
        "--resize",
        type=click.Choice(["stretch", "crop", "pad"]),
        help="How images come to --size: stretched, their middle cut out, or with margins. [default: stretch]",
    ),
    _READING(
        "--channels", type=click.IntRange(1), metavar="1|3", help="Make all images grey (1) or colour (3)."
    ),
    _READING(
        "--background", metavar="COLOUR", help="Under transparent parts and in margins. [default: white]"
    ),
    _READING("--skip-broken", is_flag=True, default=None, help="Leave out image files that cannot be read."),
)
_IMAGES = ("size", "resize", "channels", "background", "skip_broken")
COLUMNS = ("labels", "drop", "only")
"""Options that say which columns are read."""
_TABLES = (*COLUMNS, "header", "delimiter", "decimal", "quote", "encoding", "na")
_OPTIONS = (*_TABLES, "x", "y", *_IMAGES)
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".pq")
"""Files that may have columns of words."""

run_argument = click.argument("run")
data_argument = click.argument("data")


def how(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the options given that say how DATA are read."""
    return {name: given[name] for name in _OPTIONS if given[name] not in (None, ())}


def read_data(name: str, reading: Mapping[str, Any]) -> Source:
    """The data of this name or path. Raises DataError for all that is wrong with them."""
    from vaekit.data.read import read

    try:
        found = read(name, **reading)
    except RunError as error:
        raise DataError(str(error)) from error
    for sentence in found.said:
        click.echo(sentence, err=True)
    return found


def is_table(name: str) -> bool:
    """Whether DATA is a file that may have columns of words."""
    return Path(name).suffix.lower() in TABLES


def as_numbers(source: Source, reading: Mapping[str, Any]) -> Source:
    """A table of numbers that was read with its words as it is without them."""
    import numpy as np

    columns = [cells.values.astype(np.float64) for cells in source.X.columns.values()]
    missing = [cells.missing for cells in source.X.columns.values()]
    X = np.where(np.column_stack(missing), np.nan, np.column_stack(columns))
    return replace(source, X=X, how={**source.how, "options": dict(reading)})


def labels_of(source: Source) -> Any:
    """The labels of a source as they were written, or None."""
    from vaekit.data.labels import as_written

    return as_written(source.y, source.class_names)


def read_like(record: Mapping[str, Any] | None, name: str, reading: Mapping[str, Any]) -> Source:
    """The data of this name or path, read as the record of a run says unless `reading` says how."""
    recorded = record["how"]["options"] if record else {}
    if reading or not recorded:
        return read_data(name, reading)
    try:
        return read_data(name, recorded)
    except (DataError, UnknownOption):  # a file of another kind, or one without labels
        return read_data(name, {"words": True} if is_table(name) and recorded.get("words") else {})


def read_again(record: Mapping[str, Any] | None) -> Source:
    """The data of a run. Raises DataError when they are gone, have changed, or were given in Python."""
    from vaekit.data.read import reread

    if record is None:
        raise DataError("the run does not say where its data came from; give data with --data DATA.")
    try:
        return reread(record)
    except RunError as error:
        raise DataError(str(error)) from error


@contextmanager
def told_of_data() -> Iterator[None]:
    """What scikit-learn says of X, in a plain ValueError of several lines, as a DataError of one.

    Its warning that arrays have no column names is not said: columns were found by their names.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
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
        """The names of the values of one example, row by row for pictures; x0, x1, ... without."""
        named: list[str] | None = self.data["feature_names"]
        return named or [f"x{at}" for at in range(self.data["features"])]

    @property
    def example_columns(self) -> list[str]:
        """Those of what the model gives back: without columns that are its condition."""
        taken = getattr(self.estimator, "condition_columns_", None) or []
        return [name for at, name in enumerate(self.columns) if at not in taken]

    def rows(self, name: str, reading: Mapping[str, Any]) -> Any:
        """X of DATA, read as the run's own were unless `reading` says otherwise; columns go by name."""
        return self.rows_of(name, reading)[0]

    def rows_of(self, name: str, reading: Mapping[str, Any]) -> tuple[Any, Source]:
        """(X, the source that it is of) of DATA, read so."""
        if reading and is_table(name) and self.data.get("table") is not None:
            reading = {**reading, "words": True}
        source = read_like(self.data["source"], name, reading)
        return self._like_fit(source, name), source

    def _like_fit(self, source: Source, name: str) -> Any:
        """X with the columns that fit saw."""
        wanted, given = self.data["feature_names"], source.feature_names
        if wanted is None or given is None or wanted == list(given):
            return source.X
        missing = [column for column in wanted if column not in given]
        if missing:
            raise DataError(
                f"'{name}' has no column '{missing[0]}' ({len(missing)} of {len(wanted)} are missing); the "
                f"run was fitted on: {', '.join(wanted[:12])}{', ...' if len(wanted) > 12 else ''}."
            )
        if hasattr(source.X, "select"):
            return source.X.select(wanted)
        return source.X[:, [given.index(column) for column in wanted]]

    def ability(self, method: str) -> Callable[..., Any]:
        """A method of the estimator; SpecError with the reason when the model has none."""
        try:
            found: Callable[..., Any] = getattr(self.estimator, method)
        except AttributeError as error:
            raise SpecError(f"'{self.path}': {error.__cause__ or error}") from error
        return found


@contextmanager
def told_of_run() -> Iterator[None]:
    """What is wrong with a run as a ModelFileError."""
    try:
        yield
    except ModelFileError:
        raise
    except RunError as error:
        raise ModelFileError(str(error)) from error


def load_run(path: str) -> Run:
    """The run in this folder. Raises ModelFileError for all that is wrong with it."""
    from vaekit.estimators import load

    with told_of_run():
        return Run(Path(path), load(path))


def checked_json(path: str, name: str) -> dict[str, Any]:
    """A JSON file of a run whose files are as they were written; no model is made."""
    from vaekit.run import from_json, read_checked

    with told_of_run():
        return from_json(read_checked(path)[name], name)
