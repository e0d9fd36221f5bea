"""From the files of a run to the fitted estimator. Nothing in a file is believed before it is checked.

A file that was made to harm can at worst be refused: names are looked up in tables, sizes are compared with
the weights that are there, and every tensor has one place, one shape and one type.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vaekit import __version__
from vaekit.data.codec import Codec
from vaekit.data.condition import Condition
from vaekit.data.profile import Profile
from vaekit.data.schema import Schema
from vaekit.data.treatment import Treatment
from vaekit.errors import ModelFileError, UnknownOption, suggestion
from vaekit.estimators.aae import AAE
from vaekit.estimators.ae import AE
from vaekit.estimators.allowance import Allowance
from vaekit.estimators.base import LatentEstimator
from vaekit.estimators.cluster import ClusterAAE
from vaekit.estimators.cvae import CVAE
from vaekit.estimators.golden import compare as compare_golden
from vaekit.estimators.outlier import OutlierVAE
from vaekit.estimators.plain import NOT_KEPT, marked, read_parameter, refuse_missing_own
from vaekit.estimators.semi_supervised import SemiSupervisedAAE, SemiSupervisedVAE
from vaekit.estimators.stored import ConditionFile, DataFile, SpecFile, parse, read_history
from vaekit.estimators.tabular import TabularVAE
from vaekit.estimators.tensors import Tensors, fill, held_out, kept_arrays, same_names, treatment_arrays
from vaekit.estimators.vae import VAE
from vaekit.machine import choose_device
from vaekit.model import make_model, make_penalties
from vaekit.run import read_checked
from vaekit.spec import Sizes, Spec, build
from vaekit.train.epochs import History

ESTIMATORS: dict[str, type[LatentEstimator]] = {
    cls.__name__: cls
    for cls in (AAE, AE, CVAE, ClusterAAE, OutlierVAE, SemiSupervisedAAE, SemiSupervisedVAE, TabularVAE, VAE)
}
LARGEST_OPTION = 10_000


def load(path: str | Path, *, device: str = "cpu", **own: Any) -> Any:
    """The estimator that `save` or `vaekit fit` wrote to `path`. Nothing in the folder is executed.

    A module or function of your own is handed back by the name of its place, as the estimator was given it:
    load(path, network=MyNet()). Raises RunError when `path` is no run, ModelFileError when a file is damaged,
    foreign, from another version, or gives another output than when it was saved.
    """
    on = choose_device(device)
    content = read_checked(path)
    spec_file = parse(SpecFile, content["spec.json"], "spec.json")
    data_file = parse(DataFile, content["data.json"], "data.json")
    tensors = Tensors(content["weights.safetensors"])
    with _told(path, own):
        _check_own(spec_file, own)
        _refuse_absurd_sizes(spec_file, tensors.size)
        estimator = _estimator(spec_file, tensors, own)
        _make(estimator, spec_file, tensors, own)
        _restore_data(estimator, data_file, tensors)
        for name, array in kept_arrays(tensors.below("kept."), estimator.kept_arrays).items():
            setattr(estimator, name, array if array.ndim else float(array))
        estimator.history_ = History(read_history(content["history.csv"], spec_file.epochs))
        compare_golden(estimator, tensors.below("golden."), spec_file.vaekit)
        tensors.refuse_rest()
    estimator.model_.to(on)
    for penalty in estimator.penalties_:
        penalty.to(on)
    return estimator


@contextmanager
def _told(path: str | Path, own: Mapping[str, Any]) -> Iterator[None]:
    """Whatever a file makes fail as a ModelFileError; what the user's own modules say is left as it is."""
    try:
        yield
    except Exception as error:
        if own or isinstance(error, ModelFileError):
            raise
        raise ModelFileError(
            f"'{path}' holds no model that vaekit {__version__} can make: {str(error)[:300]}"
        ) from error


def _check_own(spec_file: SpecFile, own: Mapping[str, Any]) -> None:
    """Every place of the user's own is given back, and no other."""
    stored = {**spec_file.parameters, **spec_file.spec.model_dump()}
    places = [place for place, value in stored.items() if any(marked(value, "own"))]
    for given in own:
        if given not in places:
            raise UnknownOption(
                f"load(path, {given}=...) is not possible: this model has nothing of your own there; it has: "
                f"{', '.join(places) or 'none'}.{suggestion(given, places)}"
            )
    refuse_missing_own(stored, own)


def _refuse_absurd_sizes(spec_file: SpecFile, stored: int) -> None:
    """One number that no stored weight could bear out is named; for their products see `Allowance`."""
    sizes = [
        math.prod(spec_file.event_shape),
        spec_file.condition_dim,
        *_integers(spec_file.spec.model_dump()),
    ]
    largest = max(*sizes, len(sizes))
    if largest > stored + LARGEST_OPTION:
        raise ModelFileError(
            f"spec.json asks for a size of {f'{largest:,}'[:40]}, but only {stored:,} values are stored; the file is "
            "damaged."
        )


def _integers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [n for v in value.values() for n in _integers(v)]
    if isinstance(value, list):
        return [n for v in value for n in _integers(v)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def _estimator(spec_file: SpecFile, tensors: Tensors, own: Mapping[str, Any]) -> Any:
    """The estimator as it was before fit, with the resolved spec."""
    if spec_file.estimator not in ESTIMATORS:
        raise ModelFileError(
            f"spec.json names the estimator '{spec_file.estimator[:80]}'; this version has: "
            f"{', '.join(ESTIMATORS)}."
        )
    cls = ESTIMATORS[spec_file.estimator]
    known = set(cls._get_param_names()) - set(NOT_KEPT)
    unknown = sorted(set(spec_file.parameters) - known)
    if unknown:
        raise ModelFileError(
            f"spec.json has the parameter '{unknown[0][:80]}', which a file of {cls.__name__} has not."
        )
    arrays = tensors.below("parameter.")
    places = spec_file.spec.model_dump()
    same_names("arrays of parameters", marked([spec_file.parameters, places], "array"), arrays)
    parameters = {key: read_parameter(key, value, arrays, own) for key, value in spec_file.parameters.items()}
    estimator: Any = cls(**parameters)
    estimator._validate_params()
    estimator.spec_ = Spec(
        **{place: read_parameter(place, value, arrays, own) for place, value in places.items()}
    )
    return estimator


def _make(estimator: Any, spec_file: SpecFile, tensors: Tensors, own: Mapping[str, Any]) -> None:
    """The model with its weights, and what fit told of it."""
    spec = estimator.spec_
    facts: dict[str, Any] = {} if spec_file.levels is None else {"levels": spec_file.levels}
    sizes = Sizes(tuple(spec_file.event_shape), spec.latent_dim, spec_file.condition_dim, facts)
    generator = torch.Generator().manual_seed(0)
    # What the user's own modules allocate is the user's.
    with nullcontext() if own else Allowance(tensors.size, tensors.count):
        model = make_model(spec, sizes, generator)
        penalties = make_penalties(spec, sizes, generator)
    fill(model, tensors.below("model."))
    for i, penalty in enumerate(penalties):
        fill(penalty, tensors.below(f"penalty.{i}."))
    estimator.model_, estimator.penalties_ = model.eval(), penalties
    estimator.bound_ = build("bound", spec.bound)
    estimator.sizes_, estimator.network_ = sizes, model.description
    estimator.seed_, estimator.log_ = spec_file.seed, spec_file.log
    estimator.n_iter_, estimator.best_epoch_ = max(1, spec_file.epochs), spec_file.best_epoch
    estimator.interrupted_, estimator.diverged_ = spec_file.interrupted, spec_file.diverged
    estimator._n_features_out = spec.latent_dim


def _restore_data(estimator: Any, data_file: DataFile, tensors: Tensors) -> None:
    """What was understood of the data, and which rows were held out."""
    treatment, event = data_file.treatment, list(estimator.sizes_.event_shape)
    taken = _restore_condition(estimator, data_file.condition, data_file.features)
    taken += _restore_schema(estimator, data_file.table, data_file.features)
    names = data_file.feature_names
    if not (
        treatment.event_shape == data_file.profile.event_shape == event
        and math.prod(treatment.user_shape) == math.prod(event) == data_file.features - taken
        and (names is None or len(names) == data_file.features)
        and len(data_file.profile.hidden) in (0, math.prod(event))
    ):
        raise ModelFileError(
            f"data.json speaks of examples of shape {treatment.event_shape}, {data_file.profile.event_shape} and "
            f"{data_file.features} values; the model reads {event}. The files do not belong together."
        )
    estimator.profile_ = Profile(**_tuples(data_file.profile.model_dump()))
    estimator.treatment_ = Treatment.from_stored(
        treatment.model_dump(), treatment_arrays(tensors.below("treatment."), tuple(event))
    )
    estimator.n_features_in_ = data_file.features
    if data_file.source is not None:
        estimator.source_ = data_file.source
    if names is not None:
        estimator.feature_names_in_ = np.array(names, dtype=object)
    estimator.held_out_ = held_out(
        tensors.below("held_out"), data_file.split.held_out, data_file.profile.rows
    )


def _restore_condition(estimator: Any, stored: ConditionFile | None, features: int) -> int:
    """What was learned of the condition; gives how many columns of X it takes."""
    wanted = estimator.sizes_.condition_dim
    if not estimator.learns_condition:
        if stored is not None:
            raise ModelFileError(f"data.json has a condition, which a {type(estimator).__name__} has not.")
        return 0
    if stored is None:
        raise ModelFileError(f"data.json lacks the condition of this {type(estimator).__name__}.")
    if any(
        column.kind == "labels" and not len(column.classes) == len(set(column.classes)) == len(column.shares)
        for column in stored.columns
    ):
        raise ModelFileError("data.json has a condition whose classes do not each have one share.")
    learned = Condition.from_stored(stored.model_dump(exclude={"taken_from"}))
    taken = stored.taken_from
    if learned.width != wanted:
        raise ModelFileError(
            f"the condition in data.json is {learned.width} numbers and the model reads {wanted}; the files do not "
            "belong together."
        )
    right = taken is None or (taken == sorted(set(taken)) and len(taken) == len(learned.columns))
    if (
        not right
        or (taken is not None) != (getattr(estimator, "condition", None) is not None)
        or max(taken or [0]) >= features
    ):
        raise ModelFileError("data.json takes the condition from columns that X cannot have.")
    estimator.condition_ = learned
    if isinstance(estimator, CVAE):
        estimator.condition_columns_ = taken
    elif learned.labels is None:
        raise ModelFileError(
            f"data.json has a condition that is not the labels of a {type(estimator).__name__}."
        )
    return 0 if taken is None else len(taken)


def _restore_schema(estimator: Any, stored: Mapping[str, Any] | None, features: int) -> int:
    """What was learned of the columns of a table; gives how many of them are not modelled."""
    if (stored is not None) != isinstance(estimator, TabularVAE):
        has = "has a schema" if stored is not None else "lacks the schema"
        raise ModelFileError(f"data.json {has} of a table, and the model is a {type(estimator).__name__}.")
    if stored is None:
        return 0
    schema = Schema.from_json(stored)
    if len(schema) != features:
        raise ModelFileError(f"data.json has {features} features and a schema of {len(schema)} columns.")
    estimator.schema_, estimator.codec_ = schema, Codec(schema)
    return features - len(schema.modelled)


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
