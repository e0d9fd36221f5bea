"""Comparisons kept in a folder: read back as they were, and only for the same work on the same machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.kept import keep, kept
from benchmarks.side_by_side import Comparison
from benchmarks.work import WORKS

WORK = WORKS[0]
HERE = ["a processor", "torch 1"]


def test_what_was_kept_is_read_back(tmp_path):
    found = Comparison(
        WORK, {"vaekit": {"loss": 1.5}}, {"vaekit": [{"seconds": 2.0}]}, {"JAX": "gone"}, [("mm", 0.5)]
    )
    keep(tmp_path, HERE, found)
    again = kept(tmp_path, HERE, WORK)
    assert again is not None
    assert (again.ready, again.answers, again.failed) == (found.ready, found.answers, found.failed)
    assert (again.date, [tuple(line) for line in again.profile]) == (found.date, found.profile)


@pytest.mark.parametrize(
    ("machine", "work"),
    [
        (["another processor", "torch 1"], WORK),
        (HERE, replace(WORK, rounds=WORK.rounds + 1)),
        (HERE, replace(WORK, order=replace(WORK.order, batch=7))),
        (HERE, WORKS[1]),
    ],
)
def test_another_machine_or_work_is_measured_again(tmp_path, machine, work):
    keep(tmp_path, HERE, Comparison(WORK))
    assert kept(tmp_path, machine, work) is None
