"""Many models at once: fitted in one pass, and compared by what they pay and what they get.

from vaekit import VAE
from vaekit.sweep import fit_many, sweep

fit_many([VAE(8, random_state=seed) for seed in range(5)], X)      # each as its own fit would make it
sweep(VAE(16), X, beta=(0.25, 0.5, 1, 2, 4), seeds=3)              # a rate-distortion curve and its knee
"""

from vaekit.sweep.grid import sweep
from vaekit.sweep.many import fit_many
from vaekit.sweep.rate_distortion import Point, RateDistortion, Setting

__all__ = ["Point", "RateDistortion", "Setting", "fit_many", "sweep"]
