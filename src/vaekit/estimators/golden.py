"""The golden output: what a model makes of an input that was drawn, kept with it and compared at load.

No row of the user's data has a part in it.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from vaekit import __version__
from vaekit.errors import ModelFileError
from vaekit.estimators.tensors import same_names
from vaekit.kinds import Array
from vaekit.measure import Reader

ROWS = 4
TOLERANCE = 1e-4


def golden(estimator: Any) -> dict[str, Array]:
    """Everything that the weights decide, of four codes that are drawn; float64, by name.

    codes (4, L); decoded (4, *event), in model units; of what was decoded: encoded (4, L) and log_px (4,);
    log_pz (4,) of the codes, where the prior has a density.
    """
    codes = np.random.default_rng(estimator.seed_).standard_normal((ROWS, estimator.spec_.latent_dim))
    reader = _reader(estimator)
    decoded = reader.decode(codes)
    return {"codes": codes, "decoded": decoded, **_answers(reader, codes, decoded)}


def compare(estimator: Any, stored: dict[str, Array], version: str) -> None:
    """ModelFileError, naming both versions, when the model gives another output than was stored with it."""
    codes, event = (ROWS, estimator.spec_.latent_dim), (ROWS, *estimator.sizes_.event_shape)
    shapes = {"codes": codes, "decoded": event, "encoded": codes, "log_px": (ROWS,), "log_pz": (ROWS,)}
    if not estimator.model_.prior.density:
        del shapes["log_pz"]
    same_names("golden tensors", shapes, stored)
    for name, shape in shapes.items():
        if stored[name].shape != shape or stored[name].dtype != np.float64:
            raise ModelFileError(f"the tensor 'golden.{name}' is not float64 of shape {shape}.")
    reader = _reader(estimator)
    # What was decoded then is encoded now: near one half, rounding would tell two machines apart.
    found = {"decoded": reader.decode(stored["codes"])}
    found |= _answers(reader, stored["codes"], stored["decoded"])
    if not all(_alike(stored[name], now) for name, now in found.items()):
        raise ModelFileError(
            f"this model gives another output than when it was saved: it was written by vaekit {version[:20]} and is "
            f"read by vaekit {__version__} with torch {torch.__version__}. Load it with the version that "
            "wrote it."
        )


def _answers(reader: Reader, codes: Array, decoded: Array) -> dict[str, Array]:
    rows = _as_data(reader.model.likelihood.domain, decoded)
    found = {"encoded": reader.encode(rows), "log_px": reader.log_px(rows, 1)}
    if reader.model.prior.density:
        found["log_pz"] = reader.log_pz(codes)
    return found


def _as_data(domain: str, decoded: Array) -> Array:
    """Means as an encoder may read them: whole numbers where data are whole numbers."""
    whole = domain in ("binary", "counts", "categories", "levels")
    return np.nan_to_num(np.round(decoded) if whole else decoded).astype(np.float32)


def _alike(before: Array, now: Array) -> bool:
    largest = float(np.abs(before[np.isfinite(before)]).max(initial=0))
    reach = TOLERANCE * max(1e-3, largest)
    return np.allclose(before, now, rtol=TOLERANCE, atol=reach, equal_nan=True)


def _reader(estimator: Any) -> Reader:
    """The model read on the CPU, where every machine gives the same."""
    on_cpu = all(tensor.device.type == "cpu" for tensor in estimator.model_.state_dict().values())
    model = estimator.model_ if on_cpu else copy.deepcopy(estimator.model_).cpu()
    width = estimator.sizes_.condition_dim
    c = np.random.default_rng([estimator.seed_, 1]).standard_normal((ROWS, width)) if width else None
    return Reader(model, estimator.treatment_.event_shape, estimator.seed_).given(c)
