"""The experiments by name, one a file. To add one: its file here, and its row in EXPERIMENTS."""

from __future__ import annotations

from vaekit.errors import UnknownPart, suggestion
from vaekit.reproduce.experiment import Experiment
from vaekit.reproduce.experiments.aae_clusters import aae_clusters
from vaekit.reproduce.experiments.aae_semi_supervised import aae_semi_supervised
from vaekit.reproduce.experiments.beta_tc_dsprites import beta_tc_dsprites
from vaekit.reproduce.experiments.continuous_bernoulli import continuous_bernoulli
from vaekit.reproduce.experiments.cvae_quadrants import cvae_quadrants
from vaekit.reproduce.experiments.iwae_table_1 import iwae_table_1
from vaekit.reproduce.experiments.m1_m2_100_labels import m1_m2_100_labels
from vaekit.reproduce.experiments.m2_100_labels import m2_100_labels
from vaekit.reproduce.experiments.miwae_imputation import miwae_imputation
from vaekit.reproduce.experiments.own_static import own_static
from vaekit.reproduce.experiments.rae_gmm import rae_gmm
from vaekit.reproduce.experiments.sigma_vae import sigma_vae
from vaekit.reproduce.experiments.tutorial_elbo import tutorial_elbo
from vaekit.reproduce.experiments.vampprior_dynamic import vampprior_dynamic

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        tutorial_elbo,
        cvae_quadrants,
        miwae_imputation,
        own_static,
        iwae_table_1,
        vampprior_dynamic,
        rae_gmm,
        continuous_bernoulli,
        sigma_vae,
        m2_100_labels,
        m1_m2_100_labels,
        aae_clusters,
        aae_semi_supervised,
        beta_tc_dsprites,
    )
}


def find_experiment(name: str) -> Experiment:
    """The experiment of that name, or UnknownPart with those that exist."""
    if name not in EXPERIMENTS:
        raise UnknownPart(
            f"no experiment is called '{name}'; there are: {', '.join(EXPERIMENTS)}.{suggestion(name, EXPERIMENTS)}"
        )
    return EXPERIMENTS[name]
