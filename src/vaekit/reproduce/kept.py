"""Trials that are done, each kept as JSON in the output folder, so that nothing is trained twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaekit import __version__
from vaekit.errors import ModelFileError
from vaekit.estimators.files import environment
from vaekit.reproduce.experiment import Experiment, Found, Trial
from vaekit.run import LARGEST_JSON, from_json, read_plain, to_json, write_file


@dataclass(frozen=True)
class Done:
    """A trial that was done for a seed. whole: the schedule was run whole, not cut by time."""

    trial: str
    seed: int
    schedule: str
    whole: bool
    seconds: float
    notes: tuple[str, ...]
    found: Mapping[str, Found]
    versions: Mapping[str, Any]


def schedule_name(full: bool, budget: float | None) -> str:
    """'short', 'full', and with a budget 'short-600s'."""
    return ("full" if full else "short") + ("" if budget is None else f"-{budget:g}s")


class Shelf:
    """The trials of one experiment in a folder."""

    def __init__(self, folder: Path, experiment: Experiment, full: bool, budget: float | None) -> None:
        self.folder, self.experiment = folder / experiment.name, experiment
        self.whole_name, self.name = schedule_name(full, None), schedule_name(full, budget)

    def get(self, trial: Trial, seed: int) -> Done | None:
        """What was kept of this trial: of the whole schedule, else of one with the same budget; None without.

        What another version of vaekit or another protocol left is passed over. Raises ModelFileError for a damaged
        file.
        """
        for schedule in dict.fromkeys((self.whole_name, self.name)):
            path = self._path(trial.name, seed, schedule)
            if path.is_file():
                done = self._read(path)
                if done is not None:
                    return done
        return None

    def put(self, done: Done) -> None:
        """Keep a trial. One that was whole within its budget is kept as what it is, the whole schedule."""
        self.folder.mkdir(parents=True, exist_ok=True)
        written = {
            "experiment": self.experiment.name,
            "protocol": self.experiment.protocol,
            **vars(done),
            "notes": list(done.notes),
            "found": {measure: found.to_json() for measure, found in done.found.items()},
        }
        write_file(self._path(done.trial, done.seed, done.schedule), to_json(written))

    def done(self, trial: Trial, seed: int, cut: bool, seconds: float, notes: list[str], found: Any) -> Done:
        """The record of a trial that was done now."""
        schedule = self.name if cut else self.whole_name
        return Done(trial.name, seed, schedule, not cut, seconds, tuple(notes), dict(found), environment())

    def _path(self, trial: str, seed: int, schedule: str) -> Path:
        slug = re.sub(r"[^a-z0-9]+", "-", trial.lower()).strip("-")
        return self.folder / f"{slug}-seed-{seed}-{schedule}.json"

    def _read(self, path: Path) -> Done | None:
        kept = from_json(read_plain(path, LARGEST_JSON), str(path))
        try:
            if kept["versions"]["vaekit"] != __version__ or kept["protocol"] != self.experiment.protocol:
                return None
            found = {measure: Found(**values) for measure, values in kept["found"].items()}
            names = ("trial", "seed", "schedule", "whole", "seconds", "versions")
            return Done(**{name: kept[name] for name in names}, notes=tuple(kept["notes"]), found=found)
        except (KeyError, TypeError, AttributeError) as error:
            raise ModelFileError(
                f"'{path}' is not what a reproduction leaves; move it away, and the trial is run again."
            ) from error
