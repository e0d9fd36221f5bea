"""
What the nats of a code buy
===========================

The weight beta of the KL decides how much a code may say. Each model of a sweep pays a *rate* (the nats of its codes)
and gets a *distortion* (what is lost of an image). Where the curve bends, further nats buy little.
"""

from sklearn.base import clone
from sklearn.datasets import load_digits

from vaekit import VAE, part
from vaekit.plots import RateDistortionCurve, Reconstructions
from vaekit.sweep import fit_many, sweep

X = load_digits().images / 16
model = VAE(latent_dim=10, max_epochs=40, patience=None, random_state=0)
found = sweep(model, X, beta=(0.05, 0.2, 0.5, 1, 2, 4), seeds=2)
print(found)
RateDistortionCurve.from_sweep(found)

# %%
# All twelve models were trained in one pass, and each came to what its own ``fit`` would have made of it. The same
# with any estimators that differ by a seed, a learning rate or a weight:

cheap, dear = fit_many([clone(model).set_params(bound=part("elbo", beta=beta)) for beta in (4.0, 0.05)], X)

# %%
# What few nats leave of a digit,

Reconstructions.from_estimator(cheap, X, n=16)

# %%
# and what many do.

Reconstructions.from_estimator(dear, X, n=16)
