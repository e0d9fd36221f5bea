"""Every source of data by its name or path, or as it is given in Python.

A data set's name ("digits", "mnist") comes before a file of that name; write ./digits for the file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vaekit.data.arrays import read_array, read_npy, read_npz
from vaekit.data.dataset import read_dataset
from vaekit.data.delimited import read_csv
from vaekit.data.digits import read_digits
from vaekit.data.idx import is_idx_folder, read_idx, read_idx_folder
from vaekit.data.images import SUFFIXES, read_images
from vaekit.data.label_file import is_label_file, read_labels
from vaekit.data.manifest import is_shard_folder
from vaekit.data.mnist import read_mnist
from vaekit.data.pieces import Pieces
from vaekit.data.shards import read_shards, shard_files
from vaekit.data.source import Source, sha256_of_arrays
from vaekit.data.sprites import read_sprites
from vaekit.data.tables import is_frame, read_frame, read_parquet
from vaekit.errors import DataError, RunError, UnknownOption, VaekitError, suggestion

NAMED: dict[str, Callable[..., Source]] = {
    "digits": read_digits,
    "mnist": read_mnist,
    "sprites": read_sprites,
}
READERS: dict[str, Callable[..., Source]] = {
    "npy": read_npy,
    "npz": read_npz,
    "csv": read_csv,
    "parquet": read_parquet,
    "idx": read_idx,
    "idx folder": read_idx_folder,
    "images": read_images,
    "shards": read_shards,
}
_KINDS = {
    ".npy": "npy",
    ".npz": "npz",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_POSSIBLE = f"give {', '.join(NAMED)}, a file ({', '.join(_KINDS)}, or IDX), or a folder of images or shards"


def read(source: Any, **how: Any) -> Source:
    """The data at a source: a name, a path, or an array, frame or torch Dataset.

    `how` are the options of its reader: labels=, drop=, only= and words= for .csv, .parquet and frames; also header=,
    delimiter=, decimal=, quote=, encoding= and na= for .csv; x= and y= for .npz; size=, resize=, channels=,
    background= and skip_broken= for a folder of images; labels= may be a file of labels for each. Raises RunError
    for a file that is missing, foreign or damaged, DataError for contents that cannot be used, MissingExtra for
    .parquet without pyarrow.
    """
    if not isinstance(source, str | Path):
        reader = _reader_of_object(source)
        return replace(reader(source, **_checked(reader, how)), how={"reader": "python", "options": {}})
    if is_label_file(how.get("labels")):
        return _labelled(
            read(source, **{key: how[key] for key in how if key != "labels"}), Path(how["labels"])
        )
    if source in NAMED:
        return _named(str(source), how)
    path = Path(source).expanduser()
    return _from_path(path, _kind(path), how)


def reread(record: Mapping[str, Any]) -> Source:
    """The data that a run was fitted on, from the record that `Source.to_json` wrote.

    Raises RunError where they were given in Python, are gone, or have changed.
    """
    name, reader, options = record["name"], record["how"]["reader"], record["how"]["options"]
    cure = "give data with --data DATA."
    if reader not in NAMED and reader not in READERS:
        raise RunError(f"the data ('{name}') were given in Python and are not stored with the run; {cure}")
    if reader in READERS and not Path(record["path"]).exists():
        raise RunError(f"the data are gone: there is nothing at '{record['path']}' any more; {cure}")
    try:
        labels = options.get("labels")
        of_file = is_label_file(labels)
        left = {key: value for key, value in options.items() if not (of_file and key == "labels")}
        found = _named(reader, left) if reader in NAMED else _from_path(Path(record["path"]), reader, left)
        found = _labelled(found, Path(labels)) if of_file else found
    except VaekitError as error:
        raise RunError(f"the data ('{name}') cannot be read again: {error}") from error
    if found.sha256 != record["sha256"]:
        raise RunError(
            f"the data ('{name}') have changed since the fit: their SHA-256 is {found.sha256[:12]} and was "
            f"{record['sha256'][:12]}; {cure}"
        )
    return found


def _labelled(found: Source, labels: Path) -> Source:
    """The source with the labels of a file, which its record names."""
    y, class_names = read_labels(labels.expanduser(), found.rows)
    how = {**found.how, "options": {**found.how["options"], "labels": str(labels.expanduser().resolve())}}
    return replace(found, y=y, class_names=class_names, how=how)


def _named(name: str, how: Mapping[str, Any]) -> Source:
    found = NAMED[name](**_checked(NAMED[name], how))
    return replace(found, name=name, how={"reader": name, "options": dict(how)})


def _from_path(path: Path, reader: str, how: Mapping[str, Any]) -> Source:
    options = _checked(READERS[reader], how)
    try:
        found = READERS[reader](path, **options)
    except VaekitError:
        raise
    except OSError as error:
        told = error.strerror or error
        raise RunError(f"'{path}' cannot be read ({told}); check its permissions.") from error
    test = found.test and replace(found.test, name=f"{path.name} (test)")
    return replace(
        found, name=path.name, path=path.resolve(), how={"reader": reader, "options": dict(how)}, test=test
    )


def _kind(path: Path) -> str:
    """The name of the reader for a path, or a sentence that says what is possible."""
    if path.is_dir():
        return _kind_of_folder(path)
    if not path.exists():
        raise RunError(_missing(path))
    suffix = path.suffix.lower()
    if suffix in _KINDS:
        return _KINDS[suffix]
    if "ubyte" in path.name or suffix == ".idx":
        return "idx"
    if suffix in SUFFIXES:
        raise DataError(f"'{path}' is one image; give the folder that holds the images.")
    raise DataError(f"'{path}' is of a kind that is not known; {_POSSIBLE}.")


def _kind_of_folder(folder: Path) -> str:
    if is_idx_folder(folder):
        return "idx folder"
    if is_shard_folder(folder):
        return "shards"
    if shard_files(folder) and not any(file.suffix.lower() in SUFFIXES for file in folder.rglob("*")):
        raise DataError(
            f"folder '{folder}' holds {len(shard_files(folder))} .npz or .parquet files and no manifest.json that says "
            f"which; write one with `vaekit shard {folder}`, or vaekit.write_manifest('{folder}')."
        )
    return "images"


def _missing(path: Path) -> str:
    beside = [file.name for file in path.parent.glob("[!.]*")]
    near = suggestion(path, NAMED) or suggestion(path.name, beside)
    return f"no data set, file or folder is called '{path}'; {_POSSIBLE}.{near}"


def _reader_of_object(given: Any) -> Callable[..., Source]:
    if isinstance(given, Pieces):
        return _read_pieces
    if is_frame(given):
        return read_frame
    if isinstance(given, list | tuple) or hasattr(given, "__array__") or hasattr(given, "toarray"):
        return read_array
    if hasattr(given, "__getitem__") or hasattr(given, "__iter__"):
        return read_dataset
    raise DataError(f"X is a {type(given).__name__}; give an array, a frame, a Dataset, a name or a path.")


def _read_pieces(given: Pieces) -> Source:
    """Rows on disk, given in Python."""
    return Source(X=given, sha256=sha256_of_arrays(given), name="pieces", feature_names=given.columns)


def _checked(reader: Callable[..., Source], how: Mapping[str, Any]) -> dict[str, Any]:
    """The options, when the reader has them all."""
    parameters = inspect.signature(reader).parameters.values()
    known = [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    for option in how:
        if option not in known:
            raise UnknownOption(
                f"this kind of data has no option '{option}'; it has: {', '.join(known) or 'none'}."
                f"{suggestion(option, known)}"
            )
    return dict(how)
