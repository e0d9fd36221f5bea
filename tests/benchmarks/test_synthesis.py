"""The judges of drawn tables, on rows whose answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.mixed_tables import TABLES, MixedTable
from benchmarks.synthesis import (
    DEFAULT,
    OURS,
    PEER,
    REAL,
    TAUGHT,
    TO_LEARN_FROM,
    TOLD,
    better,
    lines,
    report,
    taught,
    told_apart,
)

from vaekit import TabularVAE


def rows(n: int, seed: int) -> pd.DataFrame:
    """A class, a word that goes with it, and a number."""
    rng = np.random.default_rng(seed)
    kind = rng.random(n) < 0.5
    word = np.where(rng.random(n) < 0.9, np.where(kind, "a", "b"), rng.choice(["a", "b", "c"], n))
    return pd.DataFrame({"kind": np.where(kind, "yes", "no"), "word": word, "x": rng.normal(size=n) + kind})


def test_rows_of_one_law_cannot_be_told_apart_and_others_can() -> None:
    real = rows(400, 0)
    # Under one law the area has a standard error of 1 / sqrt(6 n).
    assert abs(told_apart(real, rows(500, 1), 0) - 0.5) < 4 / np.sqrt(6 * 400)
    assert told_apart(real, rows(500, 1).assign(x=lambda t: t["x"] + 3), 0) > 0.9
    assert told_apart(real, rows(500, 1).assign(word="d"), 0) > 0.9


def test_rows_of_the_law_teach_it_and_shuffled_ones_teach_nothing() -> None:
    real = rows(400, 0)
    of_law = taught(rows(600, 1), real, "kind", 0)
    shuffled = rows(600, 1).assign(kind=lambda t: t["kind"].sample(frac=1, random_state=0).to_numpy())
    assert of_law > 0.85
    assert abs(taught(shuffled, real, "kind", 0) - 0.5) < 0.15
    assert taught(rows(600, 1).assign(kind="yes"), real, "kind", 0) == 0.5


@pytest.mark.parametrize("name", [TOLD, TAUGHT])
def test_less_is_better_where_rows_are_told_apart_and_more_where_they_teach(name: str) -> None:
    areas = {DEFAULT: [0.6, 0.7], PEER: [0.8, 0.9], REAL: [0.5]}
    assert better(name, areas, DEFAULT) is (name == TOLD)


def test_the_table_has_a_row_a_table_and_measure() -> None:
    areas = {DEFAULT: [0.6, 0.7], TO_LEARN_FROM: [0.9, 0.9], PEER: [0.8, 0.9], REAL: [0.5]}
    one = TABLES[0]
    written = lines({one.name: {TOLD: areas, TAUGHT: areas}}, {one.name: (20, 10)}, [one])
    assert len(written) == 4
    assert "0.650 (0.600 to 0.700)" in written[2] and "20 / 10" in written[2]
    assert written[2].endswith(f"{DEFAULT} |") and written[3].endswith(f"{TO_LEARN_FROM} |")


@pytest.mark.parametrize("reached", [True, False])
def test_what_is_required_is_required_of_one_of_ours_by_every_measure_on_every_table(reached: bool) -> None:
    told = {DEFAULT: [0.6], TO_LEARN_FROM: [0.7 if reached else 0.9], PEER: [0.8], REAL: [0.5]}
    taught_by = {DEFAULT: [0.7], TO_LEARN_FROM: [0.9], PEER: [0.8], REAL: [0.95]}
    one = TABLES[0]
    good, page = report({one.name: {TOLD: told, TAUGHT: taught_by}}, {one.name: (20, 10)}, [one])
    assert good is reached
    assert f"{DEFAULT}: MISSED {one.name}, taught" in page[-1]
    assert (f"{TO_LEARN_FROM}: reached" in page[-1]) is reached


def test_held_out_rows_are_the_same_every_time_and_never_learned_from(tmp_path: Path) -> None:
    table = rows(90, 0)
    table.to_csv(tmp_path / "t.csv", index=False)
    one = MixedTable("some/t", "kind", "")
    train, judged = one.split(tmp_path)
    assert (len(train), len(judged)) == (60, 30)
    assert sorted([*train["x"], *judged["x"]]) == pytest.approx(sorted(table["x"]))
    pd.testing.assert_frame_equal(one.split(tmp_path)[1], judged)


def test_what_is_measured_is_what_the_documentation_gives() -> None:
    written = ", ".join(f"{name}={value!r}" for name, value in OURS[TO_LEARN_FROM].items()).replace("'", '"')
    assert f"`TabularVAE({written})`" in " ".join((TabularVAE.__doc__ or "").split())
