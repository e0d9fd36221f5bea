"""The report of a run folder: its model loaded, its data read again, measured, drawn and written down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vaekit.data.read import read, reread
from vaekit.data.source import Source
from vaekit.doctor import examine_source
from vaekit.errors import DataError, RunError, UnknownOption
from vaekit.estimators.files import load
from vaekit.kinds import Array
from vaekit.report.gallery import without_name_warnings
from vaekit.report.page import report_files
from vaekit.run import from_json, read_plain, write_file


def report_run(run_path: str | Path, data: Any = None, **own: Any) -> Path:
    """Write report.html and pictures/*.png of a run; returns the path of the page.

    The data of the fit are read again and checked against their SHA-256; `data` (a name, a path, or arrays)
    stands for them where they are gone, have changed, or were given in Python. Shown and measured are the
    rows of a test part, else those held out, else all. `own`: modules of the user's own, as `load` takes them
    back. Raises RunError in words when the data cannot be had.
    """
    path = Path(run_path)
    estimator = load(path, **own)
    record = from_json(read_plain(path / "data.json"), "data.json")["source"]
    source, same = _data_of(path, estimator, record, data)
    prefix, X, labels = rows_to_measure(estimator, source) if same else ("given", source.X, source.y)
    with without_name_warnings():
        found = estimator.ledger(X, estimator.as_condition(labels, source.class_names))
        verdicts = examine_source(estimator, source) if same else None
    measures = _stored_measures(path) | {
        f"{prefix}_{name}": value for name, value in found.items() if math.isfinite(value)
    }
    environment = from_json(read_plain(path / "environment.json"), "environment.json")
    command = environment.pop("command", None)
    content = report_files(
        estimator,
        X,
        labels=labels,
        measures=measures,
        data=record or source.to_json(),
        command=command,
        environment=environment,
        notes=[] if same else [_other_data(source)],
        verdicts=verdicts,
    )
    _write(path, content)
    return path / "report.html"


def rows_to_measure(estimator: Any, source: Source) -> tuple[str, Any, Array | None]:
    """(what they are, X, labels): the test part, else the rows held out, else all, which were trained on.

    What they are: "test", "held_out" or "train", the prefix of their measures.
    """
    if source.test is not None:
        return "test", source.test.X, source.test.y
    held = estimator.held_out_
    if held is None:
        return "train", source.X, source.y
    return "held_out", source.X[held], None if source.y is None else source.y[held]


def _data_of(path: Path, estimator: Any, record: Mapping[str, Any] | None, data: Any) -> tuple[Source, bool]:
    """The data to report on, and whether they are those of the fit."""
    if data is None:
        if record is None:
            raise RunError(f"'{path}' does not say where its data came from; give data with --data DATA.")
        return reread(record), True
    source = data if isinstance(data, Source) else _read_alike(data, record)
    if record is None:  # saved from Python, which knows of no source
        return source, source.rows == estimator.profile_.rows
    return source, source.sha256 == record["sha256"]


def _read_alike(data: Any, record: Mapping[str, Any] | None) -> Source:
    """The data, read with the options of the fit where their kind has them."""
    options = record["how"]["options"] if record else {}
    try:
        return read(data, **options)
    except (DataError, UnknownOption):
        if not options:
            raise
        return read(data)


def _other_data(source: Source) -> str:
    return (
        f"The pictures and numbers are of the {source.rows:,} rows of "
        f"'{source.name or 'data given in Python'}', which are not the data of the fit: some of them may "
        "have been trained on, and none may be like those that were."
    )


def _stored_measures(path: Path) -> dict[str, float]:
    file = path / "measures.json"
    return from_json(read_plain(file), "measures.json") if file.exists() else {}


def _write(path: Path, content: Mapping[str, bytes]) -> None:
    try:
        (path / "pictures").mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"'{path / 'pictures'}' cannot be made: {error.strerror or error}.") from error
    # The page comes last, when the pictures beside it are there.
    for name in sorted(content, key=lambda name: name == "report.html"):
        write_file(path / name, content[name])
