"""A run is a folder: written whole or not at all, and read without ever executing what it holds.

Files are checked against SHA256SUMS, which the ordinary `sha256sum -c` reads too.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import math
import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vaekit.errors import ModelFileError, OutputExists, RunError

SUMS = "SHA256SUMS"
MARK = "spec.json"
CHECKED = ("spec.json", "data.json", "weights.safetensors", "history.csv", "environment.json")
ENOUGH_FOR_A_RUN = (MARK, "weights.safetensors", SUMS)
LARGEST_JSON = 32 * 2**20

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_TRIES = 100


def refuse_existing(path: Path, force: bool) -> None:
    """OutputExists unless `path` is free, or is a run and force is set."""
    if not os.path.lexists(path):
        return
    if not force:
        raise OutputExists(
            f"'{path}' exists; choose another place, or replace the run that is there with force (--force)."
        )
    if path.is_symlink() or not all(os.path.isfile(path / name) for name in ENOUGH_FOR_A_RUN):
        raise OutputExists(
            f"'{path}' exists and is not a run, so it is not replaced even with force; choose another place."
        )


def write_folder(path: str | Path, files: Mapping[str, bytes], force: bool = False) -> Path:
    """Write these files (relative name -> bytes) as a new folder, in one rename; returns the path.

    With force, a run that is there is exchanged for the new one in one step. Raises OutputExists, or RunError
    when the disk is full or the place cannot be written; nothing half-written is left.
    """
    path = Path(path)
    refuse_existing(path, force)
    staging = _beside(path)
    try:
        # Where the parent is a file, making a folder in it says so.
        with suppress(FileExistsError):
            staging.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir()
        for name, content in _with_sums(files).items():
            (staging / name).parent.mkdir(exist_ok=True)
            _write_synced(staging / name, content)
        for folder in {(staging / name).parent for name in files} | {staging}:
            _sync_folder(folder)
        _put_in_place(staging, path, force)
        _sync_folder(staging.parent)
    except OSError as error:
        if isinstance(error, RunError):
            raise
        raise RunError(
            f"'{path}' could not be written: {error.strerror or error}. Nothing was changed there."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return path


def write_file(path: str | Path, content: bytes) -> None:
    """Write one file, of a run or of its own, in one rename. Raises RunError; what was there is then as it was."""
    path = Path(path)
    staging = _beside(path)
    try:
        _write_synced(staging, content)
        os.replace(staging, path)
    except OSError as error:
        raise RunError(
            f"'{path}' could not be written: {error.strerror or error}. Nothing was changed there."
        ) from error
    finally:
        with suppress(OSError):
            staging.unlink(missing_ok=True)


def read_checked(folder: str | Path) -> dict[str, bytes]:
    """The files of a run that make its model, name -> bytes, each checked against its SHA-256.

    Raises RunError when the folder is no run, ModelFileError, naming the file, when one is missing, changed,
    or no ordinary file.
    """
    folder = Path(folder)
    if not os.path.isdir(folder):
        what = "is not a folder" if os.path.lexists(folder) else "does not exist"
        raise RunError(f"'{folder}' {what}; a run is a folder that `vaekit fit` or `save` wrote.")
    if not os.path.lexists(folder / MARK):
        raise RunError(
            f"'{folder}' is not a run: it has no {MARK}. A run is a folder that `vaekit fit` or `save` wrote."
        )
    sums = _read_sums(folder)
    content = {}
    for name in CHECKED:
        largest = LARGEST_JSON if name.endswith(".json") else None
        content[name] = read_plain(folder / name, largest)
        found = hashlib.sha256(content[name]).hexdigest()
        if sums.get(name) != found:
            raise ModelFileError(
                f"'{folder / name}' is not what was saved: it has {len(content[name]):,} bytes with the SHA-256 "
                f"{found[:12]}..., and {SUMS} says {str(sums.get(name))[:12]}...; the file is damaged or was "
                "changed. Take a copy, or fit again."
            )
    return content


def read_plain(path: Path, largest: int | None = None) -> bytes:
    """The bytes of an ordinary file of at most `largest` bytes; links, pipes and devices are refused."""
    flags = (getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    try:
        opened = os.open(path, os.O_RDONLY | sum(flags))
    except OSError as error:
        why = "it is a link, which is not followed" if error.errno == errno.ELOOP else error.strerror
        raise ModelFileError(f"'{path}' cannot be read: {why}.") from error
    try:
        state = os.fstat(opened)
        if not stat.S_ISREG(state.st_mode):
            raise ModelFileError(f"'{path}' is not an ordinary file.")
        if largest is not None and state.st_size > largest:
            raise _too_large(str(path), state.st_size)
        with os.fdopen(opened, "rb", closefd=False) as file:
            return file.read()
    except (MemoryError, OverflowError) as error:
        raise ModelFileError(
            f"'{path}' cannot be read: {state.st_size:,} bytes are more than memory holds."
        ) from error
    finally:
        os.close(opened)


def to_json(value: Any) -> bytes:
    """Readable JSON; NaN and infinity are refused, since JSON has none."""
    content = (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    if len(content) > LARGEST_JSON:
        raise RunError(
            f"a description of {len(content):,} bytes is not written: a JSON file of a run has at most "
            f"{LARGEST_JSON:,}. Give the data without column names, or fewer columns."
        )
    return content


def from_json(content: bytes, name: str) -> dict[str, Any]:
    """Strict JSON: one object, no doubled keys, no NaN or infinity, of a size that a run can have."""
    if len(content) > LARGEST_JSON:
        raise _too_large(name, len(content))
    try:
        value = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"'{name}' is not the JSON of a run: {str(error)[:200]}.") from error
    if not isinstance(value, dict):
        raise ModelFileError(
            f"'{name}' is not the JSON of a run: it holds a {type(value).__name__}, not an object."
        )
    return value


def _too_large(name: str, size: int) -> ModelFileError:
    return ModelFileError(f"'{name}' has {size:,} bytes; a JSON file of a run has at most {LARGEST_JSON:,}.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is larger than a number can be")
    return number


def _with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files and their sums: of a run those that make its model, of any other folder all of them."""
    names = CHECKED if MARK in files else sorted(files)
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names if name in files]
    return {**files, SUMS: "".join(lines).encode()}


def _read_sums(folder: Path) -> dict[str, str]:
    if not os.path.lexists(folder / SUMS):
        raise ModelFileError(
            f"'{folder}' has no {SUMS}, so it cannot be known whether its files are whole; take a copy that has "
            "it, or fit again."
        )
    lines = read_plain(folder / SUMS, LARGEST_JSON).decode("utf-8", "replace").splitlines()
    pairs = [line.split("  ", 1) for line in lines if "  " in line]
    return {name: digest for digest, name in pairs}


def _beside(path: Path) -> Path:
    """A free name in the same folder; what it becomes gets the modes of the user's umask, as any new file."""
    return path.absolute().parent / f".vaekit-{secrets.token_hex(8)}"


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Ask the disk to keep the folder's names; where folders cannot be synced, the rename is what there is."""
    with suppress(OSError):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _put_in_place(staging: Path, path: Path, force: bool) -> None:
    """staging becomes path; a run that was there becomes staging, which the caller removes.

    Another process may save to the same place: what it puts there or takes away in between means another try.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            if os.path.lexists(path):
                refuse_existing(path, force)
                _swap(staging, path)
            else:
                os.rename(staging, path)  # fails where something has come there since
            return
        except OSError as error:
            if not tries_left or error.errno not in (errno.ENOENT, errno.EEXIST, errno.ENOTEMPTY):
                raise


def _swap(staging: Path, path: Path) -> None:
    """The two folders take each other's place; where the system cannot do it in one step, in two."""
    if _exchange(staging, path):
        return
    aside = staging.with_name(staging.name + ".old")
    os.rename(path, aside)
    try:
        os.rename(staging, path)
    except OSError:
        with suppress(OSError):  # another process has put a run of its own there
            os.rename(aside, path)
        raise
    finally:
        if os.path.lexists(path):
            shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step where the system can (Linux)."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
