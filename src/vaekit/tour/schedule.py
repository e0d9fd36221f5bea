"""How long the tour trains: its own short schedules, those of the presets, and one that only shows that it runs.

The short schedules end within two minutes on the digits and twenty on MNIST, on two cores.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """rows, shown: the most rows to train on and to measure on, None for all.

    epochs        of the models that chapters share, by name; other models take those of "vae"
    study_rows    rows of the experiments that train many models
    study_epochs  their passes over those rows
    seeds         their repeats
    draws         of Monte Carlo estimates
    decomposed    rows whose log p(x) is taken apart
    cells         of one side of a latent plane, odd so that one is at the centre
    """

    rows: int | None
    shown: int | None
    epochs: dict[str, int]
    study_rows: int
    study_epochs: int
    seeds: int
    draws: int
    decomposed: int
    cells: int = 21
    full: bool = False


SHORT = {
    "digits": Schedule(None, None, {"vae": 80, "aae": 100}, 1500, 45, 2, 100_000, 60),
    "mnist": Schedule(None, 2000, {"vae": 5, "aae": 5}, 6000, 8, 1, 100_000, 40),
}
MINIMAL = Schedule(150, 60, {"vae": 2, "aae": 2}, 60, 1, 1, 2000, 4, 5)
FULL = {
    "digits": Schedule(None, None, {}, 1500, 60, 3, 100_000, 200, 21, True),
    "mnist": Schedule(None, 10_000, {}, 20_000, 20, 3, 100_000, 100, 21, True),
}
