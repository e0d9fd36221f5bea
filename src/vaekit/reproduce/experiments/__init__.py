"""The experiments by name, one a file. To add one: its file here, and its row in EXPERIMENTS."""

from __future__ import annotations

from vaekit.errors import UnknownPart, suggestion
from vaekit.reproduce.experiment import Experiment
from vaekit.reproduce.experiments.cvae_quadrants import cvae_quadrants
from vaekit.reproduce.experiments.tutorial_elbo import tutorial_elbo

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        tutorial_elbo,
        cvae_quadrants,
    )
}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name, or UnknownPart with those that exist."""
    if name not in EXPERIMENTS:
        raise UnknownPart(
            f"no experiment is called '{name}'; there are: {', '.join(EXPERIMENTS)}.{suggestion(name, EXPERIMENTS)}"
        )
    return EXPERIMENTS[name]
