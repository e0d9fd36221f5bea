"""Which rows of the data a page holds, and what of each: its values, its code and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from vaekit.data.frame import is_frame
from vaekit.data.source import Source
from vaekit.explorer.pack import packed
from vaekit.kinds import Array
from vaekit.measure.reader import ROWS, Reader
from vaekit.plots.examples import Look, seen
from vaekit.plots.latent_map import LatentMap

SEED = 0


@dataclass(frozen=True)
class Chosen:
    """Rows for a page: X, their numbers in the data, labels or None, how many of them come first and are held out.

    names: of the classes that labels count, or None. held: "test" rows, rows "held_out", or all were "train"ed on.
    """

    X: Any
    numbers: Array
    labels: Array | None
    names: tuple[str, ...] | None
    held: Array
    held_name: str

    def __len__(self) -> int:
        return len(self.numbers)


def choose_rows(estimator: Any, source: Source, most: int, same: bool = True) -> Chosen:
    """At most `most` rows: those of a test part or held out first, then trained ones, each in a seeded order.

    same: whether these are the data of the fit, whose rows the estimator knows.
    """
    if source.test is not None and same:
        return _chosen(source.test, np.arange(source.test.rows), len(source.test.X), most, "test")
    rng = np.random.default_rng(SEED)
    everything = np.arange(source.rows)
    held = estimator.held_out_ if same and estimator.held_out_ is not None else everything[:0]
    trained = np.setdiff1d(everything, held)
    order = np.concatenate([rng.permutation(held), rng.permutation(trained)])
    return _chosen(
        source, order, len(held), most, "held_out" if len(held) else "train" if same else "given", False
    )


def same_rows(estimator: Any, source: Source, chosen: Chosen) -> Chosen:
    """The rows chosen for a model, as another one of the same data reads them, which may have held out others."""
    if chosen.held_name == "test" and source.test is not None:
        return replace(chosen, X=_rows_at(source.test, chosen.numbers))
    known = estimator.held_out_
    held = np.isin(chosen.numbers, [] if known is None else known)
    name = "held_out" if held.any() else "train"
    return replace(chosen, X=_rows_at(source, chosen.numbers), held=held, held_name=name)


def _chosen(source: Source, order: Array, held: int, most: int, name: str, shuffle: bool = True) -> Chosen:
    if shuffle:
        order = np.random.default_rng(SEED).permutation(order)
    numbers = order[:most].astype(np.int64)
    labels = None if source.y is None else np.asarray(source.y)[numbers]
    X = _rows_at(source, numbers)
    return Chosen(X, numbers, labels, source.class_names, np.arange(len(numbers)) < held, name)


def _rows_at(source: Source, numbers: Array) -> Any:
    """X of the rows of these numbers."""
    X = source.X.iloc[numbers] if hasattr(source.X, "iloc") else source.X[numbers]
    return X if is_frame(X) else np.asarray(X)


def rows_for_page(estimator: Any, chosen: Chosen, c: Array | None) -> dict[str, Any]:
    """What the page holds of the rows: numbers, held, items, codes, spreads, and labels where there are any."""
    codes, spreads = codes_of(estimator, chosen.X, c)
    told: dict[str, Any] = {
        "count": len(chosen),
        "heldName": chosen.held_name,
        "numbers": packed(chosen.numbers, "int32"),
        "held": packed(chosen.held, "uint8"),
        "items": _items(estimator, chosen.X),
        "codes": packed(codes, "float32"),
        "spreads": None if spreads is None else packed(spreads, "float32"),
        "conditions": None if c is None else packed(c, "float32"),
    }
    return told | {"labels": _labels(chosen)}


def codes_of(estimator: Any, X: Any, c: Array | None) -> tuple[Array, Array | None]:
    """(means of q (n, L), its standard deviations (n, L) or None where they are not known)."""
    rows, reader = model_values(estimator, X), reader_of(estimator, c)
    codes = reader.encode(rows)
    if getattr(estimator.model_.posterior, "name", "") not in ("normal", "full-normal"):
        return codes, None
    spreads = []
    with torch.no_grad():
        for start in range(0, len(rows), ROWS):
            stop = start + ROWS
            q = reader.model.encode(reader.tensor(rows[start:stop]), reader.c_of(start, stop))
            spreads.append(q.variance.sqrt().cpu().double().numpy())
    return codes, np.concatenate(spreads)


def kl_per_unit(estimator: Any, X: Any, c: Array | None) -> Array | None:
    """The mean KL of each latent value, (L,), nats; None for a model without densities."""
    if not hasattr(estimator, "score_samples"):
        return None
    found: Array = (
        reader_of(estimator, c).kl_groups(model_values(estimator, X), estimator.score_draws).mean(0)
    )
    return found


def model_values(estimator: Any, X: Any) -> Array:
    """X as the encoder reads it: in the model's units, binarised as fit did."""
    treatment = estimator.treatment_
    x: Array = treatment.to_model(estimator._examples(X))
    return np.asarray(treatment.fixed_draw(x)) if treatment.binarize == "dynamic" else x


def reader_of(estimator: Any, c: Array | None) -> Reader:
    """Reads the model under a condition (n, C) as the model takes it, or None."""
    return Reader(estimator.model_, estimator.treatment_.event_shape, estimator.seed_).given(c)


def _items(estimator: Any, X: Any) -> dict[str, Any]:
    """The rows as the model sees them: {base, step, values}, pictures in 256 steps, tables as they are."""
    values = seen(estimator, X)
    flat = values.reshape(len(values), -1)
    look = Look.of(estimator)
    if look.picture is None:
        kind = "float64" if hasattr(estimator, "codec_") else "float32"  # times would lose their seconds
        return {"base": 0.0, "step": 1.0, "values": packed(flat, kind)}
    low, high = min(look.low, float(flat.min())), max(look.high, float(flat.max()))
    whole = float(high - low).is_integer() and high - low <= 255 and bool((flat == np.round(flat)).all())
    step = 1.0 if whole else (high - low) / 255 or 1.0
    return {"base": low, "step": step, "values": packed(np.round((flat - low) / step), "uint8")}


def _labels(chosen: Chosen) -> dict[str, Any] | None:
    """{"kind": "classes", names, values} or {"kind": "numbers", low, high, values}; None without labels."""
    if chosen.labels is None or not len(chosen):
        return None
    labels = chosen.labels
    classes = LatentMap(np.zeros((len(labels), 2)), labels).classes
    if classes is None:
        known = labels.astype(float)
        known = np.where(np.isfinite(known), known, np.nanmean(known))
        return {
            "kind": "numbers",
            "low": float(known.min()),
            "high": float(known.max()),
            "values": packed(known, "float32"),
        }
    classes = [value for value in classes if not _unlabelled(value)]
    place = {value: at for at, value in enumerate(classes)}
    values = np.array([place.get(value, 255) for value in labels.tolist()])
    return {
        "kind": "classes",
        "names": [_name(value, chosen.names) for value in classes],
        "values": packed(values, "uint8"),
    }


def _unlabelled(value: Any) -> bool:
    return isinstance(value, int) and value == -1


def _name(value: Any, names: tuple[str, ...] | None) -> str:
    named = names is not None and isinstance(value, int) and 0 <= value < len(names)
    return str(names[value]) if named and names is not None else str(value)
