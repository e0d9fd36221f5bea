"""A run is a folder: written whole or not at all, and read without ever executing what it holds.

Files are checked against SHA256SUMS, which the ordinary `sha256sum -c` reads too.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vaekit.errors import ModelFileError, OutputExists, RunError

SUMS = "SHA256SUMS"
MARK = "spec.json"
CHECKED = ("spec.json", "data.json", "weights.safetensors", "history.csv", "environment.json")
LARGEST_JSON = 32 * 2**20

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def refuse_existing(path: Path, force: bool) -> None:
    """OutputExists unless `path` is free, or is a run and force is set."""
    if not os.path.lexists(path):
        return
    is_run = path.is_dir() and not path.is_symlink() and (path / MARK).is_file()
    if force and is_run:
        return
    if force:
        raise OutputExists(
            f"'{path}' exists and is not a run, so it is not replaced even with force; choose another place."
        )
    raise OutputExists(
        f"'{path}' exists; choose another place, or replace the run that is there with force (--force)."
    )


def write_folder(path: str | Path, files: Mapping[str, bytes], force: bool = False) -> Path:
    """Write these files (relative name -> bytes) as a new folder, in one rename; returns the path.

    With force, a run that is there is exchanged for the new one in one step. Raises OutputExists, or RunError
    when the disk is full or the place cannot be written; nothing half-written is left.
    """
    path = Path(path)
    refuse_existing(path, force)
    parent = path.absolute().parent
    staging: Path | None = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", dir=parent))
        staging.chmod(0o755)
        for name, content in _with_sums(files).items():
            _write_synced(staging / name, content)
        _sync_folder(staging)
        _put_in_place(staging, path)
        _sync_folder(parent)
    except OSError as error:
        if isinstance(error, RunError):
            raise
        raise RunError(
            f"'{path}' could not be written: {error.strerror or error}. Nothing was left there."
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
    return path


def write_file(path: str | Path, content: bytes) -> None:
    """Write one file of a run, in one rename."""
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise RunError(
            f"'{path}' could not be written: {error.strerror or error}. It is as it was."
        ) from error


def read_checked(folder: str | Path) -> dict[str, bytes]:
    """The files of a run that make its model, name -> bytes, each checked against its SHA-256.

    Raises ModelFileError, naming the file, when one is missing, changed, or no ordinary file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "does not exist" if not folder.exists() else "is not a folder"
        raise RunError(f"'{folder}' {what}; a run is a folder that `vaekit fit` or `save` wrote.")
    if not os.path.lexists(folder / MARK):
        raise RunError(
            f"'{folder}' is not a run: it has no {MARK}. A run is a folder that `vaekit fit` or `save` wrote."
        )
    sums = _read_sums(folder)
    content = {}
    for name in CHECKED:
        content[name] = read_plain(folder / name)
        found = hashlib.sha256(content[name]).hexdigest()
        if sums.get(name) != found:
            raise ModelFileError(
                f"'{folder / name}' is not what was saved: its SHA-256 is {found[:12]}..., and {SUMS} says "
                f"{str(sums.get(name))[:12]}...; the file is damaged or was changed. Take a copy, or fit again."
            )
    return content


def read_plain(path: Path) -> bytes:
    """The bytes of an ordinary file; links, pipes and devices are refused."""
    try:
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        why = "is a link, which is not followed" if error.errno == errno.ELOOP else str(error.strerror)
        raise ModelFileError(f"'{path}' cannot be read: {why}.") from error
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ModelFileError(f"'{path}' is not an ordinary file.")
        return file.read()


def to_json(value: Any) -> bytes:
    """Readable JSON; NaN and infinity are refused, since JSON has none."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def from_json(content: bytes, name: str) -> dict[str, Any]:
    """Strict JSON: one object, no doubled keys, no NaN, of a size that a run can have."""
    if len(content) > LARGEST_JSON:
        raise ModelFileError(
            f"'{name}' has {len(content):,} bytes; a file of a run has at most {LARGEST_JSON:,}."
        )
    try:
        value = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"'{name}' is not the JSON of a run: {str(error)[:200]}.") from error
    if not isinstance(value, dict):
        raise ModelFileError(
            f"'{name}' is not the JSON of a run: it holds a {type(value).__name__}, not an object."
        )
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")


def _with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in CHECKED if name in files]
    return {**files, SUMS: "".join(lines).encode()}


def _read_sums(folder: Path) -> dict[str, str]:
    lines = read_plain(folder / SUMS).decode("utf-8", "replace").splitlines()
    pairs = [line.split("  ", 1) for line in lines if "  " in line]
    return {name: digest for digest, name in pairs}


def _write_synced(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Ask the disk to keep the folder's names; where folders cannot be synced, the rename is what there is."""
    try:
        opened = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _put_in_place(staging: Path, path: Path) -> None:
    """staging becomes path; a run that was there becomes staging, which the caller removes."""
    if not os.path.lexists(path):
        os.rename(staging, path)
    elif not _exchange(staging, path):
        aside = staging.with_name(staging.name + ".old")
        os.rename(path, aside)
        os.rename(staging, path)
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step where the system can (Linux)."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
