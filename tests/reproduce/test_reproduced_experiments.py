"""The table of experiments: each is whole as data, and each runs, which a glimpse of it shows."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from vaekit.reproduce import EXPERIMENTS, Experiment, reproduce

every_experiment = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())


@every_experiment
def test_an_experiment_says_where_its_numbers_come_from(experiment: Experiment) -> None:
    assert "http" in experiment.paper
    assert experiment.protocol and experiment.summary
    assert experiment.trials_of(full=False) and experiment.trials_of(full=True)
    assert len({row.measure for row in experiment.rows}) == len(experiment.rows)
    for row in experiment.rows:
        assert row.source, row.measure
        assert row.published is None or math.isfinite(row.published)
        assert row.rule() or not row.required, f"'{row.measure}' is required to be nothing"


@pytest.mark.slow
@every_experiment
def test_a_glimpse_of_an_experiment_finds_the_rows_that_it_declares(
    experiment: Experiment, data_folder: Path, tmp_path: Path
) -> None:
    result = reproduce(experiment, tmp_path, glimpse=True, seeds=[0])
    declared = {row.measure for row in experiment.rows}
    for done in result.done:
        assert set(done.found) & declared, done.trial
    assert all(line.found for line in result.lines if line.required)
    assert all(math.isfinite(value) for line in result.lines for value in line.values)
    assert not list(tmp_path.iterdir())
