"""The questions, each with the model's answer and those of simple methods on the same rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vaekit.doctor.patient import Patient
from vaekit.errors import VaekitError
from vaekit.gate.answer import Answer, Asked, Beside
from vaekit.kinds import Array
from vaekit.likelihoods.scale import LearnedScale
from vaekit.measure import baselines
from vaekit.measure.likelihood import log_likelihood
from vaekit.measure.probes import codes_and_labels, probe_hits, told_anomalous

DRAWS = 200
MOST_ROWS = 500
"""Rows that log p(x) is estimated on: every row costs DRAWS passes of the decoder."""
RARE = 0.2
"""Two classes of which the rarer is at most this share of the rows are read as usual and strange rows."""
HIDDEN = 0.2
"""Share of the values that are hidden to be filled in again."""
FEWEST_OF_A_CLASS = 4

UNTRAINED = "the same network, untrained"
SIMPLER = "For this task take the simple method, or fit a model that is made for it."
MORE = "more numbers in a code (--latent-dim), a larger network (--network mlp:hidden=256,256) or more epochs"


def _flat(rows: Array) -> Array:
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)


def density(patient: Patient) -> Answer:
    """How probable rows are under the model, and under simple models of the same rows."""
    name, question = "density", "How probable does it find such rows?"
    estimator = patient.estimator
    if not patient.has_density:
        return Answer(name, question, None, skipped="this model gives no probability of a row")
    if not patient.model.likelihood.normalised:
        why = f"likelihood '{patient.model.likelihood.name}' with relaxed=True gives no probability of a row"
        return Answer(name, question, None, skipped=why)
    x, c = patient.judges
    x, c = x[:MOST_ROWS], None if c is None else c[:MOST_ROWS]
    # Bounds that go round the classes take whole rounds.
    draws = -(-DRAWS // estimator.bound_.samples) * estimator.bound_.samples
    found = log_likelihood(patient.reader(None, c), x, draws)
    shift = estimator.treatment_.log_jacobian
    beside: dict[str, Array] = {}
    notes = [f"estimated with {draws} random codes a row" + (f"; {found.reason}" if found.reason else "")]
    train, test = _flat(patient.seen[0]), _flat(x)
    mass = estimator.treatment_.measure == "mass"
    if c is not None:
        notes.append(
            "it is told the condition of each row, and simple models are not, so none stands beside it"
        )
    elif mass and bool((train == np.round(train)).all()):
        beside["every value drawn by itself"] = baselines.independent_values(train, test)
        notes.append("PCA and mixtures give densities, which do not compare with probabilities")
    elif mass:
        notes.append("PCA and mixtures give densities, which do not compare with probabilities")
    else:
        size = estimator.spec_.latent_dim
        beside[f"probabilistic PCA, {size} components"] = (
            baselines.probabilistic_pca(train, test, size) + shift
        )
        beside["a mixture of normal densities"] = (
            baselines.mixture_density(train, test, estimator.seed_) + shift
        )
        notes.append(
            "only differences say something: a density changes with the units of the data, and may be above 0"
        )
    untrained = patient.reader(patient.untrained, c).scores(
        x, estimator.bound_, max(estimator.score_draws, estimator.bound_.samples)
    )
    beside[UNTRAINED] = untrained + shift
    kind = "log p(x | c)" if c is not None else "log p(x)"
    told = f"{kind}, at least" if found.reason else kind
    ours = found.rows + shift
    return Asked(
        name, question, told, "nats a row", ours, beside, "higher", tuple(notes), _sharper(estimator)
    ).answered()


def _sharper(estimator: Any) -> str:
    """What may make rows more probable to this model."""
    likelihood = estimator.model_.likelihood
    shared = likelihood.name == "gaussian" and isinstance(likelihood.scale, LearnedScale)
    own = "a noise of its own for every value (--likelihood gaussian:scale=per-feature), " if shared else ""
    return f"Try {own}{MORE}."


def reconstruction(patient: Patient) -> Answer:
    """How far a row is from what the model rebuilds from its code."""
    size = patient.estimator.spec_.latent_dim
    name, question = "reconstruction", f"How well is a row rebuilt from {size} numbers?"
    if patient.model.likelihood.domain == "categories":
        return Answer(name, question, None, "lower", skipped="categories have no distance")
    x, c = patient.judges
    scale = np.broadcast_to(patient.estimator.treatment_.scale, x.shape[1:]).ravel()
    train, test = _flat(patient.seen[0]), _flat(x)

    def error(back: Array) -> Array:
        return np.asarray((((_flat(back) - test) * scale) ** 2).sum(1))

    def rebuilt(model: Any) -> Array:
        reader = patient.reader(model, c)
        return error(reader.decode(reader.encode(x)))

    beside = {
        f"PCA, {size} components": error(baselines.pca_reconstruction(train, test, size)),
        "the mean row": error(np.broadcast_to(train.mean(0), test.shape)),
        UNTRAINED: rebuilt(patient.untrained),
    }
    told = "squared error, summed over a row"
    unit, remedy = "squared units of the data", f"Try {MORE}."
    return Asked(name, question, told, unit, rebuilt(None), beside, "lower", (), remedy).answered()


def classes(patient: Patient, labels: Array | None, way: str) -> Answer:
    """How often the class of a row is read off its code. way: "nearest" or "linear"."""
    told = {"nearest": "by its 5 nearest codes", "linear": "by a straight cut through the codes"}[way]
    name, question = f"classes, {way}", f"Is the class of a row known from its code, {told}?"
    x, c = patient.judges
    if labels is None:
        return Answer(name, question, None, skipped="the data have no labels")
    y = labels[: len(x)]
    known = y != -1 if y.dtype.kind in "iu" else np.ones(len(y), dtype=bool)
    counts = np.unique(y[known], return_counts=True)[1]
    if len(counts) < 2 or counts.min() < FEWEST_OF_A_CLASS or len(counts) > len(y) / FEWEST_OF_A_CLASS:
        return Answer(
            name, question, None, skipped=f"the rows have {len(counts)} classes, some too rare to judge by"
        )
    size, train = patient.estimator.spec_.latent_dim, _flat(patient.seen[0])

    def hits(codes: Array) -> Array:
        return probe_hits(*codes_and_labels(codes[known], y[known]), way, patient.estimator.seed_)

    beside = {
        f"PCA, {size} components": hits(baselines.pca_codes(train, _flat(x), size)),
        "all values of the row": hits(_flat(x)),
        UNTRAINED: hits(patient.reader(patient.untrained, c).encode(x)),
    }
    ours = hits(patient.reader(None, c).encode(x))
    share = "share of rows put into their class"
    remedy = f"Try {MORE}; to tell classes, a model that learns from labels is the better tool."
    return Asked(name, question, share, "", ours, beside, "higher", (), remedy).answered()


def anomalies(patient: Patient, labels: Array | None) -> Answer:
    """Whether rows of the rarer of two classes look strange to the model."""
    name, question = "anomalies", "Does it find the rows of the rare class strange?"
    x, c = patient.judges
    y = np.zeros(0) if labels is None else labels[: len(x)]
    named, counts = np.unique(y, return_counts=True)
    if len(named) != 2 or counts.min() > RARE * len(y) or counts.min() < FEWEST_OF_A_CLASS:
        return Answer(name, question, None, skipped="the labels name no rare class beside a usual one")
    strange = y == named[counts.argmin()]
    train, test, seed = _flat(patient.seen[0]), _flat(x), patient.estimator.seed_
    reader = patient.reader(None, c)
    if patient.has_density:
        ours = -reader.scores(x, patient.estimator.bound_, patient.estimator.score_draws)
    else:
        ours = -reader.log_px(x, 1)
    area = told_anomalous(ours, strange)[0]
    found = []
    for told, scores in (
        ("distance to the 5th nearest row", baselines.neighbour_distance(train, test)),
        ("isolation forest", baselines.isolation(train, test, seed)),
    ):
        theirs = told_anomalous(scores, strange)[0]
        # Both are of the same rows; taken as independent, their difference has an error that is if anything too wide.
        error = float(np.hypot(area.standard_error or 0.0, theirs.standard_error or 0.0))
        found.append(Beside(told, theirs.value, theirs.standard_error, area.value - theirs.value, error))
    return Answer(name, question, area, "higher", tuple(found), ("0.5 is chance, 1 is always",), "", SIMPLER)


def imputation(patient: Patient, X: Any) -> Answer:
    """How near hidden values are filled in."""
    name, question = "imputation", "How near does it fill in values that are hidden?"
    fill: Callable[[Any], Any] | None = getattr(patient.estimator, "impute", None)
    rows = np.asarray(X)
    if fill is None:
        return Answer(name, question, None, "lower", skipped="this model does not fill in missing values")
    if rows.dtype.kind not in "fiu" or rows.ndim != 2:
        return Answer(
            name, question, None, "lower", skipped="hidden values are tried on tables of numbers only"
        )
    rows = rows[: len(patient.judges[0])].astype(np.float64)
    hidden = np.random.default_rng(patient.estimator.seed_).random(rows.shape) < HIDDEN
    holes = np.where(hidden, np.nan, rows)
    scale = np.where(np.nanstd(rows, axis=0) > 0, np.nanstd(rows, axis=0), 1.0)
    has = hidden.any(1)

    def error(filled: Any) -> Array:
        away = np.where(hidden, (np.asarray(filled, dtype=np.float64) - rows) / scale, 0.0)
        return np.asarray(((away**2).sum(1) / np.maximum(hidden.sum(1), 1))[has])

    try:
        ours = error(fill(holes))
    except VaekitError as refused:
        return Answer(name, question, None, "lower", skipped=str(refused))
    beside = {
        "the mean of the column": error(baselines.mean_imputation(holes, holes)),
        "regressions, column by column": error(
            baselines.iterative_imputation(holes, holes, patient.estimator.seed_)
        ),
    }
    told = "squared error of a hidden value, in standard deviations of its column"
    return Asked(name, question, told, "", ours, beside, "lower", (), SIMPLER).answered()
