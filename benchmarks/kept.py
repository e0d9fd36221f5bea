"""Comparisons kept in a folder, a JSON file a work, so that a run that was cut off goes on where it stopped."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.side_by_side import Comparison
from benchmarks.work import Work

FOUND = ("ready", "answers", "failed", "profile", "impossible", "date")
"""What a comparison found; the rest of it is the work."""


def keep(folder: Path, machine: list[str], found: Comparison) -> None:
    """Write what was found, with the machine and the versions it was found on."""
    folder.mkdir(parents=True, exist_ok=True)
    place = _place(folder, found.work)
    unfinished = place.with_suffix(".part")
    text = json.dumps(
        {**_asked(found.work, machine), **{name: getattr(found, name) for name in FOUND}}, indent=1
    )
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, place)


def kept(folder: Path, machine: list[str], work: Work) -> Comparison | None:
    """What an earlier run found; None where there is nothing, or another work, machine or version was measured."""
    place = _place(folder, work)
    if not place.exists():
        return None
    said: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    if {name: said.get(name) for name in ("machine", "work")} != _asked(work, machine):
        return None
    return Comparison(work, **{name: said[name] for name in FOUND})


def _asked(work: Work, machine: list[str]) -> dict[str, Any]:
    peers = [against.name for against in work.against]
    asked = {"order": asdict(work.order), "rounds": work.rounds, "against": peers}
    return {"machine": machine, "work": asked}


def _place(folder: Path, work: Work) -> Path:
    return folder / f"{work.name}.json"
