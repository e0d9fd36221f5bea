"""What the files of a run hold beside tensors: spec.json, data.json and history.csv, value by value.

Reading is strict: an unknown key, another type or another format is a ModelFileError that names it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vaekit import __version__
from vaekit.errors import ModelFileError
from vaekit.run import from_json

FORMAT: Final = 1

Count = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Shape = Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=8)]


class _Strict(BaseModel):
    # Built when a file is first read or written: it takes longer than all of our modules take to import.
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class PlacesFile(_Strict):
    """The parts of the model, after 'auto' was resolved."""

    latent_dim: Annotated[int, Field(ge=1)]
    likelihood: Any
    prior: Any
    posterior: Any
    bound: Any
    penalties: list[Any]
    network: Any
    condition: Annotated[list[Literal["encoder", "decoder", "prior"]], Field(max_length=3)]
    denoise: Any = None
    missing: Literal["error", "mask"] = "error"


class SpecFile(_Strict):
    """spec.json."""

    format: Literal[1]
    vaekit: str
    estimator: str
    parameters: dict[str, Any]
    spec: PlacesFile
    event_shape: Shape
    levels: Count | None
    condition_dim: Count
    seed: Seed
    epochs: Count
    best_epoch: Count
    interrupted: bool
    diverged: str | None
    log: list[str]


class ProfileFile(_Strict):
    """vaekit.data.profile.Profile."""

    kind: str
    reason: str
    rows: Count
    event_shape: Shape
    low: float
    high: float
    levels: Count | None
    constant: list[Count]
    too_few: bool
    hidden: list[Annotated[float, Field(ge=0, le=1)]] = []
    dispersion: float | None = None


class TreatmentFile(_Strict):
    """vaekit.data.treatment.Treatment without its arrays."""

    event_shape: Shape
    user_shape: Shape
    measure: Literal["density", "mass"]
    description: str
    binarize: Literal["threshold", "static", "dynamic"] | None
    threshold: float | None
    seed: Seed


class SplitFile(_Strict):
    """Which rows were held out: the rule in words and how many; their numbers stand beside the weights."""

    rule: str
    seed: Seed
    fraction: float
    held_out: Count


class LabelsFile(_Strict):
    """vaekit.data.condition.Labels."""

    kind: Literal["labels"]
    name: str | None
    classes: Annotated[list[int] | list[bool] | list[str], Field(min_length=1)]
    shares: list[Annotated[float, Field(gt=0, le=1)]]


class RealsFile(_Strict):
    """vaekit.data.condition.Reals."""

    kind: Literal["real"]
    name: str | None
    mean: Annotated[float, Field(allow_inf_nan=False)]
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ConditionFile(_Strict):
    """vaekit.data.condition.Condition, and the columns of X that it is taken from (null: y was the condition)."""

    columns: Annotated[
        list[Annotated[LabelsFile | RealsFile, Field(discriminator="kind")]], Field(min_length=1)
    ]
    unlabelled: bool
    taken_from: list[Count] | None


class DataFile(_Strict):
    """data.json."""

    profile: ProfileFile
    treatment: TreatmentFile
    features: Count
    feature_names: list[str] | None
    split: SplitFile
    condition: ConditionFile | None = None
    table: dict[str, Any] | None = None
    """The schema of a table of many kinds, as `Schema.to_json` writes it."""
    source: dict[str, Any] | None


Kind = TypeVar("Kind", bound=BaseModel)


def parse(kind: type[Kind], content: bytes, name: str) -> Kind:
    """The JSON file `name` as a value of its kind."""
    data = from_json(content, name)
    if kind is SpecFile:
        _refuse_other_format(data)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(step)[:80] for step in first["loc"])
        raise ModelFileError(
            f"{name} is not what vaekit writes: '{where}': {first['msg'].lower()[:200]}."
        ) from error


def _refuse_other_format(data: Mapping[str, Any]) -> None:
    version = data.get("format")
    if version != FORMAT:
        raise ModelFileError(
            f"spec.json has format {str(version)[:20]} (written by vaekit {str(data.get('vaekit'))[:20]}); vaekit "
            f"{__version__} reads format {FORMAT}. Load it with the version that wrote it."
        )


def history_csv(history: list[dict[str, float]]) -> bytes:
    """One line an epoch; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(key for row in history for key in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[repr(float(row[c])) if c in row else "" for c in columns] for row in history])
    return text.getvalue().encode()


def read_history(content: bytes, epochs: int) -> list[dict[str, float]]:
    """The inverse, for so many epochs."""
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        history = [{key: float(value) for key, value in row.items() if value} for row in rows]
    except (ValueError, TypeError, csv.Error) as error:
        raise ModelFileError(f"history.csv cannot be read: {str(error)[:200]}.") from error
    if len(history) != epochs:
        raise ModelFileError(
            f"history.csv has {len(history):,} rows, and spec.json speaks of {epochs:,} epochs; the files do not "
            "belong together."
        )
    return history
