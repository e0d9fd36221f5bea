"""A fitted estimator as the files of a run, and back. Names of the registry, never import paths.

spec.json has the estimator and its parts, data.json what was understood of the data, weights.safetensors every
tensor; `golden.*` are an input that was drawn, and its output when the model was saved, compared at load.
"""

from __future__ import annotations

import csv
import io
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

import vaekit
from vaekit.data.profile import Profile
from vaekit.data.treatment import Treatment
from vaekit.errors import ModelFileError
from vaekit.estimators.ae import AE
from vaekit.estimators.base import LatentEstimator
from vaekit.estimators.plain import NOT_KEPT, read_parameter, write_parameter
from vaekit.estimators.vae import VAE
from vaekit.kinds import Array
from vaekit.measure import Reader
from vaekit.model import make_model, make_penalties
from vaekit.run import from_json, read_checked, to_json, write_folder
from vaekit.spec import Sizes, Spec, build

FORMAT = 1
ESTIMATORS: dict[str, type[LatentEstimator]] = {"AE": AE, "VAE": VAE}
GOLDEN_ROWS = 4
PLACES = ("likelihood", "prior", "posterior", "bound", "penalties", "network")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SpecFile(_Strict):
    """spec.json."""

    format: Literal[1]
    vaekit: str
    estimator: str
    parameters: dict[str, Any]
    spec: dict[str, Any]
    event_shape: list[int]
    levels: int | None
    seed: int
    epochs: int
    best_epoch: int
    interrupted: bool
    diverged: str | None
    log: list[str]


class DataFile(_Strict):
    """data.json."""

    profile: dict[str, Any]
    treatment: dict[str, Any]
    features: int
    feature_names: list[str] | None
    split: dict[str, Any]
    source: dict[str, Any] | None


def files_of(estimator: Any, source: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """The files of a fitted estimator, name -> bytes. `source` says where the data came from (data.json)."""
    arrays: dict[str, Array] = {}
    parameters = {
        key: write_parameter(key, value, arrays)
        for key, value in estimator.get_params(deep=False).items()
        if key not in NOT_KEPT
    }
    spec = {"latent_dim": estimator.spec_.latent_dim} | {
        place: write_parameter(place, getattr(estimator.spec_, place), arrays) for place in PLACES
    }
    spec_file = SpecFile(
        format=1,
        vaekit=vaekit.__version__,
        estimator=type(estimator).__name__,
        parameters=parameters,
        spec=spec,
        event_shape=list(estimator.sizes_.event_shape),
        levels=estimator.sizes_.facts.get("levels"),
        seed=estimator.seed_,
        epochs=len(estimator.history_),
        best_epoch=estimator.best_epoch_,
        interrupted=estimator.interrupted_,
        diverged=estimator.diverged_,
        log=estimator.log_,
    )
    held = estimator.held_out_
    names = getattr(estimator, "feature_names_in_", None)
    data_file = DataFile(
        profile=_plain(asdict(estimator.profile_)),
        treatment=estimator.treatment_.to_json(),
        features=int(estimator.n_features_in_),
        feature_names=None if names is None else [str(name) for name in names],
        split={
            "rule": "a seeded permutation; its first rows are held out"
            if held is not None
            else "no row held out",
            "seed": estimator.seed_,
            "fraction": float(estimator.validation_fraction),
            "held_out": 0 if held is None else len(held),
        },
        source=None if source is None else dict(source),
    )
    return {
        "spec.json": to_json(spec_file.model_dump()),
        "data.json": to_json(data_file.model_dump()),
        "weights.safetensors": save_tensors(_tensors(estimator, arrays)),
        "history.csv": history_csv(estimator.history_),
        "environment.json": to_json(environment()),
    }


def save(estimator: Any, path: str | Path, force: bool = False) -> None:
    """Write a fitted estimator to the folder `path`."""
    write_folder(path, files_of(estimator), force=force)


def load(path: str | Path, *, device: str = "cpu", **own: Any) -> Any:
    """The estimator that `save` or `vaekit fit` wrote to `path`. Nothing in the folder is executed.

    A module or function of your own is handed back by the name of its place: load(path, network=MyNet()).
    Raises RunError when `path` is no run, ModelFileError when a file is damaged, foreign, from another version,
    or gives another output than when it was saved.
    """
    content = read_checked(path)
    spec_file = _parse(SpecFile, content["spec.json"], "spec.json")
    data_file = _parse(DataFile, content["data.json"], "data.json")
    try:
        tensors = load_tensors(content["weights.safetensors"])
    except (SafetensorError, ValueError) as error:
        raise ModelFileError(f"'{Path(path) / 'weights.safetensors'}' cannot be read: {error}.") from error
    if spec_file.estimator not in ESTIMATORS:
        raise ModelFileError(
            f"spec.json names the estimator '{spec_file.estimator}'; this version has: {', '.join(ESTIMATORS)}."
        )
    _refuse_absurd_sizes(spec_file, tensors)
    arrays = _below("parameter.", tensors)
    parameters = {key: read_parameter(key, value, arrays, own) for key, value in spec_file.parameters.items()}
    cls = ESTIMATORS[spec_file.estimator]
    unknown = set(parameters) - set(cls._get_param_names())
    if unknown:
        raise ModelFileError(
            f"spec.json has the parameter '{sorted(unknown)[0]}', which {cls.__name__} has not."
        )
    estimator = cls(**parameters)
    spec = Spec(
        latent_dim=int(spec_file.spec["latent_dim"]),
        **{place: read_parameter(place, spec_file.spec[place], arrays, own) for place in PLACES},
    )
    _restore(estimator, spec, spec_file, data_file, tensors)
    estimator.history_ = _read_history(content["history.csv"])
    _compare_golden(estimator, tensors, spec_file.vaekit)
    estimator.model_.to(torch.device(device))
    return estimator


def _restore(
    estimator: Any, spec: Spec, spec_file: SpecFile, data_file: DataFile, tensors: dict[str, Array]
) -> None:
    facts: dict[str, Any] = {} if spec_file.levels is None else {"levels": spec_file.levels}
    sizes = Sizes(tuple(spec_file.event_shape), spec.latent_dim, facts=facts)
    generator = torch.Generator().manual_seed(0)
    model = make_model(spec, sizes, generator)
    penalties = make_penalties(spec, sizes, generator)
    _fill(model, _below("model.", tensors))
    for i, penalty in enumerate(penalties):
        _fill(penalty, _below(f"penalty.{i}.", tensors))
    estimator.model_, estimator.penalties_ = model.eval(), penalties
    estimator.bound_ = build("bound", spec.bound)
    estimator.spec_, estimator.sizes_ = spec, sizes
    estimator.network_ = model.description
    estimator.profile_ = Profile(**_tuples(data_file.profile))
    estimator.treatment_ = Treatment.from_stored(data_file.treatment, _below("treatment.", tensors))
    estimator.held_out_ = tensors.get("held_out")
    estimator.seed_ = spec_file.seed
    estimator.n_iter_ = max(1, spec_file.epochs)
    estimator.best_epoch_, estimator.interrupted_ = spec_file.best_epoch, spec_file.interrupted
    estimator.diverged_ = spec_file.diverged
    estimator.log_ = spec_file.log
    estimator.n_features_in_ = data_file.features
    if data_file.feature_names is not None:
        estimator.feature_names_in_ = np.array(data_file.feature_names, dtype=object)
    estimator._n_features_out = spec.latent_dim


def _tensors(estimator: Any, arrays: Mapping[str, Array]) -> dict[str, Array]:
    found = {f"model.{name}": _numpy(t) for name, t in estimator.model_.state_dict().items()}
    for i, penalty in enumerate(estimator.penalties_):
        found |= {f"penalty.{i}.{name}": _numpy(t) for name, t in penalty.state_dict().items()}
    found |= {f"treatment.{name}": np.asarray(a) for name, a in estimator.treatment_.arrays().items()}
    found |= {f"parameter.{name}": a for name, a in arrays.items()}
    if estimator.held_out_ is not None:
        found["held_out"] = np.asarray(estimator.held_out_, dtype=np.int64)
    codes = np.random.default_rng(estimator.seed_).standard_normal((GOLDEN_ROWS, estimator.spec_.latent_dim))
    golden = _golden_output(estimator, codes)
    found |= {"golden.codes": codes, "golden.decoded": golden[0], "golden.encoded": golden[1]}
    return {name: np.array(array, order="C") for name, array in found.items()}


def _golden_output(estimator: Any, codes: Array) -> tuple[Array, Array]:
    """(decoded codes, codes of what was decoded): no row of the user's data has a part in it."""
    reader = Reader(estimator.model_, estimator.treatment_.event_shape, estimator.seed_)
    decoded = reader.decode(codes)
    domain = estimator.model_.likelihood.domain
    seen = np.round(decoded) if domain in ("binary", "counts", "categories", "levels") else decoded
    return decoded, reader.encode(np.nan_to_num(seen).astype(np.float32))


def _compare_golden(estimator: Any, tensors: Mapping[str, Array], version: str) -> None:
    found = _golden_output(estimator, tensors["golden.codes"])
    for name, now in zip(("golden.decoded", "golden.encoded"), found, strict=True):
        before = tensors[name]
        reach = 1e-4 * max(1e-3, float(np.abs(np.nan_to_num(before)).max(initial=0)))
        if before.shape != now.shape or not np.allclose(before, now, rtol=1e-4, atol=reach, equal_nan=True):
            raise ModelFileError(
                f"this model gives another output than when it was saved: it was written by vaekit {version} and is "
                f"read by vaekit {vaekit.__version__} with torch {torch.__version__}. Load it with the version that "
                "wrote it."
            )


def _fill(module: torch.nn.Module, stored: Mapping[str, Array]) -> None:
    wanted = module.state_dict()
    missing, extra = sorted(set(wanted) - set(stored)), sorted(set(stored) - set(wanted))
    if missing or extra:
        raise ModelFileError(
            f"the weights do not fit the model: missing {missing[:3] or 'none'}, not known {extra[:3] or 'none'}."
        )
    for name, tensor in wanted.items():
        if tuple(tensor.shape) != stored[name].shape:
            raise ModelFileError(
                f"weight '{name}' has shape {stored[name].shape}; the model wants {tuple(tensor.shape)}."
            )
        if not np.isfinite(stored[name]).all():
            raise ModelFileError(f"weight '{name}' holds values that are not finite.")
    module.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in stored.items()})


def _refuse_absurd_sizes(spec_file: SpecFile, tensors: Mapping[str, Array]) -> None:
    """A number in spec.json that no stored weight could bear out would only allocate memory."""
    stored = sum(array.size for array in tensors.values()) + 10_000
    sizes = [math.prod(spec_file.event_shape), *_integers(spec_file.spec)]
    if any(size > stored for size in sizes):
        raise ModelFileError(
            f"spec.json asks for a size of {max(sizes):,}, but only {stored - 10_000:,} values are stored; the file "
            "is damaged."
        )


def _integers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [n for v in value.values() for n in _integers(v)]
    if isinstance(value, list):
        return [n for v in value for n in _integers(v)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def _parse(kind: type[Any], content: bytes, name: str) -> Any:
    data = from_json(content, name)
    version = data.get("format")
    if name == "spec.json" and version != FORMAT:
        raise ModelFileError(
            f"spec.json has format {version!r}; this version of vaekit ({vaekit.__version__}) reads format {FORMAT}."
        )
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ModelFileError(
            f"{name} is not what vaekit writes: '{where}': {first['msg'].lower()}."
        ) from error


def history_csv(history: list[dict[str, float]]) -> bytes:
    """One line an epoch; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(key for row in history for key in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[repr(row[c]) if c in row else "" for c in columns] for row in history])
    return text.getvalue().encode()


def _read_history(content: bytes) -> list[dict[str, float]]:
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        return [{key: float(value) for key, value in row.items() if value} for row in rows]
    except (ValueError, TypeError, csv.Error) as error:
        raise ModelFileError(f"history.csv cannot be read: {error}.") from error


def environment() -> dict[str, Any]:
    """Versions and the machine, as they are kept with a run."""
    import scipy
    import sklearn

    return {
        "vaekit": vaekit.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
    }


def _below(prefix: str, tensors: Mapping[str, Array]) -> dict[str, Array]:
    return {name.removeprefix(prefix): array for name, array in tensors.items() if name.startswith(prefix)}


def _numpy(tensor: torch.Tensor) -> Array:
    return tensor.detach().cpu().contiguous().numpy()


def _plain(value: Any) -> Any:
    """Tuples as lists and non-finite numbers as None: what JSON holds."""
    return json.loads(json.dumps(value))


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
