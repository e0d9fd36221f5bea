"""manifest.json of a folder of shards: how many rows of which kind stand in which file, and each file's SHA-256."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vaekit.errors import DataError

NAME = "manifest.json"
LARGEST = 32 * 2**20
_PLAIN = re.compile(r"[^/\\\0]+\.(npz|parquet)")
_LABELS = re.compile(r"[^/\\\0.][^/\\\0]*\.npy")

Count = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class ShardFile(_Strict):
    """One file of rows."""

    file: str
    rows: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LabelFile(_Strict):
    """A .npy file with the label of every row, which counts class_names where those are given (-1: unlabelled)."""

    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    class_names: list[str] | None


class Manifest(_Strict):
    """All files, in order. event: the shape of an example; columns: their names in a table."""

    format: Literal[1]
    rows: Count
    event: Annotated[list[Count], Field(min_length=1, max_length=3)]
    dtype: str
    columns: list[str] | None
    shards: Annotated[list[ShardFile], Field(min_length=1)]
    labels: LabelFile | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [shard.file for shard in self.shards]
        wrong = [name for name in names if not _PLAIN.fullmatch(name) or name.startswith(".")]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no name of a .npz or .parquet file beside it")
        if self.labels is not None and not _LABELS.fullmatch(self.labels.file):
            raise ValueError(f"{self.labels.file!r} is no name of a .npy file beside it")
        if len(set(names)) < len(names):
            raise ValueError("it names a file twice")
        if sum(shard.rows for shard in self.shards) != self.rows:
            raise ValueError("the rows of its files do not add up to its rows")
        if np.dtype(self.dtype).kind not in "buif":
            raise ValueError(f"dtype {self.dtype!r} is no kind of real number")
        if self.columns is not None and [len(self.columns)] != self.event:
            raise ValueError("it does not name every column")
        return self


def read_manifest(folder: Path) -> tuple[Manifest, bytes]:
    """(what the manifest of this folder says, its bytes). Raises DataError in words."""
    path = folder / NAME
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(
                f"'{path}' has {path.stat().st_size:,} bytes; a manifest has at most {LARGEST:,}."
            )
        content = path.read_bytes()
        return Manifest.model_validate_json(content), content
    except FileNotFoundError as error:
        raise DataError(
            f"'{folder}' has no {NAME}; write one with vaekit.write_manifest('{folder}'), or give a folder that "
            "vaekit.write_shards wrote."
        ) from error
    except OSError as error:
        raise DataError(f"'{path}' cannot be read ({error.strerror or error}).") from error
    except (ValidationError, TypeError) as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise DataError(f"'{path}' is not a manifest of shards: {told}; write it anew.") from error


def is_shard_folder(folder: Path) -> bool:
    """Whether this folder says that it holds shards."""
    return (folder / NAME).is_file()
