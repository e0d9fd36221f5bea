"""The page: everything that is to be said, put into the template."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from vaekit import __version__
from vaekit.doctor import Verdict
from vaekit.estimators.files import environment as this_environment
from vaekit.report.again import python_lines
from vaekit.report.columns import columns_of
from vaekit.report.gallery import Picture, gallery
from vaekit.report.measures import Measured, measured
from vaekit.report.parts import citations, parts_of, settings_of
from vaekit.report.words import (
    data_in_words,
    examined,
    how_it_went,
    model_in_words,
    notices,
    understood,
)


@dataclass(frozen=True)
class Shown:
    """A picture as the page holds it."""

    address: str
    width: int
    height: int
    alt: str
    caption: str

    @classmethod
    def of(cls, picture: Picture, content: bytes) -> Shown:
        """The picture inside its own address, with its size so that the page does not jump."""
        width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        address = f"data:image/png;base64,{base64.b64encode(content).decode()}"
        return cls(address, width, height, picture.display.describe(), picture.caption)


def make_report(
    estimator: Any,
    X_held: Any,
    *,
    labels: Any = None,
    measures: Mapping[str, float] | None = None,
    data: Mapping[str, Any] | None = None,
    command: str | None = None,
    environment: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    verdicts: Sequence[Verdict] | None = None,
) -> str:
    """One self-contained HTML page about a fitted estimator.

    X_held: the rows that pictures show, best rows that were held out, with their labels. measures: flat, name
    -> number, as `ledger` gives them, with or without a prefix that says of which rows (test_, held_out_,
    train_). data: where the data came from (`Source.to_json`). command: the command line that fitted it.
    environment: of the fit; this one unless given. notes: further sentences that stand at the top. verdicts: all that
    the doctor says (`vaekit.doctor.examine`), in place of what the history says by itself.
    """
    content = report_files(
        estimator,
        X_held,
        labels=labels,
        measures=measures,
        data=data,
        command=command,
        environment=environment,
        notes=notes,
        verdicts=verdicts,
    )
    return content["report.html"].decode()


def report_files(
    estimator: Any,
    X_held: Any,
    *,
    labels: Any = None,
    measures: Mapping[str, float] | None = None,
    data: Mapping[str, Any] | None = None,
    command: str | None = None,
    environment: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    verdicts: Sequence[Verdict] | None = None,
) -> dict[str, bytes]:
    """The page and its pictures as files of a run: "report.html", "pictures/samples.png" ...; drawn once."""
    drawn = gallery(estimator, X_held, labels, (data or {}).get("class_names"))
    content = {name: picture.png for name, picture in drawn.items()}
    tables = measured(estimator, measures or {})
    parts = parts_of(estimator)
    name = str((data or {}).get("name") or "")
    html = render(
        "report.html.j2",
        title=f"{type(estimator).__name__} on {name}" if name else type(estimator).__name__,
        lead=f"{model_in_words(estimator)}, fitted on {data_in_words(estimator)}.",
        figures=_key_figures(estimator, tables),
        notices=notices(estimator, tables, notes, verdicts),
        examined=examined(verdicts),
        pictures={name: Shown.of(picture, content[name]) for name, picture in drawn.items()},
        tables=tables,
        story=how_it_went(estimator),
        understood=understood(estimator, data),
        columns=columns_of(estimator, X_held),
        column_count=math.prod(estimator.treatment_.event_shape),
        log=estimator.log_,
        parts=parts,
        settings=settings_of(estimator),
        command=command,
        code=python_lines(estimator, data),
        seeded=estimator.random_state is not None,
        citations=citations(parts),
        environment=dict(this_environment() if environment is None else environment),
    )
    return {"report.html": html.encode()} | {
        f"pictures/{picture.file}": content[name] for name, picture in drawn.items()
    }


@dataclass(frozen=True)
class Figure:
    """A number that stands large at the top."""

    name: str
    value: str
    error: str
    unit: str


def _key_figures(estimator: Any, tables: Sequence[Measured]) -> list[Figure]:
    """The score, what codes carry, and how long it took, of the first set of rows."""
    found = []
    if tables:
        lines = [tables[0].find(key) for key in ("elbo", "reconstruction", "kl", "active_units")]
        found = [
            Figure(line.name, line.value_written, line.error_written, line.unit)
            for line in lines
            if line is not None
        ]
    epochs = len(estimator.history_)
    kept = f"the weights of epoch {estimator.best_epoch_} are kept" if epochs else "none was finished"
    return [*found, Figure("epochs", f"{epochs:,}", "", kept)]


@cache
def _templates() -> jinja2.Environment:
    """The templates of this folder; what comes from outside is escaped."""

    def text_of(name: str) -> str:
        return files("vaekit.report").joinpath(name).read_text(encoding="utf-8")

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(text_of),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, **content: Any) -> str:
    """A page from the template of this name."""
    return _templates().get_template(name).render(version=__version__, **content)
