"""Carrying out an experiment: what is kept is taken up, time is kept, rows are judged."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vaekit.errors import DivergedError, ModelFileError, RunError, SpecError, UnknownPart
from vaekit.reproduce import Bench, Experiment, Found, Result, Row, Trial, find_experiment, reproduce
from vaekit.reproduce.kept import Done
from vaekit.reproduce.pace import LOOKED_AT, WARM_UP, Pace
from vaekit.train import Plan

ALL = [("a", 0), ("b", 0), ("a", 1), ("b", 1)]


def test_each_trial_of_each_seed_is_trained_once_and_kept(tiny: Any, tmp_path: Path) -> None:
    first = reproduce(tiny.experiment, tmp_path)
    assert tiny.trained == ALL
    again = reproduce(tiny.experiment, tmp_path)
    assert tiny.trained == ALL
    assert [line.values for line in again.lines] == [line.values for line in first.lines]
    reproduce(tiny.experiment, tmp_path, seeds=[0, 2])
    assert tiny.trained == [*ALL, ("a", 2), ("b", 2)]


def test_what_was_done_before_an_interruption_is_not_trained_again(tiny: Any, tmp_path: Path) -> None:
    tiny.fails_at = ("a", 1)
    with pytest.raises(KeyboardInterrupt):
        reproduce(tiny.experiment, tmp_path)
    assert not (tmp_path / "tiny.json").exists()
    tiny.fails_at = None
    tiny.trained.clear()
    reproduce(tiny.experiment, tmp_path)
    assert tiny.trained == [("a", 1), ("b", 1)]


def test_ours_is_the_mean_over_seeds_with_its_standard_error(tiny: Any, tmp_path: Path) -> None:
    result = reproduce(tiny.experiment, tmp_path, seeds=range(3))
    line = result.lines[0]
    assert line.ours == pytest.approx(np.mean(line.values))
    assert line.standard_error == pytest.approx(np.std(line.values, ddof=1) / math.sqrt(3))
    assert line.gap == pytest.approx(np.mean(line.values) + 4)


def test_a_budget_of_time_is_kept_by_fits_that_want_more(tiny: Any, tmp_path: Path) -> None:
    tiny.epochs = 10**6
    begun = time.monotonic()
    result = reproduce(tiny.experiment, tmp_path, budget=3.0)
    assert time.monotonic() - begun < 3.3
    assert len(tiny.trained) == 4
    assert result.schedule == "short-3s"
    assert "cut by the budget" in result.differences[-1]


def test_a_trial_cut_by_time_is_taken_up_by_the_same_budget_only(tiny: Any, tmp_path: Path) -> None:
    tiny.epochs = 10**6
    reproduce(tiny.experiment, tmp_path, seeds=[0], budget=1.0)
    reproduce(tiny.experiment, tmp_path, seeds=[0], budget=1.0)
    assert len(tiny.trained) == 2
    tiny.epochs = 2
    reproduce(tiny.experiment, tmp_path, seeds=[0])
    assert len(tiny.trained) == 4


def test_a_trial_that_was_whole_within_its_budget_is_the_whole_schedule(tiny: Any, tmp_path: Path) -> None:
    reproduce(tiny.experiment, tmp_path, seeds=[0], budget=60.0)
    reproduce(tiny.experiment, tmp_path, seeds=[0])
    assert len(tiny.trained) == 2


def test_trials_of_another_protocol_are_not_taken_up(tiny: Any, tmp_path: Path) -> None:
    reproduce(tiny.experiment, tmp_path, seeds=[0])
    reproduce(tiny.with_(protocol="another"), tmp_path, seeds=[0])
    assert len(tiny.trained) == 4


@pytest.mark.parametrize("content", ["", "{", "[]", '{"versions": {}}', '{"versions": 3, "protocol": 1}'])
def test_a_damaged_trial_is_named_and_left_alone(tiny: Any, tmp_path: Path, content: str) -> None:
    reproduce(tiny.experiment, tmp_path, seeds=[0])
    kept = tmp_path / "tiny" / "a-seed-0-short.json"
    kept.write_text(content)
    with pytest.raises(ModelFileError, match="a-seed-0-short"):
        reproduce(tiny.experiment, tmp_path, seeds=[0])
    assert kept.read_text() == content


def test_the_json_has_the_rows_of_the_paper(tiny: Any, tmp_path: Path) -> None:
    reproduce(tiny.experiment, tmp_path)
    kept = json.loads((tmp_path / "tiny.json").read_text())
    assert {"name", "protocol", "seeds", "rows", "versions", "schedule", "differences"} <= set(kept)
    assert kept["seeds"] == [0, 1]
    asked = {"measure", "published", "ours", "standard_error", "gap", "required", "met"}
    assert all(asked <= set(row) for row in kept["rows"])
    assert [(row["required"], row["met"]) for row in kept["rows"]] == [(True, True), (False, None)]
    trial = json.loads((tmp_path / "tiny" / "b-seed-1-short.json").read_text())
    assert trial["seed"] == 1
    assert trial["versions"]["torch"]


def test_the_full_schedule_has_its_own_trials_and_seeds(tiny: Any, tmp_path: Path) -> None:
    tiny.with_(
        trials=(
            Trial("a", tiny.trial("a"), full=False),
            Trial("b", tiny.trial("b"), full=True),
            Trial("c", tiny.trial("c")),
        ),
        full_seeds=1,
    )
    reproduce(tiny.experiment, tmp_path, full=True)
    assert tiny.trained == [("b", 0), ("c", 0)]
    assert {path.name for path in (tmp_path / "tiny").iterdir()} == {
        "b-seed-0-full.json",
        "c-seed-0-full.json",
    }


def done(seed: int, **found: float) -> Done:
    return Done("a", seed, "short", True, 1.0, (), {name: Found(value) for name, value in found.items()}, {})


def judged(schedule: str, rows: tuple[Row, ...], *kept: Done) -> Result:
    return Result(Experiment("x", "", "", "", rows, ()), schedule, kept, 1.0)


def test_a_row_for_every_seed_is_not_met_by_the_mean_alone() -> None:
    kept = done(0, m=0.0), done(1, m=10.0)
    assert judged("short", (Row("m", most=6.0, required=True),), *kept).met
    assert not judged("short", (Row("m", most=6.0, required=True, every_seed=True),), *kept).met


def test_a_required_row_that_was_not_measured_is_not_met() -> None:
    assert not judged("short", (Row("m", most=6.0, required=True),)).met
    assert judged("short", (Row("m", most=6.0),)).lines[0].met is None


def test_a_row_of_the_full_schedule_is_required_there_only() -> None:
    rows = (Row("m", most=6.0, required="full"),)
    assert judged("short", rows, done(0, m=9.0)).met
    assert not judged("full-600s", rows, done(0, m=9.0)).met


def test_rows_are_combined_seed_by_seed() -> None:
    experiment = Experiment(
        "x",
        "",
        "",
        "",
        (Row("both"),),
        (),
        combined=lambda found: {"both": Found(found["m"].value - found["n"].value)},
    )
    result = Result(experiment, "short", (done(0, m=5.0, n=1.0), done(1, m=6.0, n=3.0)), 1.0)
    assert result.lines[0].values == [4.0, 3.0]


def test_what_cannot_be_is_refused_in_words(tiny: Any, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="too little for 'tiny'; give 0"):
        reproduce(tiny.experiment, tmp_path, budget=0.1)
    with pytest.raises(UnknownPart, match="Did you mean 'tiny'"):
        find_experiment("tinny")

    def nowhere(bench: Bench) -> dict[str, Found]:
        raise RunError("MNIST is not on this machine.")

    with pytest.raises(RunError, match="'tiny' is skipped: MNIST is not"):
        reproduce(tiny.with_(trials=(Trial("a", nowhere),)), tmp_path)
    with pytest.raises(DivergedError, match="'m' of a, seed 0 is nan"):
        reproduce(tiny.with_(trials=(Trial("a", lambda bench: {"m": Found(math.nan)}),)), tmp_path)
    assert not list(tmp_path.rglob("*.json"))


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_rows_are_measured_while_there_is_time_and_stand_for_all() -> None:
    clock = Clock()
    bench = Bench(0, seconds=100.0, clock=clock)

    def ask(rows: np.ndarray) -> np.ndarray:
        clock.now += 0.1 * len(rows)
        return rows.astype(float)

    found = bench.mean(ask, np.arange(10_000))
    assert found.rows is not None and 900 <= found.rows <= 1000
    assert clock.now <= 101
    assert bench.cut
    assert found.value == pytest.approx(5000, abs=4 * 2887 / math.sqrt(found.rows))
    whole = Bench(0).mean(ask, np.arange(10_000))
    assert (whole.value, whole.rows) == (4999.5, 10_000)


@pytest.mark.parametrize(("seconds", "epochs"), [(105.0, 10), (1e6, 500), (3.0, 1)])
def test_the_plan_is_shortened_to_the_epochs_that_fit(seconds: float, epochs: int) -> None:
    clock = Clock()
    pace = Pace(seconds, clock)
    training: Any = SimpleNamespace(
        plan=Plan(max_epochs=500), steps_an_epoch=100, epoch=0, step=0, watched=False, stop=False,
        bound=SimpleNamespace(ends=0),
    )  # fmt: skip
    pace.fit_begins(training)
    for step in range(LOOKED_AT):
        clock.now += 1.0 if step < WARM_UP else 0.1  # the first steps are slow
        training.step += 1
        pace.step_ends(training)
    assert training.plan.max_epochs == epochs
