"""X as the columns of a table, compared with those of fit: what an estimator of tables reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from vaekit.data.frame import Frame, as_frame, is_frame
from vaekit.data.names import as_typed, differences
from vaekit.data.schema import Schema, read_schema
from vaekit.errors import DataError, RunError
from vaekit.estimators.given import as_array, told_of_holes


def read_table(
    estimator: Any, X: Any, *, reset: bool, names: Sequence[str] | None, holes: bool = True
) -> Frame:
    """The columns of X: remembered by the estimator (reset), or compared with those that it remembers.

    names: what columns are called that have no names of their own, or are taken in the place of such. holes: whether
    an array of numbers may have NaN. Raises
    DataError for columns that were added, are missing, or stand in another order, all named.
    """
    fewest = 2 if reset else 1
    if isinstance(X, Frame):
        frame = _of_file(estimator, X, reset)
    elif is_frame(X):
        frame = as_frame(X)
        _checked(estimator, X, frame.names, reset, skip_check_array=True)
    else:
        array = np.array(X, dtype=object) if isinstance(X, list | tuple) else as_array(X)
        finite: Any = "allow-nan" if holes else True
        rules: dict[str, Any] = {"dtype": None, "ensure_all_finite": finite, "ensure_min_samples": fewest}
        if issparse(array):
            rules |= {"dtype": "numeric", "accept_sparse": ("csr", "csc"), "ensure_all_finite": True}
        if getattr(getattr(array, "dtype", None), "kind", "") == "O":
            array = _plain(array)
            rules["ensure_all_finite"] = rules["ensure_all_finite"] if array.dtype.kind != "O" else False
        frame = as_frame(_checked(estimator, array, [], reset, **rules))
    if len(frame) < fewest:
        raise DataError(f"X has {len(frame)} sample(s) (n_samples={len(frame)}); give at least {fewest}.")
    if (
        names is not None
        and len(names) == len(frame.columns)
        and not (frame.named and _knows_names(estimator))
    ):
        frame = frame.renamed(names)
    return frame


def _checked(estimator: Any, X: Any, names: list[str], reset: bool, **rules: Any) -> Any:
    """X after scikit-learn has looked at it; what it says of names, in one sentence before its own list."""
    try:
        with told_of_holes():
            return validate_data(estimator, X, reset=reset, **rules)
    except ValueError as error:
        told = (
            None
            if reset or not _knows_names(estimator)
            else differences(estimator.feature_names_in_.tolist(), names)
        )
        if told is None or "feature names" not in str(error):
            raise
        raise DataError(f"{told}\n{error}") from error


def _of_file(estimator: Any, frame: Frame, reset: bool) -> Frame:
    """A table that was read from a file."""
    if reset:
        estimator.n_features_in_ = len(frame.columns)
        estimator.feature_names_in_ = np.array(frame.names, dtype=object)
    elif _knows_names(estimator):
        told = differences(estimator.feature_names_in_.tolist(), frame.names)
        if told is not None:
            raise DataError(told)
    return frame


def _plain(array: Any) -> Any:
    """An array of objects that are all numbers as an array of numbers."""
    try:
        found = np.array(array.tolist())
    except ValueError:
        return array
    return found if found.dtype.kind in "biuf" and found.shape == array.shape else array


def _knows_names(estimator: Any) -> bool:
    return hasattr(estimator, "feature_names_in_")


def schema_of(given: Any) -> Schema | None:
    """A schema as a user gives it: itself, its JSON, the path of a file, or None."""
    if given is None or isinstance(given, Schema):
        return given
    if isinstance(given, str | Path):
        try:
            text = Path(given).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            told = getattr(error, "strerror", None) or error
            raise RunError(f"the schema '{given}' cannot be read ({told}); give a file of JSON.") from error
        return read_schema(text)
    return Schema.from_json(given)


def refuse_columns(schema: Schema, declared: bool) -> None:
    """DataError for columns that have no value, and for those that name rows unless a schema declares them."""
    for column in schema:
        if column.kind == "constant" and column.value is None:
            raise DataError(
                f"column '{column.name}' has no value at all, so nothing can be learned of it; leave it out."
            )
    named = [] if declared else [column for column in schema if column.kind == "identifier"]
    if named:
        first, names = named[0], [column.name for column in named]
        others = f" Nor are {', '.join(repr(name) for name in names[1:])}." if names[1:] else ""
        drops = " ".join(f"--drop {as_typed(name)}" for name in names)
        kind = "real" if first.form == "number" else "categorical"
        raise DataError(
            f"column '{first.name}' is no feature: {first.reason}.{others} Leave out what names rows ({drops}; in "
            "Python schema=Schema.infer(X), which declares it), or say what it is, as in "
            f"schema=Schema.infer(X).change({first.name!r}, kind={kind!r})."
        )


def told(schema: Schema) -> list[str]:
    """What fit says of the columns that it does not model."""
    said = []
    for kind, why in (
        ("identifier", "name rows and are left out"),
        ("constant", "never change and are given back"),
    ):
        names = [column.name for column in schema if column.kind == kind]
        if names:
            said.append(f"columns that {why}: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}.")
    return said
