"""Known values of an example on a command line: --given COLUMN=VALUE, and --given-row FILE with empty cells."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from vaekit.cli.layout import option, together
from vaekit.errors import DataError, UnknownOption, suggestion

if TYPE_CHECKING:
    from vaekit.cli.reading import Run

SHOWN = 12
_TRUTH = {"true": 1.0, "false": 0.0}

given_options = together(
    option(
        "--given",
        "given",
        metavar="COLUMN=VALUE",
        multiple=True,
        help="A value that is known: the others are drawn to go with it. May be given many times.",
    ),
    option(
        "--given-row",
        metavar="FILE",
        help="One row or image of known values (.csv, .npy, ...), with empty cells or NaN for the others.",
    ),
    option(
        "--method",
        metavar="METHOD",
        default="auto",
        help="How draws under known values are made: importance, pseudo-gibbs or mcmc. [default: auto, which says]",
    ),
)


def known_values(fitted: Run, typed: Sequence[str], file: str | None) -> dict[Any, Any] | None:
    """{column: value} of what was typed and of the file, which gives way to it; None where nothing was given.

    Raises UsageError for what is no COLUMN=VALUE, DataError for columns that the run has not.
    """
    if not typed and file is None:
        return None
    found = {} if file is None else _of_file(fitted, file)
    for text in typed:
        column, value = _split(text, fitted.example_columns)
        found[_place(fitted, column)] = value if _of_words(fitted) else _value(value)
    return found


def _of_words(fitted: Run) -> bool:
    """Whether the columns of the run may hold words, dates and truths: then the estimator reads what was typed."""
    return hasattr(fitted.estimator, "schema_")


def _of_file(fitted: Run, file: str) -> dict[Any, Any]:
    """The known values of a file: by name where it has names, else in order."""
    import numpy as np

    from vaekit.cli.reading import read_like

    if _of_words(fitted):
        return _of_table(fitted, file)
    source = read_like(fitted.data["source"], file, {})
    X = np.asarray(source.X, dtype=np.float64)
    width, flat = len(fitted.example_columns), X.reshape(-1)
    named = source.feature_names is not None and len(X) == 1
    names = list(source.feature_names or ()) if named else fitted.example_columns
    if len(flat) != len(names):
        raise DataError(
            f"'{file}' holds {X.shape}: {len(flat):,} values; wanted is one example of {width:,}, with NaN or an empty "
            "cell where a value is not known."
        )
    known = ~np.isnan(flat)
    return {_place(fitted, name): flat[at].item() for at, name in enumerate(names) if known[at]}


def _of_table(fitted: Run, file: str) -> dict[Any, Any]:
    """The known cells of a table of one row, less those of columns that are not modelled; columns may be left out."""
    from vaekit.cli.reading import COLUMNS, is_table, read_data
    from vaekit.data.frame import as_frame

    recorded = (fitted.data["source"] or {"how": {"options": {}}})["how"]["options"]
    written = {name: value for name, value in recorded.items() if name not in COLUMNS}
    try:
        source = read_data(file, {**written, "words": True} if is_table(file) else {})
    except UnknownOption:  # a file of another kind than the run's own
        source = read_data(file, {"words": True})
    frame = as_frame(source.X)
    if len(frame) != 1:
        raise DataError(
            f"'{file}' holds {len(frame):,} rows; give one, with an empty cell where nothing is known."
        )
    names = frame.names if frame.named else fitted.columns
    cells = {_place(fitted, name): value for name, value in zip(names, next(frame.rows()), strict=True)}
    unmodelled = {column.name for column in fitted.estimator.schema_ if not column.modelled}
    return {name: value for name, value in cells.items() if value is not None and name not in unmodelled}


def _split(text: str, columns: Sequence[str]) -> tuple[str, str]:
    """(column, value): cut where a column of the run ends, since names may hold '=' too."""
    cuts = [at for at, character in enumerate(text) if character == "="]
    fitting = [at for at in cuts if text[:at].strip() in columns]
    at = fitting[-1] if fitting else cuts[-1] if cuts else 0
    if not text[:at].strip() or not text[at + 1 :].strip():
        raise click.UsageError(f"--given '{text}' is not COLUMN=VALUE; write it like {columns[0]}=1.5.")
    return text[:at].strip(), text[at + 1 :].strip()


def _place(fitted: Run, column: str) -> Any:
    """The column as the estimator takes it: by name where it knows names, else by number."""
    columns = fitted.example_columns
    if column not in columns:
        more = ", ..." if len(columns) > SHOWN else ""
        raise DataError(
            f"'{column}' is no column of '{fitted.path}', which has {', '.join(columns[:SHOWN])}{more}."
            f"{suggestion(column, columns)}"
        )
    names = fitted.estimator.example_names
    return columns.index(column) if names is None else column


def _value(text: str) -> Any:
    """A number where it is one; a text is left to the estimator."""
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text


@contextmanager
def said_in_lines() -> Iterator[None]:
    """What the estimator warns of as a line on stderr each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, UserWarning):
            click.echo(f"vaekit: {warning.message}", err=True)
