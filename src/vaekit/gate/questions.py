"""The questions, each with the model's answer and those of simple methods on the same rows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from vaekit.doctor.patient import Patient
from vaekit.gate.answer import Answer, Asked, Beside
from vaekit.gate.columns import are_categories, are_counted
from vaekit.kinds import Array
from vaekit.likelihoods.scale import LearnedScale
from vaekit.measure import baselines
from vaekit.measure.baselines import flat, mean_imputation
from vaekit.measure.likelihood import log_likelihood
from vaekit.measure.probes import codes_and_labels, probe_hits, told_anomalous

DRAWS = 200
MOST_ROWS = 500
"""Rows that log p(x) is estimated on: every row costs DRAWS passes of the decoder."""
RARE = 0.2
"""Two classes of which the rarer is at most this share of the rows are read as usual and strange rows."""
MOST_OF_ONE_LAW = 60
"""Columns of which one normal law is fitted to rows with holes, which takes the cube of their number for every row."""
FEWEST_OF_A_CLASS = 4

UNTRAINED = "the same network, untrained"
SIMPLER = "For this task take the simple method, or fit a model that is made for it."
MORE = "more numbers in a code (--latent-dim), a larger network (--network mlp:hidden=256,256) or more epochs"


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
    shift = estimator.treatment_.log_jacobian_of(x)
    notes = [f"estimated from {draws} random codes a row", *([found.reason] if found.reason else [])]
    if c is not None:
        beside: dict[str, Array] = {}
        notes.append(
            "it is told the condition of each row, and simple models are not, so none stands beside it"
        )
    else:
        laws, of_laws = _simple_laws(patient, x)
        beside = {law: scores + shift for law, scores in laws.items()}
        notes += of_laws
    untrained = patient.reader(patient.untrained, c).scores(
        x, estimator.bound_, max(estimator.score_draws, estimator.bound_.samples)
    )
    beside[UNTRAINED] = untrained + shift
    kind = "log p(x | c)" if c is not None else "log p(x)"
    told = f"{kind}{', at least' * bool(found.reason)}: the probability of a row, as a logarithm"
    ours = found.rows + shift
    return Asked(
        name, question, told, "nats a row", ours, beside, "higher", tuple(notes), _sharper(estimator)
    ).answered()


def _simple_laws(patient: Patient, x: Array) -> tuple[dict[str, Array], list[str]]:
    """(log p(x) under simple laws of the rows that were trained on, what a reader must know of them)."""
    train, test = flat(patient.seen[0]), flat(x)
    counted = are_counted(patient.model.likelihood, test.shape[1])
    holes = bool(np.isnan(train).any() or np.isnan(test).any())
    notes = ["where values are missing, it is of those that are there"] if holes else []
    if counted.any():
        notes.append("PCA and mixtures give densities, which do not compare with probabilities")
        of_values = train[:, counted]
        whole = bool((np.isnan(of_values) | (of_values == np.round(of_values))).all())
        alone = (
            {"every value drawn by itself": baselines.independent_values(train, test, counted)}
            if whole
            else {}
        )
        return alone, notes
    notes.append(
        "only differences say something: a density changes with the units of the data, and may be above 0"
    )
    if holes:
        return _laws_with_holes(train, test, counted), notes
    size = patient.estimator.spec_.latent_dim
    return {
        f"probabilistic PCA, {size} components": baselines.probabilistic_pca(train, test, size),
        "a mixture of normal densities": baselines.mixture_density(train, test, patient.estimator.seed_),
    }, notes


def _laws_with_holes(train: Array, test: Array, counted: Array) -> dict[str, Array]:
    found = {"every value drawn by itself, normally": baselines.independent_values(train, test, counted)}
    if test.shape[1] <= MOST_OF_ONE_LAW:
        with suppress(np.linalg.LinAlgError):  # columns that follow from others have no density together
            found["one normal law of all columns"] = baselines.one_normal_density(train[:MOST_ROWS], test)
    return found


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
    x, c = patient.judges
    train, test = flat(patient.seen[0]), flat(x)
    far = ~are_categories(patient.model.likelihood, test.shape[1])
    if not far.any():
        return Answer(name, question, None, "lower", skipped="categories have no distance")
    scale = np.broadcast_to(patient.estimator.treatment_.scale, x.shape[1:]).ravel()
    notes = () if far.all() else ("columns of categories have no distance and are left out",)

    def error(back: Array) -> Array:
        away = np.where(far & ~np.isnan(test), (flat(back) - test) * scale, 0.0)
        return np.asarray((away**2).sum(1))

    def rebuilt(model: Any) -> Array:
        reader = patient.reader(model, c)
        return error(reader.decode(reader.encode(x)))

    whole, asked = mean_imputation(train, train), mean_imputation(train, test)
    by_pca = np.where(far, whole.mean(0), asked)
    by_pca[:, far] = baselines.pca_reconstruction(whole[:, far], asked[:, far], size)
    beside = {
        f"PCA, {size} components": error(by_pca),
        "the mean row": error(np.broadcast_to(whole.mean(0), test.shape)),
        UNTRAINED: rebuilt(patient.untrained),
    }
    told = "squared error, summed over a row"
    unit, remedy = "squared units of the data", f"Try {MORE}."
    return Asked(name, question, told, unit, rebuilt(None), beside, "lower", notes, remedy).answered()


def classes(patient: Patient, labels: Array | None, way: str) -> Answer:
    """How often the class of a row is read off its code. way: "nearest" or "linear"."""
    told = {"nearest": "by its 5 nearest codes", "linear": "by straight cuts between the codes"}[way]
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
    size, train = patient.estimator.spec_.latent_dim, flat(patient.seen[0])
    whole, asked = mean_imputation(train, train), mean_imputation(train, flat(x))

    def hits(codes: Array) -> Array:
        return probe_hits(*codes_and_labels(codes[known], y[known]), way, patient.estimator.seed_)

    beside = {
        f"PCA, {size} components": hits(baselines.pca_codes(whole, asked, size)),
        "all values of the row": hits(asked),
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
    train, seed = flat(patient.seen[0]), patient.estimator.seed_
    test, train = mean_imputation(train, flat(x)), mean_imputation(train, train)
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
