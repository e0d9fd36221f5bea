"""A fitted estimator as the files of a run. Names of the registry, never import paths.

spec.json has the estimator and its parts, data.json what was understood of the data, weights.safetensors every
tensor. The way back is `load`.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import save as save_tensors

from vaekit import __version__
from vaekit.data.schema import Schema
from vaekit.errors import SpecError
from vaekit.estimators.golden import golden
from vaekit.estimators.plain import NOT_KEPT, write_parameter
from vaekit.estimators.restore import ESTIMATORS, load
from vaekit.estimators.stored import (
    FORMAT,
    ConditionFile,
    DataFile,
    PlacesFile,
    ProfileFile,
    SpecFile,
    SplitFile,
    TreatmentFile,
    history_csv,
)
from vaekit.kinds import Array
from vaekit.run import to_json, write_folder

__all__ = ["environment", "files_of", "load", "save"]


def save(estimator: Any, path: str | Path, force: bool = False) -> None:
    """Write a fitted estimator to the folder `path`."""
    write_folder(path, files_of(estimator), force=force)


def files_of(estimator: Any, source: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """The files of a fitted estimator, name -> bytes. `source` says where the data came from (data.json); without
    it that is what the file said from which the estimator was loaded."""
    if type(estimator) not in ESTIMATORS.values():
        raise SpecError(
            f"a {type(estimator).__name__} cannot be saved, since it could not be read back; there are: "
            f"{', '.join(ESTIMATORS)}. Save its parts, or pickle it."
        )
    arrays: dict[str, Array] = {}
    spec_file = _spec_file(estimator, arrays)
    return {
        "spec.json": to_json(spec_file.model_dump()),
        "data.json": to_json(
            _data_file(estimator, source or getattr(estimator, "source_", None)).model_dump()
        ),
        "weights.safetensors": _weights(estimator, arrays),
        "history.csv": history_csv(estimator.history_),
        "environment.json": to_json(environment()),
    }


def _spec_file(estimator: Any, arrays: dict[str, Array]) -> SpecFile:
    """spec.json; arrays among the parameters are put into `arrays`."""
    parameters = {
        key: write_parameter(key, value, arrays)
        for key, value in estimator.get_params(deep=False).items()
        if key not in NOT_KEPT
    }
    if parameters.get("schema") is not None and not isinstance(estimator.schema, Schema):
        # The path of a file, which may be gone when the model is loaded.
        parameters["schema"] = write_parameter("schema", estimator.schema_, arrays)
    places = {
        place: write_parameter(place, getattr(estimator.spec_, place), arrays)
        for place in PlacesFile.model_fields
    }
    return SpecFile(
        format=FORMAT,
        vaekit=__version__,
        estimator=type(estimator).__name__,
        parameters=parameters,
        spec=PlacesFile(**places),
        event_shape=list(estimator.sizes_.event_shape),
        levels=estimator.sizes_.facts.get("levels"),
        condition_dim=estimator.sizes_.condition_dim,
        seed=estimator.seed_,
        epochs=len(estimator.history_),
        best_epoch=estimator.best_epoch_,
        interrupted=estimator.interrupted_,
        diverged=estimator.diverged_,
        log=estimator.log_,
    )


def _data_file(estimator: Any, source: Mapping[str, Any] | None) -> DataFile:
    held = estimator.held_out_
    names = getattr(estimator, "feature_names_in_", None)
    rule = "no row held out" if held is None else "a seeded permutation; its first rows are held out"
    return DataFile(
        profile=ProfileFile(**_lists(asdict(estimator.profile_))),
        treatment=TreatmentFile(**estimator.treatment_.to_json()),
        features=int(estimator.n_features_in_),
        feature_names=None if names is None else [str(name) for name in names],
        split=SplitFile(
            rule=rule,
            seed=estimator.seed_,
            fraction=float(estimator.validation_fraction),
            held_out=0 if held is None else len(held),
        ),
        condition=_condition_file(estimator),
        table=schema.to_json() if (schema := getattr(estimator, "schema_", None)) is not None else None,
        source=None if source is None else dict(source),
    )


def _condition_file(estimator: Any) -> ConditionFile | None:
    """What an estimator learned of its condition, or None."""
    learned = getattr(estimator, "condition_", None)
    if learned is None:
        return None
    return ConditionFile(**learned.to_json(), taken_from=getattr(estimator, "condition_columns_", None))


def _weights(estimator: Any, arrays: Mapping[str, Array]) -> bytes:
    """weights.safetensors: the model, what learns beside it, the treatment, what else is kept, the golden output."""
    found = {f"model.{name}": _numpy(name, t) for name, t in estimator.model_.state_dict().items()}
    for i, penalty in enumerate(estimator.penalties_):
        found |= {f"penalty.{i}.{name}": _numpy(name, t) for name, t in penalty.state_dict().items()}
    found |= {f"treatment.{name}": np.asarray(a) for name, a in estimator.treatment_.arrays().items()}
    found |= {f"parameter.{name}": a for name, a in arrays.items()}
    found |= {f"kept.{name}": np.asarray(getattr(estimator, name), float) for name in estimator.kept_arrays}
    found |= {f"golden.{name}": a for name, a in golden(estimator).items()}
    if estimator.held_out_ is not None:
        found["held_out"] = np.asarray(estimator.held_out_, dtype=np.int64)
    try:
        content: bytes = save_tensors({name: np.array(array, order="C") for name, array in found.items()})
    except SafetensorError as error:
        raise SpecError(f"an array of the parameters cannot be saved: {error}") from error
    return content


def environment() -> dict[str, Any]:
    """Versions and the machine, as they are kept with a run."""
    import scipy
    import sklearn

    return {
        "vaekit": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
    }


def _numpy(name: str, tensor: torch.Tensor) -> Array:
    try:
        array: Array = tensor.detach().cpu().numpy()
    except TypeError as error:
        raise SpecError(f"weight '{name}' cannot be saved as {tensor.dtype}; use float32.") from error
    return array


def _lists(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}
