"""Carrying out an experiment: trial after trial, each kept when it is done, all within a budget of time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vaekit.errors import DivergedError, RunError, SpecError
from vaekit.reproduce.bench import Bench
from vaekit.reproduce.experiment import Experiment, Trial
from vaekit.reproduce.kept import Done, Shelf
from vaekit.reproduce.result import Result
from vaekit.run import to_json, write_file
from vaekit.train.timebox import in_words

OVERHEAD = 0.05
"""The share of a budget that is left for what no clock is read in: reading data, preparing, writing."""


def reproduce(
    experiment: Experiment,
    folder: str | Path,
    *,
    seeds: Sequence[int] | None = None,
    full: bool = False,
    budget: float | None = None,
    glimpse: bool = False,
    say: Callable[[str], None] = lambda line: None,
    clock: Callable[[], float] = time.monotonic,
    begun: float | None = None,
) -> Result:
    """Train and measure what `folder` does not have yet, and write NAME.json there.

    budget: seconds of wall time for all of it, counted from `begun` (now, unless it is given). What is done stays
    kept when the rest is interrupted or fails. glimpse: a few rows and one epoch, never kept. Raises SpecError for a
    budget below the least that the experiment can use, RunError where its data are not at hand.
    """
    begun = clock() if begun is None else begun
    if budget is not None and budget < experiment.least_seconds and not glimpse:
        raise SpecError(
            f"{in_words(budget)} is too little for '{experiment.name}'; give {in_words(experiment.least_seconds)} or "
            "more."
        )
    seeds = range(experiment.full_seeds if full else experiment.seeds) if seeds is None else seeds
    wanted = [(trial, seed) for seed in seeds for trial in experiment.trials_of(full)]
    shelf = Shelf(Path(folder), experiment, full, budget)
    found = {job: None if glimpse else shelf.get(*job) for job in wanted}
    for trial, seed in [job for job in wanted if found[job] is not None]:
        say(f"taken up: {_told(trial, seed)}")
    waiting = [job for job in wanted if found[job] is None]
    for at, (trial, seed) in enumerate(waiting):
        left = math.inf if budget is None else begun + budget * (1 - OVERHEAD) - clock()
        share = left * trial.weight / sum(other.weight for other, _ in waiting[at:])
        say(
            f"{at + 1} of {len(waiting)}: {_told(trial, seed)}"
            + ("" if budget is None else f", {in_words(max(share, 1))}")
        )
        done = _one(shelf, trial, Bench(seed, full=full, glimpse=glimpse, seconds=share, clock=clock))
        if not glimpse:
            shelf.put(done)
        found[trial, seed] = done
    result = Result(experiment, shelf.name, tuple(done for done in found.values() if done), clock() - begun)
    if not glimpse:
        write_file(Path(folder) / f"{experiment.name}.json", to_json(result.to_json()))
    return result


def _one(shelf: Shelf, trial: Trial, bench: Bench) -> Done:
    begun = bench.clock()
    try:
        found = trial.run(bench)
    except RunError as error:
        raise RunError(f"'{shelf.experiment.name}' is skipped: {error}") from error
    for measure, value in found.items():
        if not math.isfinite(value.value):
            raise DivergedError(f"'{measure}' of {_told(trial, bench.seed)} is {value.value}, no number.")
    found = {measure: value.tidy() for measure, value in found.items()}
    return shelf.done(trial, bench.seed, bench.cut, bench.clock() - begun, bench.notes, found)


def _told(trial: Trial, seed: int) -> str:
    return f"{trial.name}, seed {seed}"


def kept_results(folder: str | Path, names: Sequence[str]) -> Iterator[Path]:
    """The results in a folder, NAME.json, in the order of the names."""
    for name in names:
        path = Path(folder) / f"{name}.json"
        if path.is_file():
            yield path
