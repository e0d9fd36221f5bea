"""The pictures of a report: which ones a model has, and the caption under each."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.measure.ledger import ACTIVE_NATS
from vaekit.plots.aggregated_posterior import AggregatedPosterior
from vaekit.plots.analogy import Analogy
from vaekit.plots.anomaly_scores import AnomalyScores
from vaekit.plots.correlations import Correlations
from vaekit.plots.display import Display
from vaekit.plots.examples import Look
from vaekit.plots.imputation_intervals import ImputationIntervals
from vaekit.plots.kl_per_unit import KLPerUnit
from vaekit.plots.latent_map import LatentMap
from vaekit.plots.learning_curves import LearningCurves
from vaekit.plots.reconstructions import Reconstructions
from vaekit.plots.samples import ROWS_OF_A_TABLE, Samples
from vaekit.plots.style import png
from vaekit.plots.traversals import Traversals
from vaekit.plots.two_samples import TwoSamples


@dataclass(frozen=True)
class Picture:
    """A drawn display with the name of its file and what is written below it."""

    name: str
    display: Display
    caption: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.png"

    @property
    def png(self) -> bytes:
        """Its bytes."""
        return png(self.display.figure_)


def gallery(
    estimator: Any, X: Any, labels: Any = None, class_names: Sequence[str] | None = None
) -> dict[str, Picture]:
    """All pictures that a fitted estimator has, by name, drawn from the rows X.

    A model that cannot sample has no samples, a model without densities no KL.
    """
    named = None if labels is None else _named(labels, class_names)
    with without_name_warnings():
        c, sampled = estimator.as_condition(labels, class_names), None
        if hasattr(estimator, "sample"):
            sampled = _sampled_under(estimator, X, labels, class_names)
        drawn = list(_draw(estimator, X, named, c, sampled))
    return {picture.name: picture for picture in drawn}


def pictures(estimator: Any, X: Any, labels: Any = None) -> dict[str, bytes]:
    """The pictures of a fitted estimator as files: name -> PNG, from "samples.png" to "learning-curves.png".

    X are the rows to show, best rows that were held out; labels, one a row, mark the codes.
    """
    return {picture.file: picture.png for picture in gallery(estimator, X, labels).values()}


def _draw(
    estimator: Any, X: Any, labels: Array | None, c: Any, sampled: dict[str, Any] | None
) -> Iterator[Picture]:
    """c: the condition of X; sampled: how samples are drawn, or None for a model that has none."""
    if sampled is not None:
        samples = Samples.from_estimator(estimator, X, **sampled)
        by_class = "" if samples.across is None else _BY_CLASS
        yield Picture("samples", samples, _SAMPLES[samples.look.picture is not None] + by_class)
        told = hasattr(estimator, "analogy") and _labels_of(estimator) is not None
        if samples.look.picture is not None and told:
            yield Picture("analogy", Analogy.from_estimator(estimator), _ANALOGY)
    reconstructions = Reconstructions.from_estimator(estimator, X, c=c)
    yield Picture(
        "reconstructions", reconstructions, _RECONSTRUCTIONS[reconstructions.look.picture is not None]
    )
    if reconstructions.look.picture is None:
        yield from _of_tables(estimator, X, c, sampled is not None)
    else:
        under = "" if c is None else " All of them are decoded under the condition of the first row."
        yield Picture("traversals", Traversals.from_estimator(estimator, X, c=c), _TRAVERSALS + under)
    if hasattr(estimator, "offset_") and hasattr(estimator, "score_samples"):
        yield Picture("anomaly-scores", AnomalyScores.from_estimator(estimator, X, c=c), _ANOMALIES)
    codes = LatentMap.from_estimator(estimator, X, labels, c=c)
    yield Picture("latent-map", codes, _caption_of_map(codes))
    if sampled is not None and len(codes.codes) >= FEWEST_FOR_HOLES:
        yield Picture("aggregated-posterior", AggregatedPosterior.from_estimator(estimator, X, c=c), _HOLES)
    if hasattr(estimator, "score_samples") and hasattr(estimator, "kl_per_unit"):
        yield Picture("kl-per-unit", KLPerUnit.from_estimator(estimator, X, c=c), _KL)
    yield Picture("learning-curves", LearningCurves.from_estimator(estimator), _CURVES)


def _of_tables(estimator: Any, X: Any, c: Any, samples: bool) -> Iterator[Picture]:
    """What only tables have. samples: whether the model has any."""
    if samples:
        with suppress(DataError):  # fewer than two columns that change have no correlation
            yield Picture("correlations", Correlations.from_estimator(estimator, X, c=c), _CORRELATIONS)
        if len(X) >= FEWEST_TO_TELL_APART:
            yield Picture("two-samples", TwoSamples.from_estimator(estimator, X, c=c), _TWO_SAMPLES)
    if estimator.missing == "mask" and hasattr(estimator, "impute_interval"):
        intervals = ImputationIntervals.from_estimator(estimator, X, c=c)
        yield Picture("imputation-intervals", intervals, _INTERVALS)


def _labels_of(estimator: Any) -> Any:
    """The classes that a model is conditioned on, or None."""
    learned = getattr(estimator, "condition_", None)
    return None if learned is None or learned.labels is None else learned.labels.classes[:MOST_CLASSES]


def _sampled_under(estimator: Any, X: Any, labels: Any, class_names: Any) -> dict[str, Any]:
    """Which condition samples are drawn under: a row of pictures a class, else the conditions of the rows X."""
    if getattr(estimator, "condition_", None) is None:
        return {}
    classes, pictures = _labels_of(estimator), Look.of(estimator).picture is not None
    if pictures and classes is not None:
        c = [label for label in classes for _ in range(OF_A_CLASS)]
        return {"n": len(c), "c": c, "across": OF_A_CLASS, "names": [*map(str, _named(classes, class_names))]}
    if estimator.condition_.unlabelled:
        return {}
    given = estimator.conditions_of(X, labels, class_names)
    n = OF_A_CLASS**2 if pictures else ROWS_OF_A_TABLE
    rows = np.resize(np.arange(len(X)), n)
    if isinstance(given, Mapping):
        return {"n": n, "c": {name: np.asarray(values)[rows] for name, values in given.items()}}
    return {"n": n, "c": np.asarray(given)[rows]}


FEWEST_FOR_HOLES = 50
FEWEST_TO_TELL_APART = 50
OF_A_CLASS = 8
MOST_CLASSES = 10
_BY_CLASS = " Each row is of one class."
_ANALOGY = (
    "One code a row, decoded as every class: what the code holds is the style, and the class is what it is told. The "
    "first column is the class that the style is compared with."
)
_SAMPLES = {
    True: "Pictures that the model made up. Each is the mean of p(x | z) at a code z drawn from the prior, "
    "not a draw from p(x | z).",
    False: "Each panel is a column: filled, the rows of the data; the line, rows that the model made up "
    "(draws from p(x | z), z from the prior). Where both agree, the model knows that column well.",
}
_RECONSTRUCTIONS = {
    True: "Examples and, below each, what the model gives back from its code: the mean of p(x | z).",
    False: "Each panel is a row: what it holds, and what the model gives back from its code, the mean of "
    "p(x | z).",
}
_TRAVERSALS = (
    "One latent value a row, moved alone from one end of its range over the data to the other, the one that tells most "
    "first; all others stay at their mean. A row in which nothing changes is a value that the decoder does not use."
)
_HOLES = (
    "Blue: where codes of the data lie, draws from q(z | x) over all rows shown (half, 80 and 95 % of them). Dashed: "
    "the prior, where samples come from. A hatched hole is a place that it draws from and no row is near, so "
    "that samples from there are like nothing that was learned; holes of more latent values than the two shown stay "
    "unseen."
)
_CORRELATIONS = (
    "How strongly columns go together in the data and in as many samples: a square as large as the correlation, filled "
    "where it is positive, empty where it is negative; with columns of names it is never negative. Two panels that "
    "look alike are what one wants. Dotted: where they differ most."
)
_TWO_SAMPLES = (
    "Rows of the data and rows that the model made up, in the plane in which the data spread most. Below 0.6 a random "
    "forest hardly tells them apart; near 1 it always does, by something that may lie outside of this plane."
)
_INTERVALS = (
    "A quarter of the known cells were hidden to ask the model for them. Across: the truth; upwards: the interval that "
    "the model gives, which should cross the line. An interval that misses is drawn in another colour with a cross at "
    "the truth. Columns of names: how often the most probable one is right, beside always saying the most frequent."
)
_ANOMALIES = (
    "How probable the model finds the rows shown here: the lower, the stranger. Rows are counted from 0 among them; "
    "the number behind a value says by how many nats it is stranger than it is on average."
)
_KL = (
    f"What each latent value tells about a row, in nats: KL(q ‖ prior). Below {ACTIVE_NATS} nats it tells "
    "nothing, and the decoder makes no use of it. Below: how far the codes of different rows lie apart."
)
_CURVES = (
    "The loss is what training makes small; it is the weighted sum of the terms below it, in nats of the "
    "model's scaled values. A steep fall in the first epochs may leave the frame."
)


def _caption_of_map(codes: LatentMap) -> str:
    said = "Each point is the code of a row: the mean of q(z | x)."
    size = codes.codes.shape[1]
    if size > 2:
        said += f" The {size} latent values are projected on the plane in which codes spread most."
    if codes.prior is None:
        return said
    return (
        f"{said} Grey is the prior, where samples come from: bare grey gives samples unlike any row, and "
        "points off the grey are rows that are hardly ever sampled."
    )


def _named(labels: Any, class_names: Sequence[str] | None) -> Array:
    """Labels as names where whole numbers have names; -1 is unlabelled, as in scikit-learn."""
    values = np.asarray(labels)
    if not class_names or values.dtype.kind not in "iu":
        return values
    names = np.array([*map(str, class_names), "unlabelled"], dtype=object)
    in_range = (values >= -1) & (values < len(class_names))
    return names[np.where(in_range, values, -1)] if in_range.all() else values


@contextmanager
def without_name_warnings() -> Iterator[None]:
    """A report reads arrays whose columns are known by their place, which is not worth a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        yield
