"""
Counts, where rows differ in how much was counted
=================================================

Counts of molecules, words or visits have two kinds of spread: what a row is like, and how much of it was counted.
With ``library="observed"`` the likelihood reads the total of a row as it is, so that codes are left with what the row
is like. The counts stay sparse.
"""

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LinearRegression

from vaekit import VAE, part
from vaekit.plots import LatentMap

# 600 rows of 40 counts, of three kinds; totals from 30 to 3,000 that have nothing to do with the kind.
rng = np.random.default_rng(0)
kinds = rng.integers(3, size=600)
shares = rng.dirichlet(np.full(40, 0.3), size=3)
totals = np.exp(rng.uniform(np.log(30), np.log(3000), size=600))
wobble = rng.gamma(4.0, 1 / 4.0, size=(600, 40))
X = csr_matrix(rng.poisson(totals[:, None] * shares[kinds] * wobble))
names = np.array(["kind A", "kind B", "kind C"])[kinds]


def fitted(library):
    likelihood = part("negative-binomial", library=library)
    return VAE(latent_dim=2, likelihood=likelihood, max_epochs=120, random_state=0).fit(X)


def explained_by_total(codes):
    """The share of the variance of the codes that the total of a row explains."""
    log_totals = np.log(np.asarray(X.sum(axis=1)))
    return LinearRegression().fit(log_totals, codes).score(log_totals, codes)


told = fitted("observed")
print(f"with the total given, it explains {explained_by_total(told.transform(X)):.0%} of the codes")
LatentMap(told.transform(X), names)

# %%
# Without it the codes must say the total too, and that is most of what they say.

untold = fitted(None)
print(f"without, it explains {explained_by_total(untold.transform(X)):.0%}")
LatentMap(untold.transform(X), names)
