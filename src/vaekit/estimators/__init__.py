"""The face of vaekit: estimators with scikit-learn's contract.

`base.py` holds what all share, a model a file beside it; `files.py` saves and loads them, `presets.py` has the
models of the literature with their data treatment and schedule.
"""

from vaekit.estimators.aae import AAE
from vaekit.estimators.ae import AE
from vaekit.estimators.cluster import ClusterAAE
from vaekit.estimators.cvae import CVAE
from vaekit.estimators.files import load
from vaekit.estimators.imputer import VAEImputer
from vaekit.estimators.presets import preset
from vaekit.estimators.semi_supervised import SemiSupervisedAAE, SemiSupervisedVAE
from vaekit.estimators.vae import VAE

__all__ = [
    "AAE",
    "AE",
    "CVAE",
    "VAE",
    "ClusterAAE",
    "SemiSupervisedAAE",
    "SemiSupervisedVAE",
    "VAEImputer",
    "load",
    "preset",
]
