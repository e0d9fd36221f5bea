"""
What the ELBO is made of
========================

The number that a VAE maximises is a bound on log p(x), the log-probability of the data. It has two pieces: how well
images come back, and how many nats their codes cost. How far the bound lies below log p(x) can be measured too, and
every one of these numbers has an error.
"""

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from vaekit import VAE
from vaekit.plots import KLPerUnit

X = load_digits().images > 7  # black and white, so that the likelihood is a probability
train, test = X[:1500], X[1500:1700]
vae = VAE(latent_dim=16, likelihood="bernoulli", max_epochs=60, random_state=0).fit(train)

# %%
# The ledger of images that the model never saw, in nats an image, with standard errors over the images.

ledger = vae.ledger(test)
for name in ("reconstruction", "kl", "elbo"):
    print(f"{name:15} {ledger[name]:8.2f} +- {ledger[f'{name}_se']:.2f}")

# %%
# The KL is what a code costs. Latent values that cost nothing say nothing: the model has switched them off.

KLPerUnit.from_estimator(vae, test)

# %%
# An ELBO is no likelihood. ``log_likelihood`` estimates log p(x) itself by importance sampling, with two errors: one
# of the finite number of draws, and one of the finite number of images. Where the draws are too few for an interval, it
# says that too.

print(vae.log_likelihood(test, n_samples=500))

# %%
# What lies between the two is KL(q || p(z | x)): how far the encoder is from the true posterior.

found = vae.elbo_decomposition(test[:50], n_samples=500)
print(found)

# %%
# With more draws the bound rises to log p(x): at 1 draw it is the ELBO.

curve = np.array(vae.log_likelihood(test, n_samples=1024).k_curve)
drawn = Figure(figsize=(5, 3.2), layout="constrained")
ax = drawn.subplots()
ax.semilogx(curve[:, 0], curve[:, 1], "o-", base=2)
ax.axhline(ledger["elbo"], color="0.6", linestyle="--", label="ELBO")
ax.set(xlabel="draws an image", ylabel="bound on log p(x), nats", title="Tighter with every draw")
ax.legend()
drawn
