"""Two tables of mixed columns from data sets of R, and how each is split: rows to learn from, rows to judge by.

The held-out rows are the same for every seed, so that whoever chooses settings on the others has never seen them.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.environments import ROOT, python

HELD_OUT = 1 / 3


@dataclass(frozen=True)
class MixedTable:
    """source: PACKAGE/NAME; target: the column of two classes that is predicted; about: what it is, in a sentence."""

    source: str
    target: str
    about: str

    @property
    def name(self) -> str:
        """The name of the data set."""
        return self.source.split("/")[1]

    def split(self, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
        """(rows to learn from, rows to judge by)."""
        rows = pd.read_csv(folder / f"{self.name}.csv")
        order = np.random.default_rng(0).permutation(len(rows))
        held = round(HELD_OUT * len(rows))
        train, judged = np.sort(order[held:]), np.sort(order[:held])
        return rows.iloc[train].reset_index(drop=True), rows.iloc[judged].reset_index(drop=True)


TABLES = (
    MixedTable(
        "modeldata/credit_data",
        "Status",
        "loans of a bank, good and bad (L. Belanche and G. Sanchez), from R's `modeldata`, rows without holes",
    ),
    MixedTable(
        "AER/NMES1988",
        "insurance",
        "visits to doctors of people of 66 and older (US National Medical Expenditure Survey, 1987/88), from R's `AER`",
    ),
)


def fetch(folder: Path) -> None:
    """Write the tables to the folder, NAME.csv each."""
    sources = [table.source for table in TABLES]
    command = [python("ctgan"), "-m", "benchmarks.peers.tables_of_r", str(folder), *sources]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
