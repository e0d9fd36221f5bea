"""Where a command writes its folder: refused before anything is computed, named when it was not."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

from vaekit.errors import OutputExists, RunError

RUNS = Path("runs")


def refuse_place(path: Path, force: bool = False) -> None:
    """Raise before anything is computed when a folder could not be written there."""
    from vaekit.run import refuse_existing

    refuse_existing(path, force)
    above = next(folder for folder in path.absolute().parents if os.path.lexists(folder))
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise RunError(f"'{path}' cannot be written: '{above}' is not a folder that you may write into.")


def write_to(files: Mapping[str, bytes], out: str | None, stem: Path, force: bool = False) -> Path:
    """Write a folder to `out`, else to the first of stem-1, stem-2, ... that is free."""
    from vaekit.run import write_folder

    if out is not None:
        return write_folder(out, files, force)
    for number in itertools.count(1):
        try:
            return write_folder(stem.with_name(f"{stem.name}-{number}"), files)
        except OutputExists:
            continue
    raise AssertionError  # count never ends
