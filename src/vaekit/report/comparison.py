"""Runs side by side on one page: their numbers on the same rows, what is different about them, and their pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaekit.measure.record import NORMAL_95, Measure
from vaekit.report.gallery import gallery
from vaekit.report.measures import Line
from vaekit.report.page import Shown, render
from vaekit.report.parts import written
from vaekit.report.words import data_in_words, model_in_words

BETTER = {"log_p": 1, "elbo": 1, "reconstruction": -1, "squared_error": -1}
"""Numbers of which more (1) or less (-1) is better; the others are facts."""

_TITLES = {
    "samples": "Samples",
    "analogy": "One style under every class",
    "reconstructions": "Data and reconstructions",
    "traversals": "What each latent value does",
    "anomaly-scores": "Scores, and the strangest rows",
    "latent-map": "Codes of the data",
    "aggregated-posterior": "The prior and the codes",
    "correlations": "How columns go together",
    "two-samples": "Data against samples",
    "imputation-intervals": "Hidden values",
    "kl-per-unit": "What each latent value tells",
    "learning-curves": "How the training went",
}


@dataclass(frozen=True)
class Side:
    """One run: what it is called, its estimator, its numbers (name -> Measure), and the command that made it or ""."""

    name: str
    estimator: Any
    numbers: Mapping[str, Measure]
    command: str = ""


@dataclass(frozen=True)
class Cell:
    """A number of a run as the table shows it. best: ahead of all others by more than their errors."""

    value: str
    error: str
    best: bool


@dataclass(frozen=True)
class Panels:
    """One kind of picture of every run that has it: (run, picture) in their order, and what it shows."""

    title: str
    caption: str
    shown: Sequence[tuple[str, Shown]]


def make_comparison(
    sides: Sequence[Side],
    X: Any,
    labels: Any = None,
    *,
    rows: str,
    told: Mapping[str, str],
    stability: Sequence[tuple[str, Measure]] = (),
    data: Mapping[str, Any] | None = None,
) -> str:
    """One self-contained HTML page about several runs.

    X: the rows that their pictures show, with their labels. rows: what their numbers are of, in words. told: name of a
    number -> what it is, in the order of the table. stability: (what it says, the number) of how alike the codes are.
    data: where the data came from (`Source.to_json`).
    """
    name = str((data or {}).get("name") or "")
    names = short_names([side.name for side in sides])
    runs = [
        {
            "name": short,
            "path": side.name,
            "lead": f"{model_in_words(side.estimator)}, fitted on {data_in_words(side.estimator)}.",
            "command": side.command,
        }
        for short, side in zip(names, sides, strict=True)
    ]
    return render(
        "comparison.html.j2",
        title=f"{len(sides)} runs{' on ' + name if name else ''}",
        rows=rows,
        runs=runs,
        lines=[(told[key], _cells(key, sides)) for key in told if any(key in side.numbers for side in sides)],
        reasons=[
            f"{short}, {told[key]}: {measure.reason}"
            for short, side in zip(names, sides, strict=True)
            for key, measure in side.numbers.items()
            if key == "log_p" and measure.reason
        ],
        settings=differences([side.estimator for side in sides]),
        stability=[(said, _cell(measure)) for said, measure in stability],
        panels=_panels(names, sides, X, labels, (data or {}).get("class_names")),
    )


def short_names(paths: Sequence[str]) -> list[str]:
    """The last part of each path, or all of it where two are the same."""
    last = [path.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1] for path in paths]
    return last if len(set(last)) == len(last) else list(paths)


def differences(estimators: Sequence[Any]) -> list[tuple[str, list[str]]]:
    """(a parameter, its value in each) of those in which estimators are not alike, the kind of model first."""
    kinds = [type(estimator).__name__ for estimator in estimators]
    params = [estimator.get_params(deep=False) for estimator in estimators]
    named = dict.fromkeys(key for each in params for key in each)
    lines = [("model", kinds)] + [
        (key, [written(each[key]) if key in each else "–" for each in params]) for key in named
    ]
    return [(key, values) for key, values in lines if len(set(values)) > 1]


def _cells(key: str, sides: Sequence[Side]) -> list[Cell | None]:
    measures = [side.numbers.get(key) for side in sides]
    first = best_of(measures, BETTER.get(key, 0))
    return [None if each is None else _cell(each, at == first) for at, each in enumerate(measures)]


def _cell(measure: Measure, best: bool = False) -> Cell:
    line = Line("", "", measure.value, measure.standard_error, "", "")
    return Cell(line.value_written, line.error_written, best)


def best_of(measures: Sequence[Measure | None], sign: int) -> int | None:
    """Which number is ahead of every other by more than 1.96 standard errors of both; None where none is.

    The rows are the same, so the error of a difference is mostly smaller than this: who is named is ahead.
    """
    there = [(at, each) for at, each in enumerate(measures) if each is not None and math.isfinite(each.value)]
    if not sign or len(there) < 2:
        return None
    at, best = max(there, key=lambda pair: sign * pair[1].value)
    for other, measure in there:
        error = math.hypot(best.standard_error or 0.0, measure.standard_error or 0.0)
        if other != at and sign * (best.value - measure.value) <= NORMAL_95 * error:
            return None
    return at


def _panels(
    names: Sequence[str], sides: Sequence[Side], X: Any, labels: Any, class_names: Any
) -> list[Panels]:
    drawn = [gallery(side.estimator, X, labels, class_names) for side in sides]
    found = []
    for name in dict.fromkeys(name for each in drawn for name in each):
        have = [(short, each[name]) for short, each in zip(names, drawn, strict=True) if name in each]
        shown = [(short, Shown.of(picture, picture.png)) for short, picture in have]
        found.append(Panels(_TITLES.get(name, name), have[0][1].caption, shown))
    return found
