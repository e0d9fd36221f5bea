"""A fitted model as the page runs it: decoder, encoder, what is shown of p(x | z), and the units of the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from vaekit.explorer.families import family_for_page, representation_for_page
from vaekit.explorer.pack import packed
from vaekit.explorer.rows import reader_of
from vaekit.explorer.steps import CannotRun, decoder_steps, encoder_steps, linear_steps
from vaekit.explorer.to_onnx import onnx_decoder, onnx_encoder
from vaekit.kinds import Array
from vaekit.likelihoods.decoded import DecodedLikelihood
from vaekit.posteriors.encoded import EncodedPosterior
from vaekit.posteriors.full_normal import FullNormalPosterior
from vaekit.posteriors.normal import LEAST_SCALE, SCALES, NormalPosterior
from vaekit.posteriors.point import PointPosterior

GRID_SIDE = 25
POSTERIORS: dict[type, str] = {
    NormalPosterior: "normal",
    FullNormalPosterior: "full-normal",
    PointPosterior: "point",
}


def model_for_page(estimator: Any, kind: str, as_onnx: bool = False) -> tuple[dict[str, Any], list[str]]:
    """(the model as `makeModel` of runtime.js reads it, sentences on what the page cannot do).

    kind: the type of the weights. as_onnx: networks are written for onnxruntime-web. "decoder" is None where the page
    cannot run it; `grid_for_page` then stands in.
    """
    model, sizes = estimator.model_, estimator.sizes_
    told: dict[str, Any] = {
        "size": sizes.event_size,
        "latentDim": sizes.latent_dim,
        "conditionDim": sizes.condition_dim,
        "decoderReadsCondition": bool(sizes.condition_dim) and "decoder" in model.condition,
        "encoderReadsCondition": bool(sizes.condition_dim) and "encoder" in model.condition,
        "treatment": _treatment(estimator.treatment_),
        "decoder": None,
        "encoder": None,
    }
    said = []
    better = "" if as_onnx else " Written with --runtime ort it may run it."
    try:
        told |= _decoder(model.likelihood, told, kind, as_onnx)
    except CannotRun as error:
        said.append(
            f"The page cannot run the decoder ({error}), so it shows pictures that were computed beforehand, on "
            f"a grid of {GRID_SIDE} places along each of two latent values; between them it shows the nearest."
            + better
        )
    try:
        told |= _encoder(model, told, kind, as_onnx)
    except CannotRun as error:
        said.append(f"The page cannot run the encoder ({error}), so nothing can be drawn or dropped on it.")
    if told["encoder"] is not None and estimator.treatment_.binarize in ("static", "dynamic"):
        said.append(
            "Training drew zeros and ones from the grey values; what is drawn or dropped here is encoded as it is."
        )
    return told, said


def _decoder(likelihood: Any, told: dict[str, Any], kind: str, as_onnx: bool) -> dict[str, Any]:
    if not isinstance(likelihood, DecodedLikelihood):
        raise CannotRun(type(likelihood).__name__)
    inputs = told["latentDim"] + (told["conditionDim"] if told["decoderReadsCondition"] else 0)
    steps = onnx_decoder if as_onnx else decoder_steps
    return {"family": family_for_page(likelihood), "decoder": steps(likelihood.decoder, inputs, kind)}


def _encoder(model: Any, told: dict[str, Any], kind: str, as_onnx: bool) -> dict[str, Any]:
    posterior, likelihood = model.posterior, model.likelihood
    form = POSTERIORS.get(type(posterior))
    if form is None or not isinstance(posterior, EncodedPosterior):
        raise CannotRun(f"posterior '{posterior.name}'")
    shape = tuple(likelihood.input_shape)
    layers = [posterior.head] if posterior.mix is None else [posterior.mix, posterior.head]
    condition = told["conditionDim"] if told["encoderReadsCondition"] else 0
    # Some encoders read the condition beside the example; of others, it joins the features.
    early = condition if getattr(posterior.encoder, "reads_condition", False) else 0
    features = int(posterior.encoder.features) + condition - early  # type: ignore[arg-type]
    steps = onnx_encoder if as_onnx else encoder_steps
    return {
        "encoder": steps(posterior.encoder, shape, kind, early),
        "head": linear_steps(layers, features, kind),
        "encoderInputs": math.prod(shape) + early,
        "conditionIsEarly": bool(early),
        "posterior": {"kind": form, "leastScale": _least_scale(posterior)},
        "represent": representation_for_page(likelihood),
    }


def _least_scale(posterior: EncodedPosterior) -> float | None:
    """What is added to the softplus that makes a scale, or None where the numbers are log-variances."""
    softplus = getattr(posterior, "log_variance", None) is SCALES["softplus"]
    return LEAST_SCALE if softplus else None


def _treatment(treatment: Any) -> dict[str, Any]:
    constant = np.broadcast_to(treatment.constant, treatment.event_shape)
    return {
        "offset": packed(_short(treatment.offset, treatment.event_shape), "float64"),
        "scale": packed(_short(treatment.scale, treatment.event_shape), "float64"),
        "constant": [int(at) for at in np.flatnonzero(constant)],
        "threshold": treatment.threshold if treatment.binarize == "threshold" else None,
    }


def _short(values: Array, shape: tuple[int, ...]) -> Array:
    """One number where all are the same, else one for each value of an example."""
    return values.reshape(1) if values.size == 1 else np.broadcast_to(values, shape).ravel()


def grid_for_page(
    estimator: Any, units: Sequence[int], reach: Sequence[tuple[float, float]], conditions: Sequence[Array]
) -> dict[str, Any]:
    """Examples decoded beforehand over one or two latent values, the others 0, for each condition.

    reach: (low, high) of each of these values. Pictures are stored in 256 steps between their ends.
    """
    axes = [np.linspace(low, high, GRID_SIDE) for low, high in reach]
    places = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)  # the first value moves fastest
    codes = np.zeros((len(places), estimator.sizes_.latent_dim))
    codes[:, list(units)] = places
    given = [{"c": np.repeat(np.asarray(c)[None], len(codes), axis=0)} for c in conditions] or [{}]
    decoded = np.concatenate([decoded_at(estimator, codes, **c) for c in given])
    base, top = float(decoded.min()), float(decoded.max())
    step = (top - base) / 255 or 1.0
    return {
        "units": [int(unit) for unit in units],
        "low": [float(low) for low, _ in reach],
        "high": [float(high) for _, high in reach],
        "side": GRID_SIDE,
        "items": packed(np.round((decoded - base) / step), "uint8"),
        "base": base,
        "step": step,
        "conditions": [[float(v) for v in c] for c in conditions],
    }


def decoded_at(estimator: Any, codes: Array, c: Array | None = None) -> Array:
    """(n, values) in the user's units at codes under a condition as the model reads it."""
    shown: Array = estimator.treatment_.to_user(reader_of(estimator, c).decode(codes))
    return shown.reshape(len(codes), -1)
