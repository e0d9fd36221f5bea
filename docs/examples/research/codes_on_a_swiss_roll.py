"""
Codes on a swiss roll
=====================

An adversarial autoencoder needs no formula for its prior, only draws from it. So codes can be asked to lie on any
shape: here on a swiss roll, each digit on a stretch of its own, or on a shape of yours.
"""

from sklearn.datasets import load_digits, make_moons

from vaekit import AAE
from vaekit.plots import LatentMap, PriorDraws

digits = load_digits()
X, y = digits.images / 16, digits.target
aae = AAE(prior="swiss-roll", labels="prior", max_epochs=150, random_state=0).fit(X, y)

# %%
# The prior, and the codes of the digits. A critic was trained to tell the two apart, and the encoder not to let it.

PriorDraws.from_estimator(aae)

# %%

LatentMap.from_estimator(aae, X, labels=y)

# %%
# How well they match: distances between codes and draws, beside that of draws from other draws, and the share of codes
# that lie in the place of their class. The critic's loss would be 1.386 if it could tell nothing apart.

for name, measure in aae.diagnose(X, y).items():
    error = measure.standard_error
    print(f"{name:28} {measure.value:8.4f}" + (f" +- {error:.4f}" if error else ""))

# %%
# Labels may be missing (-1), and any function ``draws(n, rng)`` is a prior: two moons.


def moons(n, rng):
    points, _ = make_moons(n, noise=0.06, random_state=int(rng.integers(2**31)))
    return 1.5 * (points - [0.5, 0.25])


own = AAE(prior=moons, max_epochs=80, random_state=0).fit(X)
LatentMap.from_estimator(own, X, labels=y)

# sphinx_gallery_thumbnail_number = 2
